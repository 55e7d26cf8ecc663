// Numbers of the gABI (https://refspecs.linuxfoundation.org/elf/gabi4+/) and of the processor supplements, by the
// names that the specifications use. Only those that this program reads or prints.

/** e_type. */
export const ET = { NONE: 0, REL: 1, EXEC: 2, DYN: 3, CORE: 4 } as const

/** e_machine. */
export const EM = {
  I386: 3,
  MIPS: 8,
  PPC: 20,
  PPC64: 21,
  S390: 22,
  ARM: 40,
  X86_64: 62,
  AARCH64: 183,
  RISCV: 243,
  LOONGARCH: 258,
} as const

/** p_type. */
export const PT = {
  NULL: 0,
  LOAD: 1,
  DYNAMIC: 2,
  INTERP: 3,
  NOTE: 4,
  SHLIB: 5,
  PHDR: 6,
  TLS: 7,
  GNU_EH_FRAME: 0x6474e550,
  GNU_STACK: 0x6474e551,
  GNU_RELRO: 0x6474e552,
  GNU_PROPERTY: 0x6474e553,
  GNU_SFRAME: 0x6474e554,
} as const

/** p_flags. */
export const PF = { X: 1, W: 2, R: 4 } as const

/** sh_type. */
export const SHT = {
  NULL: 0,
  PROGBITS: 1,
  SYMTAB: 2,
  STRTAB: 3,
  RELA: 4,
  HASH: 5,
  DYNAMIC: 6,
  NOTE: 7,
  NOBITS: 8,
  REL: 9,
  DYNSYM: 11,
  INIT_ARRAY: 14,
  FINI_ARRAY: 15,
  PREINIT_ARRAY: 16,
  GROUP: 17,
  SYMTAB_SHNDX: 18,
  RELR: 19,
  GNU_ATTRIBUTES: 0x6ffffff5,
  GNU_HASH: 0x6ffffff6,
  GNU_VERDEF: 0x6ffffffd,
  GNU_VERNEED: 0x6ffffffe,
  GNU_VERSYM: 0x6fffffff,
  LLVM_ADDRSIG: 0x6fff4c03,
  /** Processor specific: the meaning hangs on e_machine. */
  ARM_EXIDX: 0x70000001,
  ARM_ATTRIBUTES: 0x70000003,
  RISCV_ATTRIBUTES: 0x70000003,
} as const

/** sh_flags. */
export const SHF = {
  WRITE: 1,
  ALLOC: 2,
  EXECINSTR: 4,
  MERGE: 0x10,
  STRINGS: 0x20,
  INFO_LINK: 0x40,
  LINK_ORDER: 0x80,
  GROUP: 0x200,
  TLS: 0x400,
  COMPRESSED: 0x800,
} as const

/** Reserved section indexes. */
export const SHN = { UNDEF: 0, LORESERVE: 0xff00, ABS: 0xfff1, COMMON: 0xfff2, XINDEX: 0xffff } as const

/** e_phnum of a file whose count stands in sh_info of section 0. */
export const PN_XNUM = 0xffff

/** Symbol types (st_info & 15). */
export const STT = { NOTYPE: 0, OBJECT: 1, FUNC: 2, SECTION: 3, FILE: 4, COMMON: 5, TLS: 6, GNU_IFUNC: 10 } as const

/** Symbol bindings (st_info >> 4). */
export const STB = { LOCAL: 0, GLOBAL: 1, WEAK: 2, GNU_UNIQUE: 10 } as const

/** d_tag. */
export const DT = {
  NULL: 0,
  NEEDED: 1,
  PLTRELSZ: 2,
  HASH: 4,
  STRTAB: 5,
  SYMTAB: 6,
  RELA: 7,
  RELASZ: 8,
  RELAENT: 9,
  STRSZ: 10,
  SYMENT: 11,
  INIT: 12,
  FINI: 13,
  SONAME: 14,
  RPATH: 15,
  REL: 17,
  RELSZ: 18,
  RELENT: 19,
  PLTREL: 20,
  TEXTREL: 22,
  JMPREL: 23,
  BIND_NOW: 24,
  INIT_ARRAY: 25,
  FINI_ARRAY: 26,
  INIT_ARRAYSZ: 27,
  FINI_ARRAYSZ: 28,
  RUNPATH: 29,
  FLAGS: 30,
  PREINIT_ARRAY: 32,
  PREINIT_ARRAYSZ: 33,
  RELRSZ: 35,
  RELR: 36,
  RELRENT: 37,
  GNU_HASH: 0x6ffffef5,
  VERSYM: 0x6ffffff0,
  FLAGS_1: 0x6ffffffb,
  VERDEF: 0x6ffffffc,
  VERDEFNUM: 0x6ffffffd,
  VERNEED: 0x6ffffffe,
  VERNEEDNUM: 0x6fffffff,
} as const

/** DT_FLAGS. */
export const DF = { TEXTREL: 4, BIND_NOW: 8 } as const

/** DT_FLAGS_1. */
export const DF_1 = { NOW: 1, PIE: 0x08000000 } as const

/** Note types of the owner `GNU`. */
export const NT_GNU = { ABI_TAG: 1, HWCAP: 2, BUILD_ID: 3, GOLD_VERSION: 4, PROPERTY_TYPE_0: 5 } as const

/** ch_type. */
export const ELFCOMPRESS = { ZLIB: 1, ZSTD: 2 } as const

/** Names of e_type as reports print them. */
export const typeNames: Readonly<Record<number, string>> = {
  [ET.NONE]: 'none',
  [ET.REL]: 'relocatable',
  [ET.EXEC]: 'executable',
  [ET.DYN]: 'shared-object',
  [ET.CORE]: 'core',
}

/** Names of EI_OSABI. */
export const osAbiNames: Readonly<Record<number, string>> = {
  0: 'sysv',
  1: 'hpux',
  2: 'netbsd',
  3: 'gnu',
  6: 'solaris',
  9: 'freebsd',
  12: 'openbsd',
  64: 'arm-aeabi',
  97: 'arm',
  255: 'standalone',
}
