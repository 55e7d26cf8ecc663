import { riscvExtensions, scanRiscv } from '../../../../isa/riscv/scan.ts'
import { executableRanges } from '../../read/address-space.ts'
import type { ElfFile } from '../../read/elf-file.ts'
import type { CpuAnalysis } from '../cpu-analysis.ts'
import type { Declaration } from '../declared.ts'
import { Occurrences } from '../occurrences.ts'
import { runTimeChecks } from '../run-time-checks.ts'

/** RV64GC, what Linux distributions for RISC-V are built for. */
const general = new Set(['', 'm', 'a', 'f', 'd', 'c'])

/** Which extensions occur in RISC-V code, beside what the attributes declare. */
export function scanRiscvFile(file: ElfFile, declared: readonly Declaration[]): CpuAnalysis {
  const occurrences = new Occurrences()
  for (const range of executableRanges(file)) {
    const code = file.bytes.subarray(range.offset, range.offset + range.size)
    occurrences.addCode(range.address, range.size)
    scanRiscv(code, (at, extension) => {
      const name = riscvExtensions[extension]!
      if (!general.has(name)) occurrences.add(name, range.address + at, () => Buffer.from(code.subarray(at, at + 4)).reverse().toString('hex'))
    })
  }
  return occurrences.analysis(declared, runTimeChecks(file, true), isFound)
}

/** What the scanner would have found under that name or another, and what never traps. */
function isFound(name: string): boolean {
  return riscvExtensions.includes(name) || /^(?:b|zv.*|zfhmin|zicbo[mz]|zk.*|zbk.*|zic64b|zicc.*|za\d+rs|supm|ssnpm|zihint.*|zicbop)$/.test(name)
}
