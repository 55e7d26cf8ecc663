import type { RecordOf } from '../../bytes/record.ts'

// The records of the gABI, chapters 4 and 5, for both classes. The two layouts of a record differ in order and width,
// never in names, so that one type serves both.

/** Elf64_Ehdr without e_ident. */
export const fileHeader64 = [
  ['e_type', 'u16'],
  ['e_machine', 'u16'],
  ['e_version', 'u32'],
  ['e_entry', 'address64'],
  ['e_phoff', 'size64'],
  ['e_shoff', 'size64'],
  ['e_flags', 'u32'],
  ['e_ehsize', 'u16'],
  ['e_phentsize', 'u16'],
  ['e_phnum', 'u16'],
  ['e_shentsize', 'u16'],
  ['e_shnum', 'u16'],
  ['e_shstrndx', 'u16'],
] as const

/** Elf32_Ehdr without e_ident. */
export const fileHeader32 = [
  ['e_type', 'u16'],
  ['e_machine', 'u16'],
  ['e_version', 'u32'],
  ['e_entry', 'address32'],
  ['e_phoff', 'size32'],
  ['e_shoff', 'size32'],
  ['e_flags', 'u32'],
  ['e_ehsize', 'u16'],
  ['e_phentsize', 'u16'],
  ['e_phnum', 'u16'],
  ['e_shentsize', 'u16'],
  ['e_shnum', 'u16'],
  ['e_shstrndx', 'u16'],
] as const

export type FileHeader = RecordOf<typeof fileHeader64>

/** Elf64_Phdr. */
export const programHeader64 = [
  ['p_type', 'u32'],
  ['p_flags', 'u32'],
  ['p_offset', 'size64'],
  ['p_vaddr', 'address64'],
  ['p_paddr', 'address64'],
  ['p_filesz', 'size64'],
  ['p_memsz', 'size64'],
  ['p_align', 'size64'],
] as const

/** Elf32_Phdr: p_flags stands elsewhere than in the 64-bit record. */
export const programHeader32 = [
  ['p_type', 'u32'],
  ['p_offset', 'size32'],
  ['p_vaddr', 'address32'],
  ['p_paddr', 'address32'],
  ['p_filesz', 'size32'],
  ['p_memsz', 'size32'],
  ['p_flags', 'u32'],
  ['p_align', 'size32'],
] as const

export type ProgramHeader = RecordOf<typeof programHeader64>

/** Elf64_Shdr. */
export const sectionHeader64 = [
  ['sh_name', 'u32'],
  ['sh_type', 'u32'],
  ['sh_flags', 'size64'],
  ['sh_addr', 'address64'],
  ['sh_offset', 'size64'],
  ['sh_size', 'size64'],
  ['sh_link', 'u32'],
  ['sh_info', 'u32'],
  ['sh_addralign', 'size64'],
  ['sh_entsize', 'size64'],
] as const

/** Elf32_Shdr. */
export const sectionHeader32 = [
  ['sh_name', 'u32'],
  ['sh_type', 'u32'],
  ['sh_flags', 'size32'],
  ['sh_addr', 'address32'],
  ['sh_offset', 'size32'],
  ['sh_size', 'size32'],
  ['sh_link', 'u32'],
  ['sh_info', 'u32'],
  ['sh_addralign', 'size32'],
  ['sh_entsize', 'size32'],
] as const

export type SectionHeader = RecordOf<typeof sectionHeader64>

/** Elf_Verneed and Elf_Vernaux (LSB core, symbol versioning): the same in both classes. */
export const versionNeed = [
  ['vn_version', 'u16'],
  ['vn_cnt', 'u16'],
  ['vn_file', 'u32'],
  ['vn_aux', 'u32'],
  ['vn_next', 'u32'],
] as const

export const versionNeedAux = [
  ['vna_hash', 'u32'],
  ['vna_flags', 'u16'],
  ['vna_other', 'u16'],
  ['vna_name', 'u32'],
  ['vna_next', 'u32'],
] as const

/** Elf_Verdef and Elf_Verdaux. */
export const versionDefinition = [
  ['vd_version', 'u16'],
  ['vd_flags', 'u16'],
  ['vd_ndx', 'u16'],
  ['vd_cnt', 'u16'],
  ['vd_hash', 'u32'],
  ['vd_aux', 'u32'],
  ['vd_next', 'u32'],
] as const

export const versionDefinitionAux = [
  ['vda_name', 'u32'],
  ['vda_next', 'u32'],
] as const

/** Elf64_Chdr: in front of the contents of a SHF_COMPRESSED section. */
export const compressionHeader64 = [
  ['ch_type', 'u32'],
  ['ch_reserved', 'u32'],
  ['ch_size', 'size64'],
  ['ch_addralign', 'size64'],
] as const

export const compressionHeader32 = [
  ['ch_type', 'u32'],
  ['ch_size', 'size32'],
  ['ch_addralign', 'size32'],
] as const
