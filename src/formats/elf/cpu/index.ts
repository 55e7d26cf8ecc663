import type { AnalyzeSettings } from '../../../core/analysis.ts'
import type { Context } from '../../../core/context.ts'
import { ShrinkError } from '../../../core/errors.ts'
import { EM, ET } from '../constants.ts'
import type { ElfFile } from '../read/elf-file.ts'
import { packedAt } from '../read/packed.ts'
import { packedCode } from './code-not-decoded.ts'
import type { CpuAnalysis } from './cpu-analysis.ts'
import { judgeArm64File } from './arm64/judge-file.ts'
import { scanArmFile } from './arm/scan-file.ts'
import { declaredFeatures } from './declared.ts'
import { scanI386File } from './i386/scan-file.ts'
import { scanRiscvFile } from './riscv/scan-file.ts'
import { judgeX86File } from './x86/judge-file.ts'

export type { CpuAnalysis } from './cpu-analysis.ts'

const nothing: CpuAnalysis = { requirements: [], properties: {}, data: undefined }

/** Which CPU features the code needs, may need, or uses behind a check. Tables that mislead the search are reported. */
export async function analyzeCpu(file: ElfFile, settings: AnalyzeSettings, context: Context): Promise<CpuAnalysis> {
  if (settings.shallow === true || file.header.e_type === ET.REL || file.header.e_type === ET.CORE) return nothing
  const packed = packedAt(file)
  if (packed !== undefined) return packedCode(packed)
  try {
    return judge(file, settings)
  } catch (error) {
    if (!(error instanceof ShrinkError)) throw error
    context.report({
      severity: 'warning',
      code: error.code,
      message: `CPU features could not be told: ${error.message}`,
      ...(error.details.offset === undefined ? {} : { location: { path: '', offset: error.details.offset } }),
    })
    return nothing
  }
}

function judge(file: ElfFile, settings: AnalyzeSettings): CpuAnalysis {
  const declared = declaredFeatures(file)
  switch (file.header.e_machine) {
    case EM.X86_64:
      return file.is64 && file.littleEndian ? judgeX86File(file, declared, settings.cpu) : nothing
    case EM.AARCH64:
      return file.is64 && file.littleEndian ? judgeArm64File(file, declared, settings.cpu) : nothing
    case EM.I386:
      return scanI386File(file, declared)
    case EM.RISCV:
      return scanRiscvFile(file, declared)
    case EM.ARM:
      return file.littleEndian ? scanArmFile(file, declared) : nothing
    default:
      return nothing
  }
}
