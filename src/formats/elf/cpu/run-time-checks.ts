import { readDynamic } from '../read/dynamic.ts'
import type { ElfFile } from '../read/elf-file.ts'
import { dynamicRelocations, sectionRelocations } from '../read/relocations.ts'
import { readDynamicSymbols } from '../read/symbols.ts'
import { EM, SHF, SHT } from '../constants.ts'

/** R_*_IRELATIVE by e_machine. */
const irelativeTypes: Readonly<Record<number, number>> = { [EM.I386]: 42, [EM.ARM]: 160, [EM.RISCV]: 58 }

const asking =
  /^(?:getauxval|__getauxval|elf_aux_info|_rtld_global_ro|android_getCpuFeatures|__riscv_hwprobe|__get_cpuid(?:_max|_count)?|__cpu_model|__cpu_indicator_init|\w*cpu_?(?:supports|has|features?|flags)\w*)$/

/**
 * What a file has that can tell processors apart while it runs, where control flow is not followed: imports, IFUNCs,
 * /proc/cpuinfo; and that a static program can read the auxiliary vector without any of them.
 */
export function runTimeChecks(file: ElfFile, readsAuxiliaryVector: boolean): string[] {
  const checks: string[] = []
  const dynamic = readDynamic(file)
  const symbols = readDynamicSymbols(file, dynamic)
  for (let index = 1; index < (symbols?.count ?? 0); index++) {
    if (symbols!.section(index) === 0 && asking.test(symbols!.name(index))) checks.push(`import ${symbols!.name(index)}`)
  }
  if (readsAuxiliaryVector && (symbols === undefined || symbols.count <= 1)) checks.push('a static program can read the auxiliary vector itself')
  const irelative = irelativeTypes[file.header.e_machine]
  for (const { type } of relocationsOf(file)) {
    if (type !== irelative) continue
    checks.push('IFUNC')
    break
  }
  const bytes = Buffer.from(file.bytes.buffer, file.bytes.byteOffset, file.bytes.length)
  if (bytes.includes('/proc/cpuinfo\0')) checks.push('/proc/cpuinfo')
  if (bytes.includes('\0getauxval\0') && !checks.some((check) => check.includes('getauxval'))) checks.push('getauxval by name')
  return checks
}

function* relocationsOf(file: ElfFile): Iterable<{ readonly type: number }> {
  const dynamic = readDynamic(file)
  if (dynamic !== undefined) yield* dynamicRelocations(file, dynamic)
  else {
    for (const section of file.sections) {
      const relocates = section.sh_type === SHT.RELA || section.sh_type === SHT.REL
      if (relocates && (section.sh_flags & SHF.ALLOC) !== 0) yield* sectionRelocations(file, section)
    }
  }
}
