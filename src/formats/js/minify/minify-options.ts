import type { TraceMap } from '@jridgewell/trace-mapping'
import type { Level, Measure } from '../../../core/transform.ts'
import type { KeptNames } from '../read/name-reads.ts'
import type { ParseGoal } from '../read/parse-script.ts'
import type { Edition } from '../read/syntax-features.ts'

export interface MinifyOptions {
  readonly level: Level
  readonly measure: Measure
  /** How the code is parsed; see `ParseGoal`. */
  readonly goal: ParseGoal
  /** Names declared at the top may be renamed and dropped. Always so for modules and CommonJS. */
  readonly topLevel?: boolean
  /** Newest syntax that the output may use, unless the input uses newer. */
  readonly target: Edition
  readonly keepNames?: KeptNames
  /** The text of functions is read at run time: the names that stand in it, which are left alone. */
  readonly keepText?: readonly string[] | undefined
  /** Give names anew so that the compressor finds more repeats. On when left out, from level `balanced` on. */
  readonly rename?: boolean
  /** Level `max`: how long names are searched for; 2 takes twice as long as 1. */
  readonly effort?: number
  /** Produce a source map; composed with the map that the code came with where there is one. */
  readonly sourceMap?: { readonly name: string; readonly input?: TraceMap | undefined }
  readonly signal?: AbortSignal
}
