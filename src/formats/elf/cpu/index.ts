import type { AnalyzeSettings } from '../../../core/analysis.ts'
import type { Context } from '../../../core/context.ts'
import type { JsonValue } from '../../../core/json.ts'
import type { Requirement } from '../../../core/requirement.ts'
import type { ElfFile } from '../read/elf-file.ts'

/** What the code of a file asks of the processor. */
export interface CpuAnalysis {
  readonly requirements: readonly Requirement[]
  /** Merged into the properties of the analysis. */
  readonly properties: { readonly [key: string]: JsonValue }
  /** What the rules on CPU features read. */
  readonly data: unknown
}

/** Which CPU features the code needs, may need, or uses behind a check. */
export async function analyzeCpu(_file: ElfFile, _settings: AnalyzeSettings, _context: Context): Promise<CpuAnalysis> {
  return { requirements: [], properties: {}, data: undefined }
}
