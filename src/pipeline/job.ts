import type { AnalyzeSettings, FormatId } from '../core/analysis.ts'
import type { Diagnostic } from '../core/diagnostic.ts'
import type { ArtifactReport, OutputReport } from '../core/report.ts'
import type { TransformSettings } from '../core/transform.ts'

/** Severity per rule id, as the configuration has it. */
export type RuleSeverities = Readonly<Record<string, 'off' | 'info' | 'warning' | 'error'>>

/** `auto`: both, but for long files (encoded-sizes.ts); `gzip`: like `auto`, without brotli. */
export type CompressedSizes = 'auto' | 'gzip' | 'all' | 'none'

/** Work on one file of a tree, as data: it can run here, on a thread or elsewhere. */
export type Job =
  | {
      readonly kind: 'analyze'
      /** Absolute path of the tree. */
      readonly root: string
      /** Tree-relative path of the file. */
      readonly path: string
      readonly settings: AnalyzeSettings
      readonly rules: RuleSeverities
      readonly compressedSizes: CompressedSizes
    }
  | {
      readonly kind: 'optimize'
      readonly root: string
      readonly path: string
      /** Absolute path of the folder that the result is written into. */
      readonly outRoot: string
      readonly settings: AnalyzeSettings
      readonly rules: RuleSeverities
      readonly level: TransformSettings['level']
      readonly measure: TransformSettings['measure']
      readonly options: Readonly<Record<FormatId, TransformSettings['options']>>
      /** The file is analysed and written as it is: something else relies on its bytes. */
      readonly keepsBytes?: boolean
      readonly compressedSizes: CompressedSizes
    }

export interface JobResult {
  readonly artifact: ArtifactReport
  /** For `optimize`: the file itself first, then its companions. */
  readonly outputs: readonly OutputReport[]
  readonly diagnostics: readonly Diagnostic[]
}

/** Runs jobs somewhere. Results come back in no particular order; callers sort. */
export interface Executor {
  /** Jobs that run at a time; more than these need not be handed over. */
  readonly concurrency: number
  run(job: Job): Promise<JobResult>
  close(): Promise<void>
}
