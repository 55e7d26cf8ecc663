import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { exportConditions } from './bundle-options.ts'
import type { BundleOptions } from './bundle-options.ts'
import { kindOf } from './engines/graph-from-rollup.ts'
import type { ModuleGraph } from './module-graph.ts'
import { slashed } from './paths.ts'
import { createResolver, plainResolution } from './resolver.ts'
import type { Alternative, PackageUsage } from './resolver.ts'

/** Conditions under which packages publish ES modules of the same code as their CommonJS build. */
const moduleConditions = ['es2020', 'es2015', 'esm2020', 'esnext', 'module', 'import'] as const

/**
 * Packages that are imported, came out as CommonJS because of the `node` condition, and publish the same as ES modules.
 *
 * `node` often means another program than `default`, so it is only passed over where it names the very file that
 * `require`, or without that `default`, names: there it says nothing but "CommonJS".
 */
export async function findAlternatives(
  usage: ReadonlyMap<string, PackageUsage>,
  options: BundleOptions,
): Promise<ReadonlyMap<string, Alternative>> {
  const found = new Map<string, Alternative>()
  const alternative: Alternative = {
    conditions: [...options.conditions, ...moduleConditions],
    fields: ['module', 'main'],
  }
  for (const [name, { info, imported, required }] of usage) {
    if (required.size > 0 || imported.size === 0 || !isObject(info.exports)) continue
    const targets = targetsOf(info.exports)
    if (targets === undefined || targets['node'] === undefined || targets['node'] !== (targets['require'] ?? targets['default'])) continue
    const resolver = createResolver(options, { ...plainResolution, alternatives: new Map([[name, alternative]]) })
    const modules = [...imported].every(([specifier, path]) => {
      const other = resolver.resolve(specifier, `${options.root}/index.js`, 'import')
      return other?.kind === 'file' && kindOf(path) === 'commonjs' && kindOf(other.path) === 'esm'
    })
    if (modules) found.set(name, alternative)
  }
  return found
}

/**
 * Packages that one build holds twice because some import them and some require them, and only their `module` field
 * makes the difference: on Node they are one, with one state.
 */
export function findSplitPackages(usage: ReadonlyMap<string, PackageUsage>): ReadonlyMap<string, Alternative> {
  const split = new Map<string, Alternative>()
  for (const [name, { info, imported, required }] of usage) {
    if (info.exports !== undefined || info.module === undefined) continue
    const both = [...imported].some(([specifier, path]) => required.has(specifier) && required.get(specifier) !== path)
    if (both) split.set(name, { conditions: ['node', 'import', 'module'], fields: ['main'] })
  }
  return split
}

/** Packages whose `module` build was taken where Node takes `main`. */
export function moduleFieldPackages(usage: ReadonlyMap<string, PackageUsage>, options: BundleOptions): string[] {
  if (options.platform !== 'node') return []
  const names: string[] = []
  for (const [name, { info, imported }] of usage) {
    const entry = imported.get(name)
    if (info.exports !== undefined || typeof info.module !== 'string' || entry === undefined) continue
    const inPackage = slashed(relative(info.folder, entry))
    if (inPackage === info.module.replace(/^\.\//, '') && inPackage !== String(info.main).replace(/^\.\//, '')) names.push(name)
  }
  return names.sort()
}

/** Do both builds of a package reach the same packages and built-ins? Then neither is the one for another platform. */
export function reachSame(name: string, before: ModuleGraph, after: ModuleGraph): boolean {
  const reached = (graph: ModuleGraph): string => {
    const owners = new Map(graph.modules.map((module) => [module.id, module.package?.name]))
    const names = new Set<string>()
    for (const module of graph.modules) {
      if (module.package?.name !== name) continue
      for (const edge of module.imports) {
        const owner = edge.external ? edge.id.replace(/^node:/, '') : owners.get(edge.id)
        // helpers that a compiler imported are not part of what the code does
        if (owner !== undefined && owner !== name && owner !== 'tslib' && !owner.startsWith('@babel/runtime')) names.add(owner)
      }
    }
    return [...names].sort().join(' ')
  }
  return reached(before) === reached(after)
}

const domPackages = /^(?:jsdom|jsdom-global|global-jsdom|happy-dom|linkedom|domino|basichtml|undom|@happy-dom\/.*)$/

/** Does some module give the program a `window` or a `document`? */
export function makesDomGlobals(graph: ModuleGraph, root: string): boolean {
  for (const module of graph.modules) {
    if (module.package !== undefined && domPackages.test(module.package.name)) return true
    if (module.imports.some((edge) => edge.external && domPackages.test(edge.id))) return true
    if (module.kind !== 'esm' && module.kind !== 'commonjs') continue
    const text = readText(`${root}/${module.id}`)
    if (!/\b(?:window|document)\b/.test(text)) continue
    if (/\b(?:globalThis|global|self)\s*\.\s*(?:window|document)\s*(?:\?\?|\|\|)?=(?!=)/.test(text)) return true
    if (/\b(?:assign|definePropert(?:y|ies)|set)\(\s*(?:globalThis|global|self)\b/.test(text)) return true
    if (/\b(?:globalThis|global)\s*\[\s*['"](?:window|document)['"]\s*\]\s*=(?!=)/.test(text)) return true
  }
  return false
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** The string targets of the conditions of `.`; undefined when they nest or are a single string. */
function targetsOf(exports: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> | undefined {
  const main = '.' in exports ? exports['.'] : exports
  if (!isObject(main) || Object.keys(main).some((key) => key.startsWith('.'))) return undefined
  const targets: Record<string, string> = {}
  for (const [condition, target] of Object.entries(main)) {
    if (typeof target === 'string') targets[condition] = target
    else if (isObject(target) && typeof target['default'] === 'string') targets[condition] = target['default']
  }
  return targets
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** For the report: the conditions of an alternative that the usual resolution does not have. */
export function addedConditions(alternative: Alternative, options: BundleOptions): string[] {
  const usual = new Set(exportConditions(options, 'import'))
  return alternative.conditions.filter((name) => !usual.has(name))
}
