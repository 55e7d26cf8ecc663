import type { AnalyzeSettings } from '../../../core/analysis.ts'
import type { Context } from '../../../core/context.ts'
import type { JsonValue } from '../../../core/json.ts'
import type { Requirement } from '../../../core/requirement.ts'
import { EM } from '../constants.ts'
import type { ElfFile } from '../read/elf-file.ts'
import { declaredFeatures } from './declared.ts'
import { scanFeatures } from './scan-features.ts'
import { judgeX86File } from './x86/judge-file.ts'

/** What the code of a file asks of the processor. */
export interface CpuAnalysis {
  readonly requirements: readonly Requirement[]
  /** Merged into the properties of the analysis. */
  readonly properties: { readonly [key: string]: JsonValue }
  /** What the rules on CPU features read. */
  readonly data: unknown
}

const nothing: CpuAnalysis = { requirements: [], properties: {}, data: undefined }

/** Which CPU features the code needs, may need, or uses behind a check. */
export async function analyzeCpu(file: ElfFile, settings: AnalyzeSettings, _context: Context): Promise<CpuAnalysis> {
  if (settings.shallow === true) return nothing
  const declared = declaredFeatures(file)
  switch (file.header.e_machine) {
    case EM.X86_64:
      return file.is64 ? judgeX86File(file, declared, settings.cpu) : nothing
    case EM.I386:
    case EM.AARCH64:
    case EM.RISCV:
    case EM.ARM:
      return scanFeatures(file, declared)
    default:
      return nothing
  }
}
