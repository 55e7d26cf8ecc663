import type { Evidence, Requirement } from '../../../core/requirement.ts'
import { ET } from '../constants.ts'
import { executableRanges } from '../read/address-space.ts'
import type { ElfFile } from '../read/elf-file.ts'
import type { CpuAnalysis } from './cpu-analysis.ts'

/** Code that nobody has seen may need anything: no target can be called safe for it. */
export function unknownCode(evidence: Evidence): Requirement {
  return { kind: 'cpu-feature', name: 'unknown-code', need: 'possible', evidence: [evidence] }
}

/** What stands in the place of the CPU analysis when nobody asked for it: that it was left out, never that nothing is needed. */
export function codeNotDecoded(file: ElfFile): CpuAnalysis {
  if (file.header.e_type === ET.REL || file.header.e_type === ET.CORE) return { requirements: [], properties: {}, data: undefined }
  const size = executableRanges(file).reduce((sum, range) => sum + range.size, 0)
  const text = `${(size / 1e6).toFixed(1)} MB of machine code not decoded: only sizes were asked for (--code all decodes it)`
  return { requirements: [unknownCode({ text })], properties: { cpuAnalysis: 'skipped' }, data: undefined }
}

/** The same for a packed program, of which nothing but what unpacks it is code: anything else in there would be read as instructions that nobody wrote. */
export function packedCode(offset: number): CpuAnalysis {
  return { requirements: [unknownCode({ text: 'packed with UPX: what it unpacks at run time was not looked at (upx -d unpacks it for good)', offset })], properties: { cpuAnalysis: 'skipped' }, data: undefined }
}
