import type { InputStamps } from '../cache/input-stamps.ts'
import type { Context } from '../core/context.ts'
import type { ResultCache } from '../core/result-cache.ts'
import type { FileBeside } from './files-beside.ts'
import type { ModuleFormat } from './bundle-options.ts'
import type { Engine, EngineAsset } from './engines/engine.ts'
import type { ModuleGraph } from './module-graph.ts'
import type { Assumption } from './plan.ts'

export type BundleContext = Pick<Context, 'signal' | 'report'> & {
  /** Where results are remembered; left out: every build starts anew. */
  readonly cache?: ResultCache
}

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

export interface BundleResult {
  readonly chunks: readonly Chunk[]
  /** Native addons and WebAssembly modules that the chunks load, and files that they read, copied beside them. */
  readonly assets: readonly (EngineAsset | FileBeside)[]
  /** Packages that stay imports: their code reads files by its own place that cannot lie beside a bundle. */
  readonly leftOut: readonly { readonly name: string; readonly reads: string }[]
  readonly moduleGraph: ModuleGraph
  readonly format: ModuleFormat
  /** The bundler whose output this is. */
  readonly engine: Engine['id']
  readonly assumptions: readonly Assumption[]
  /** Came from the cache as it was made before. */
  readonly cached: boolean
  /** What it was made from, where a cache was given. */
  readonly inputs?: InputStamps
  /** Declarations that the bundler kept and that were proved to have no effect; bytes of source text. */
  readonly removed: readonly { readonly name: string; readonly bytes: number }[]
}
