import type { ModuleKind } from '../detail.ts'
import type { ParsedScript } from './parse-script.ts'

/** `export * from 'x'` re-exports names that only `x` knows: it stands for itself. */
const starOf = (specifier: string): string => `* from ${specifier}`

/**
 * The names that importers can see. For CommonJS those that Node finds without running the code: an
 * `import { name }` of a CommonJS file depends on the way its exports are written. A script that is no library of
 * others (not in node_modules) promises none: they are there by the accident of a parameter called `exports`, and
 * naming them again takes 3 % of a UMD build of d3.
 */
export async function exportedNames(script: ParsedScript, kind: ModuleKind, path: string): Promise<readonly string[]> {
  if (kind === 'script' && !/(?:^|\/)node_modules\//.test(path)) return []
  const names = new Set<string>()
  if (kind === 'esm') {
    for (const { entries } of script.module.staticExports) {
      for (const { exportName, importName, moduleRequest } of entries) {
        if (exportName.kind === 'Default') names.add('default')
        else if (exportName.name !== null) names.add(exportName.name)
        else if (importName.kind === 'AllButDefault' && moduleRequest !== null) names.add(starOf(moduleRequest.value))
      }
    }
  } else if (/\bexports\b|__export/.test(script.text)) {
    const { initSync, parse } = await import('cjs-module-lexer')
    try {
      initSync()
      const { exports, reexports } = parse(script.text)
      for (const name of exports) names.add(name)
      for (const specifier of reexports) names.add(starOf(specifier))
    } catch {
      // it lexes less than a parser does; then Node finds no names either
    }
  }
  return [...names].sort()
}
