import type { Analysis } from './analysis.ts'
import type { Artifact, Companion } from './artifact.ts'
import type { Change } from './change.ts'
import type { Context } from './context.ts'
import type { JsonValue } from './json.ts'

/**
 * - `lossless`: what runs, debugs and reads as before.
 * - `drops-debug-info`: runs as before; names and line tables are gone.
 * - `needs-run-check`: meant to run as before; prove it with a run.
 */
export type Safety = 'lossless' | 'drops-debug-info' | 'needs-run-check'

/** What a size is compared in. */
export const measures = ['raw', 'gzip', 'brotli'] as const
export type Measure = (typeof measures)[number]

/** How much time the result may cost. */
export const levels = ['fast', 'balanced', 'max'] as const
export type Level = (typeof levels)[number]

export interface TransformSettings {
  readonly level: Level
  readonly measure: Measure
  /** The section of the configuration named after the format: checked by the options table, read by the format. */
  readonly options: { readonly [key: string]: JsonValue | undefined }
}

export interface TransformResult {
  readonly artifact: Artifact
  readonly changes: readonly Change[]
  readonly companions?: readonly Companion[]
  /** The transform itself has compared the result with its input in the measure asked for: it is smaller. */
  readonly compared?: boolean
}

/** Makes an artifact smaller. Throws a `ShrinkError` to refuse; returns the same artifact when there is nothing to do. */
export interface Transform<Detail = unknown> {
  /** `format/name`, stable. */
  readonly id: string
  readonly title: string
  readonly safety: Safety
  /** What its results are compared in, where that is not the user's to choose: `raw` for what only removes bytes. */
  readonly measure?: Measure
  /**
   * Was asked for by name and changes what the artifact needs or offers (lowers features, drops exports): the result
   * stands whatever its size, and what follows is compared with it.
   */
  readonly redefines?: boolean
  /** Is there anything to do, and was it asked for? Cheap. */
  applies(analysis: Analysis<Detail>, settings: TransformSettings): boolean
  apply(
    artifact: Artifact,
    analysis: Analysis<Detail>,
    settings: TransformSettings,
    context: Context,
  ): Promise<TransformResult>
}
