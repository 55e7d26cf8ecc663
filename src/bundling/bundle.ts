import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Diagnostic } from '../core/diagnostic.ts'
import { ShrinkError } from '../core/errors.ts'
import { defaultBundleOptions } from './bundle-options.ts'
import type { BundleOptions, ModuleFormat } from './bundle-options.ts'
import type { EngineChunk } from './engines/engine.ts'
import type { BundleContext, BundleResult, Chunk } from './bundle-result.ts'
import { cachedBundle } from './cached-bundle.ts'
import { filesBeside, type MissingBeside } from './files-beside.ts'
import { nameEntries } from './entry-names.ts'
import type { GraphModule } from './module-graph.ts'
import { placeModules } from './module-imports.ts'
import { commonJsShims, nodeShims } from './node-shims.ts'
import type { Planned } from './plan.ts'
import { resolvedPaths, type ResolvedPaths } from './resolved-paths.ts'

/**
 * Puts entries and what they import together.
 * @param entries paths, absolute or relative to `options.root`
 * @throws ShrinkError (`bundle/failed`, `input/not-found`) with the place in the sources
 */
export async function bundle(
  entries: readonly string[],
  given: Partial<BundleOptions> & Pick<BundleOptions, 'root'>,
  context: BundleContext,
): Promise<BundleResult> {
  const options: BundleOptions = { ...defaultBundleOptions, ...given }
  const named = nameEntries(entries, options.root)
  const { cache } = context
  return cache === undefined
    ? bundleAnew(named, options, context)
    : cachedBundle([...named.values()], options, { ...context, cache }, (inner) => bundleAnew(named, options, inner))
}

async function bundleAnew(
  named: ReadonlyMap<string, string>,
  given: BundleOptions,
  context: BundleContext,
): Promise<BundleResult> {
  // a second run says the same again
  const said = new Set<string>()
  const report = (diagnostic: Diagnostic): void => {
    if (said.has(diagnostic.message)) return
    said.add(diagnostic.message)
    context.report(diagnostic)
  }
  // the bundlers are loaded only when there is something to bundle
  const { planBundle } = await import('./plan.ts')
  const planned = (format: ModuleFormat, options: BundleOptions): Promise<Planned & { readonly format: ModuleFormat }> =>
    planBundle({
      entries: named,
      options,
      format,
      extension: extensionFor(format, named.values(), options),
      signal: context.signal,
      report,
    }).then((plan) => ({ ...plan, format }))
  const preferred = given.format === 'auto' ? defaultFormat(named.values(), given) : given.format
  const planAs = (options: BundleOptions): ReturnType<typeof planned> =>
    planned(preferred, options).catch((error: unknown) => {
      const needsModule = error instanceof ShrinkError && /top-level await|module format .*cjs.* does not support/i.test(error.message)
      if (preferred === 'esm' || !needsModule) throw error
      if (options.format === 'auto') return planned('esm', options)
      throw new ShrinkError('bundle/failed', 'the code has a top-level await, which CommonJS cannot have', { hint: 'Use --format esm, or leave it out.', cause: error })
    })
  let options = given
  let plan = await planAs(options)
  let beside = await filesBeside(plan.output, options.root)
  const leftOut = options.platform === 'node' ? packagesOf(beside.missing) : []
  if (leftOut.length > 0) {
    options = { ...options, external: [...options.external, ...leftOut.map(({ name }) => name)] }
    plan = await planAs(options)
    beside = await filesBeside(plan.output, options.root)
  }
  for (const missing of beside.missing) report(missingDiagnostic(missing))
  if (beside.unclear.length > 0) report(unclearDiagnostic(beside.unclear))
  for (const asked of await resolvedPaths(plan.output, options.root)) report(resolvedDiagnostic(asked))
  const { output, engine, assumptions, removed, format } = plan
  if (removed.length > 0) report(removedDiagnostic(removed))
  const { chunks, modules } = await placeModules(output.chunks, options.root)
  return {
    chunks: await Promise.all(chunks.map((chunk) => finishChunk(chunk, format, options))),
    assets: [...output.assets, ...modules, ...beside.placed],
    leftOut,
    moduleGraph: output.graph,
    format,
    engine,
    assumptions,
    removed,
    cached: false,
  }
}

/** Packages of which some module reads what will not be there, with the first such file. */
function packagesOf(missing: readonly MissingBeside[]): BundleResult['leftOut'] {
  const byName = new Map<string, string>()
  for (const { module, files } of missing) {
    if (module.package !== undefined && !byName.has(module.package.name)) byName.set(module.package.name, `${files[0]} from ${module.id}`)
  }
  return [...byName].map(([name, reads]) => ({ name, reads }))
}

