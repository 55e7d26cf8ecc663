import { riscvExtensions, scanRiscv } from '../../../../isa/riscv/scan.ts'
import { executableRanges } from '../../read/address-space.ts'
import type { ElfFile } from '../../read/elf-file.ts'
import type { CpuAnalysis } from '../cpu-analysis.ts'
import type { Declaration } from '../declared.ts'
import { GoCode } from '../go-code.ts'
import { Occurrences } from '../occurrences.ts'
import { runTimeChecks } from '../run-time-checks.ts'

/** RV64GC, what Linux distributions for RISC-V are built for. */
const general = new Set(['', 'm', 'a', 'f', 'd', 'c'])

/** Which extensions occur in RISC-V code, beside what the attributes declare. */
export function scanRiscvFile(file: ElfFile, declared: readonly Declaration[]): CpuAnalysis {
  const occurrences = new Occurrences()
  const go = GoCode.of(file)
  for (const range of executableRanges(file)) {
    const code = file.bytes.subarray(range.offset, range.offset + range.size)
    occurrences.addCode(range.address, range.size)
    scanRiscv(code, (at, extension) => {
      const name = riscvExtensions[extension]!
      if (general.has(name)) return
      const isChecked = go?.isChecked(range.address + at) === true || (go?.has(range.address + at) === true && isPopulationCount(code, at))
      occurrences.add(name, range.address + at, () => Buffer.from(code.subarray(at, at + 4)).reverse().toString('hex'), isChecked)
    })
  }
  const checks = runTimeChecks(file, true)
  if (go !== undefined) checks.push(GoCode.check)
  return occurrences.analysis(declared, checks, isFound)
}

/** What the scanner would have found under that name or another, and what never traps. */
function isFound(name: string): boolean {
  return riscvExtensions.includes(name) || /^(?:b|zv.*|zfhmin|zicbo[mz]|zk.*|zbk.*|zic64b|zicc.*|za\d+rs|supm|ssnpm|zihint.*|zicbop)$/.test(name)
}

/** CPOP and CPOPW, before which Go's compiler asks wherever it uses them (`math/bits.OnesCount`). */
function isPopulationCount(code: Uint8Array, at: number): boolean {
  return code[at + 3] === 0x60 && (code[at + 2]! & 0xf0) === 0x20 && (code[at + 1]! & 0x70) === 0x10 && (code[at]! & 0x77) === 0x13
}
