import type { Architecture } from '../../core/requirement.ts'
import { EM } from './constants.ts'
import type { ElfFile } from './read/elf-file.ts'

/** The name of the machine a file is for, or null for one that reports have no name for. */
export function architectureOf(file: ElfFile): Architecture | null {
  const { is64, littleEndian } = file
  switch (file.header.e_machine) {
    case EM.X86_64:
      return 'x86-64'
    case EM.I386:
      return 'i386'
    case EM.AARCH64:
      return 'aarch64'
    case EM.ARM:
      return 'arm'
    case EM.RISCV:
      return is64 ? 'riscv64' : 'riscv32'
    case EM.S390:
      return is64 ? 's390x' : null
    case EM.PPC64:
      return littleEndian ? 'ppc64le' : 'ppc64'
    case EM.LOONGARCH:
      return is64 ? 'loongarch64' : null
    case EM.MIPS:
      return is64 ? (littleEndian ? 'mips64el' : 'mips64') : littleEndian ? 'mipsel' : 'mips'
    default:
      return null
  }
}

/** The architecture's name, or `machine-<e_machine>`. */
export function machineName(file: ElfFile): string {
  return architectureOf(file) ?? `machine-${file.header.e_machine}`
}

/** How floating-point arguments are passed, as e_flags of the processor supplements say; undefined where they do not. */
export function floatAbiOf(file: ElfFile): string | undefined {
  const flags = file.header.e_flags
  switch (file.header.e_machine) {
    case EM.ARM: // EF_ARM_ABI_FLOAT_HARD, EF_ARM_ABI_FLOAT_SOFT
      return (flags & 0x400) !== 0 ? 'hard' : (flags & 0x200) !== 0 ? 'soft' : undefined
    case EM.RISCV: // EF_RISCV_FLOAT_ABI
      return ['soft', 'single', 'double', 'quad'][(flags >> 1) & 3]
    case EM.LOONGARCH: // EF_LOONGARCH_ABI_MODIFIER_MASK
      return [undefined, 'soft', 'single', 'double'][flags & 7]
    default:
      return undefined
  }
}

/** What else e_flags say, in words, for the properties of a report. */
export function machineFlags(file: ElfFile): string[] {
  const flags = file.header.e_flags
  switch (file.header.e_machine) {
    case EM.ARM:
      return [`EABI${flags >>> 24}`, ...(flags & 0x00800000 ? ['BE8'] : [])]
    case EM.RISCV:
      return [...(flags & 1 ? ['RVC'] : []), ...(flags & 8 ? ['RVE'] : []), ...(flags & 16 ? ['TSO'] : [])]
    case EM.PPC64:
      return (flags & 3) === 0 ? [] : [`ELFv${flags & 3}`]
    case EM.LOONGARCH:
      return [`object ABI v${(flags >> 6) & 3}`]
    case EM.MIPS:
      return mipsFlags(file, flags)
    default:
      return []
  }
}

const mipsArchitectures = ['mips1', 'mips2', 'mips3', 'mips4', 'mips5', 'mips32', 'mips64', 'mips32r2', 'mips64r2', 'mips32r6', 'mips64r6']

function mipsFlags(file: ElfFile, flags: number): string[] {
  const abi = file.is64 ? 'n64' : (flags & 0x20) !== 0 ? 'n32' : 'o32'
  const architecture = mipsArchitectures[flags >>> 28]
  return [abi, ...(architecture === undefined ? [] : [architecture]), ...(flags & 0x400 ? ['nan2008'] : []), ...(flags & 0x200 ? ['fp64'] : [])]
}