function missingDiagnostic({ module, files }: MissingBeside): Diagnostic {
  const more = files.length > 3 ? ` and ${files.length - 3} more` : ''
  return {
    severity: 'warning',
    code: 'bundle/file-beside',
    message: `the code reads ${files.slice(0, 3).join(', ')}${more} by the place of its own file, where it will not be`,
    hint: 'Import the file, or put it where the code will look for it: beside the bundle.',
    location: { path: module.id },
  }
}

function unclearDiagnostic(modules: readonly GraphModule[]): Diagnostic {
  const named = modules.slice(0, 4).map(({ id }) => id).join(', ')
  return {
    severity: 'info',
    code: 'bundle/file-beside',
    message: `${named}${modules.length > 4 ? ` and ${modules.length - 4} more` : ''} ${modules.length === 1 ? 'uses' : 'use'} __dirname, and what for could not be told: in the bundle it is the folder of the bundle`,
    hint: 'If files are missed when it runs, leave the package out with `bundle.external`.',
  }
}

function resolvedDiagnostic({ module, specifiers }: ResolvedPaths): Diagnostic {
  return {
    severity: 'warning',
    code: 'bundle/file-beside',
    message: `the code asks for the path of ${specifiers.join(', ')} (require.resolve), which then has to be in node_modules where the bundle runs`,
    hint: 'Import the file instead, or deploy the package with the bundle.',
    location: { path: module.id },
  }
}

function removedDiagnostic(removed: Planned['removed']): Diagnostic {
  const largest = [...removed].sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1)).slice(0, 8)
  const bytes = removed.reduce((sum, item) => sum + item.bytes, 0)
  const rest = removed.length > largest.length ? ` and ${removed.length - largest.length} more` : ''
  return {
    severity: 'info',
    code: 'bundle/removed',
    message: `${removed.length} declarations without effect removed (${bytes} bytes of source): ${largest.map(({ name }) => name).join(', ')}${rest}`,
    hint: 'Turn it off with `bundle.shake`.',
  }
}

/** ES modules where they are at home, CommonJS elsewhere: Node loads it in less time. */
function defaultFormat(entries: Iterable<string>, options: BundleOptions): ModuleFormat {
  if (options.platform !== 'node') return 'esm'
  for (const entry of entries) {
    if (/\.m[jt]s$/.test(entry)) return 'esm'
    if (!/\.c[jt]s$/.test(entry) && packageType(dirname(entry)) === 'module') return 'esm'
  }
  return 'cjs'
}

/** The extension under which Node takes the file for what it is, whatever package.json lies above it. */
function extensionFor(format: ModuleFormat, entries: Iterable<string>, options: BundleOptions): string {
  if (options.platform !== 'node') return '.js'
  if (format === 'esm') return '.mjs'
  for (const entry of entries) if (packageType(dirname(entry)) === 'module') return '.cjs'
  return '.js'
}

function packageType(folder: string): 'module' | 'commonjs' {
  for (let at = folder; ; at = dirname(at)) {
    try {
      const json = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8')) as { readonly type?: unknown } | null
      return json?.type === 'module' ? 'module' : 'commonjs'
    } catch {
      if (dirname(at) === at) return 'commonjs'
    }
  }
}

async function finishChunk({ path, code, map, isEntry, imports }: EngineChunk, format: ModuleFormat, options: BundleOptions): Promise<Chunk> {
  const shims = options.platform !== 'node' ? undefined : format === 'esm' ? await nodeShims(path, code) : commonJsShims(code)
  // a directive counts only where nothing but comments and directives stands before it
  const strict = shims !== undefined && format === 'cjs' && /^\s*['"]use strict['"]/.test(code) ? "'use strict'; " : ''
  const shifted = map === undefined || shims === undefined ? map : shiftLines(map, 1)
  return {
    path,
    bytes: new TextEncoder().encode(shims === undefined ? code : `${strict}${shims}${code}`),
    ...(shifted === undefined ? {} : { map: shifted }),
    isEntry,
    imports,
  }
}

/** A line put before the code is an empty line in the map. */
function shiftLines(map: string, lines: number): string {
  const parsed = JSON.parse(map) as { mappings: string }
  return JSON.stringify({ ...parsed, mappings: `${';'.repeat(lines)}${parsed.mappings}` })
}
