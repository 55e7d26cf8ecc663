import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Context } from '../core/context.ts'
import { defaultBundleOptions } from './bundle-options.ts'
import type { BundleOptions, ModuleFormat } from './bundle-options.ts'
import type { Engine, EngineAsset, EngineChunk, EngineOutput, EngineRequest } from './engines/engine.ts'
import { nameEntries } from './entry-names.ts'
import type { ModuleGraph } from './module-graph.ts'
import { nodeShims } from './node-shims.ts'
import { createResolver } from './resolver.ts'

export type BundleContext = Pick<Context, 'signal' | 'report'>

/** A JavaScript file of the result, not yet minified. */
export interface Chunk {
  /** Relative to the output folder, `/`-separated. */
  readonly path: string
  readonly bytes: Uint8Array
  /** JSON text of the source map, where one was asked for; the code has no comment that points to it. */
  readonly map?: string
  readonly isEntry: boolean
  /** Other chunks (by path) and externals (by specifier) it imports. */
  readonly imports: readonly string[]
}

/** Something that was taken for granted to get here, which a person may want to know or turn off. */
export interface Assumption {
  readonly what: string
  /** The option that turns it off. */
  readonly option: string
}

export interface BundleResult {
  readonly chunks: readonly Chunk[]
  /** Native addons and WebAssembly modules that the chunks load, copied beside them. */
  readonly assets: readonly EngineAsset[]
  readonly moduleGraph: ModuleGraph
  readonly format: ModuleFormat
  /** The bundler whose output this is. */
  readonly engine: Engine['id']
  readonly assumptions: readonly Assumption[]
}

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
  const format = options.format === 'auto' ? defaultFormat(named.values(), options) : options.format
  const request: EngineRequest = {
    entries: named,
    options,
    format,
    extension: extensionFor(format, named.values(), options),
    resolver: createResolver(options),
    replacements: new Map(),
    signal: context.signal,
    report: (diagnostic) => context.report(diagnostic),
  }
  let engine = await engineFor(request)
  let output = await engine.bundle(request)
  context.signal.throwIfAborted()
  if (engine.id === 'esbuild' && format === 'cjs' && options.splitting && loadsLazily(output.graph)) {
    engine = (await import('./engines/rolldown.ts')).rolldownEngine
    output = await engine.bundle(request)
  }
  return {
    chunks: output.chunks.map((chunk) => finishChunk(chunk, request)),
    assets: output.assets,
    moduleGraph: output.graph,
    format,
    engine: engine.id,
    assumptions: assumptionsOf(request, output),
  }
}

async function engineFor({ options, format, entries }: EngineRequest): Promise<Engine> {
  // esbuild cannot split CommonJS: entries would each carry a copy of what they share, and import() would load at once.
  const fast = options.level === 'fast' && !(format === 'cjs' && entries.size > 1)
  if (fast) return (await import('./engines/esbuild.ts')).esbuildEngine
  if (options.level === 'max') return (await import('./engines/rollup.ts')).rollupEngine
  return (await import('./engines/rolldown.ts')).rolldownEngine
}

function loadsLazily(graph: ModuleGraph): boolean {
  return graph.modules.some((module) => module.imports.some((edge) => edge.kind === 'dynamic-import' && !edge.external))
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

function finishChunk(chunk: EngineChunk, { format, options }: EngineRequest): Chunk {
  const shims = format === 'esm' && options.platform === 'node' ? nodeShims(chunk.code) : undefined
  const code = shims === undefined ? chunk.code : `${shims}${chunk.code}`
  const map = chunk.map === undefined || shims === undefined ? chunk.map : shiftLines(chunk.map, 1)
  return {
    path: chunk.path,
    bytes: new TextEncoder().encode(code),
    ...(map === undefined ? {} : { map }),
    isEntry: chunk.isEntry,
    imports: chunk.imports,
  }
}

/** A line put before the code is an empty line in the map. */
function shiftLines(map: string, lines: number): string {
  const parsed = JSON.parse(map) as { mappings: string }
  return JSON.stringify({ ...parsed, mappings: `${';'.repeat(lines)}${parsed.mappings}` })
}

function assumptionsOf({ options }: EngineRequest, output: EngineOutput): Assumption[] {
  void output
  const list: Assumption[] = []
  if (options.nodeEnv !== null) {
    list.push({ what: `process.env.NODE_ENV is "${options.nodeEnv}"`, option: 'bundle.nodeEnv' })
  }
  if (options.externalAwsSdk) {
    list.push({ what: 'the runtime brings @aws-sdk and @smithy packages', option: 'bundle.externalAwsSdk' })
  }
  return list
}
