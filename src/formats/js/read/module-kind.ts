import type { Context } from '../../../core/context.ts'
import type { ModuleKind } from '../detail.ts'
import type { ParsedScript } from './parse-script.ts'
import type { Survey } from './survey.ts'

/**
 * What Node would take the file for: its extension decides, then its syntax, then the nearest package.json. A file
 * that uses CommonJS only behind a `typeof` (UMD) is a `script`: it runs anywhere.
 */
export async function moduleKindOf(
  path: string,
  script: ParsedScript,
  survey: Survey,
  context: Context,
): Promise<ModuleKind> {
  if (script.goal === 'module') return 'esm'
  if (script.goal === 'commonjs') return 'commonjs'
  const names = survey.globals.filter(({ name }) => name === 'module' || name === 'exports' || name === 'require')
  const probed = names.some(({ need }) => need === 'guarded')
  // `require(['a'], …)` is AMD
  const used = survey.requests.some(({ kind, specifier }) => kind === 'require' && specifier !== null)
  // esbuild's `__require` asks for `require` in CommonJS too
  const exporting = names.some(({ name, need }) => name !== 'require' && need !== 'guarded')
  if (exporting || (!probed && used)) return 'commonjs'
  if (/\.js$/i.test(path) && names.length === 0 && (await nearestPackageType(path, context)) === 'module') return 'esm'
  return 'script'
}

/** The `type` of the nearest package.json above `path`, as Node looks for it. */
async function nearestPackageType(path: string, context: Context): Promise<string | undefined> {
  const folders = path.split('/').slice(0, -1)
  for (;;) {
    const bytes = await context.readFile([...folders, 'package.json'].join('/'))
    if (bytes !== undefined) {
      try {
        const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
        return typeof value === 'object' && value !== null && 'type' in value ? String(value.type) : undefined
      } catch {
        return undefined
      }
    }
    if (folders.pop() === undefined || folders.at(-1) === 'node_modules') return undefined
  }
}
