import type { JsonValue } from '../../../core/json.ts'
import type { Requirement } from '../../../core/requirement.ts'

/** What the code of a file asks of the processor. */
export interface CpuAnalysis {
  readonly requirements: readonly Requirement[]
  /** Merged into the properties of the analysis. */
  readonly properties: { readonly [key: string]: JsonValue }
  /** What the rules on CPU features read. */
  readonly data: unknown
}
