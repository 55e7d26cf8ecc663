import type { Diagnostic } from '../../core/diagnostic.ts'
import type { BundleOptions, ModuleFormat } from '../bundle-options.ts'
import type { ModuleGraph } from '../module-graph.ts'
import type { Resolver } from '../resolver.ts'

/** One bundler's output file, before the passes that follow bundling. */
export interface EngineChunk {
  /** Relative to the output folder, `/`-separated. */
  readonly path: string
  readonly code: string
  /** JSON text of the source map. */
  readonly map?: string
  readonly isEntry: boolean
  /** Chunks and externals it imports, statically or dynamically. */
  readonly imports: readonly string[]
}

/** A file that is copied beside the chunks: a native addon, a WebAssembly module. */
export interface EngineAsset {
  readonly path: string
  readonly bytes: Uint8Array
}

export interface EngineOutput {
  readonly chunks: readonly EngineChunk[]
  readonly assets: readonly EngineAsset[]
  readonly graph: ModuleGraph
}

export interface EngineRequest {
  /** Output name without extension → absolute path of the entry. */
  readonly entries: ReadonlyMap<string, string>
  readonly options: BundleOptions
  readonly format: ModuleFormat
  /** With the dot. */
  readonly extension: string
  readonly resolver: Resolver
  /** Source text that replaces a file's own, by absolute path. */
  readonly replacements: ReadonlyMap<string, string>
  readonly signal: AbortSignal
  report(diagnostic: Diagnostic): void
}

/** Puts modules together: esbuild, Rolldown or Rollup behind one shape. */
export interface Engine {
  readonly id: 'esbuild' | 'rolldown' | 'rollup'
  bundle(request: EngineRequest): Promise<EngineOutput>
}

/** Files imported as a string, whichever bundler reads them. */
export const textExtensions: readonly string[] = ['.css', '.txt', '.sql', '.html', '.md', '.graphql', '.gql', '.svg']

/** Files that cannot be put into JavaScript and are copied beside it. */
export const assetExtensions: readonly string[] = ['.node', '.wasm']

export const scripts: RegExp = /\.[cm]?[jt]sx?$/
