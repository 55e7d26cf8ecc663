import { SHT } from '../constants.ts'
import type { ElfFile, Section } from '../read/elf-file.ts'
import { fileSizeOf, isAllocated } from '../read/elf-file.ts'

export type StripMode = 'all' | 'debug' | 'none'

/** Debug information proper, also compressed and as GDB, stabs and LTO name it. */
const debugNames = /^\.(rela?)?\.?(z?debug_|gnu\.debuglto_|stab)|^\.(line|gdb_index|debug_gdb_scripts|gnu_debugaltlink|debug_names)$/

/**
 * Besides: what tools wrote for themselves. Provenance (.comment), debug information in other places (.gnu_debuglink,
 * .gnu_debugdata, .SUNW_ctf), what a compiler told its linker. See docs/elf.md for what is kept, and why.
 */
const toolNames =
  /^\.(comment|note\.gnu\.gold-version|gnu\.build\.attributes.*|annobin\.notes|gnu_debuglink|gnu_debugdata|gnu\.lto_.*|llvm_addrsig|llvm\.lto|SUNW_ctf|ctf|BTF|BTF\.ext|GCC\.command\.line|deplibs|llvm_sympart|note\.GNU-stack)$/

/** May the section go? Nothing that is loaded, lies in a segment, or is not known to be for tools only. */
export function isRemovable(file: ElfFile, section: Section, mode: StripMode): boolean {
  if (mode === 'none' || section.index === 0 || isAllocated(section) || liesInSegment(file, section)) return false
  if (section.index === file.sectionNameIndex) return false
  if (debugNames.test(section.name)) return true
  if (mode === 'debug') return false
  switch (section.sh_type) {
    case SHT.SYMTAB:
    case SHT.SYMTAB_SHNDX:
    case SHT.LLVM_ADDRSIG:
      return true
    case SHT.STRTAB:
      return !isUsed(file, section, mode)
    case SHT.REL:
    case SHT.RELA:
      return true // left by --emit-relocs: relocations that nobody applies any more
    default:
      return toolNames.test(section.name)
  }
}

/** Is the string table of a section that stays? */
function isUsed(file: ElfFile, table: Section, mode: StripMode): boolean {
  const users = file.sections.filter((section) => section.sh_link === table.index && section.index !== 0)
  return users.length === 0 ? table.name !== '.strtab' : users.some((section) => !isRemovable(file, section, mode))
}

function liesInSegment(file: ElfFile, section: Section): boolean {
  const size = fileSizeOf(section)
  if (size === 0) return false
  return file.segments.some(
    (segment) =>
      segment.p_filesz > 0 &&
      section.sh_offset < segment.p_offset + segment.p_filesz &&
      segment.p_offset < section.sh_offset + size,
  )
}
