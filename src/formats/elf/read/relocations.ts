import type { ByteReader } from '../../../bytes/byte-reader.ts'
import { DT, EM, SHT } from '../constants.ts'
import { windowAt } from './address-space.ts'
import type { Dynamic } from './dynamic.ts'
import { safeNumber } from './dynamic.ts'
import type { ElfFile, Section } from './elf-file.ts'
import { sectionContents } from './elf-file.ts'

/** A relocation. For REL and RELR tables the addend stands where the relocation applies, and is not read here. */
export interface Relocation {
  /** Memory space (file space of its section in relocatable objects). */
  readonly offset: number
  /** R_<machine>_*; the machine's relative type for RELR. */
  readonly type: number
  /** Index into the symbol table; 0: none. */
  readonly symbol: number
  /** Exact up to 2^53; undefined for REL and RELR. */
  readonly addend: number | undefined
  readonly table: 'rela' | 'rel' | 'relr' | 'plt'
}

/** R_<machine>_RELATIVE by e_machine. */
export const relativeTypes: Readonly<Record<number, number>> = {
  [EM.X86_64]: 8,
  [EM.I386]: 8,
  [EM.AARCH64]: 1027,
  [EM.ARM]: 23,
  [EM.RISCV]: 3,
  [EM.S390]: 12,
  [EM.PPC64]: 22,
  [EM.PPC]: 22,
  [EM.LOONGARCH]: 3,
  [EM.MIPS]: 3,
}

/** The dynamic relocations: DT_RELA, DT_REL, DT_RELR, then DT_JMPREL. @throws MalformedError */
export function* dynamicRelocations(file: ElfFile, dynamic: Dynamic): Generator<Relocation> {
  const table = (address: number, size: number, what: string): ByteReader | undefined => {
    const at = dynamic.value(address)
    const length = dynamic.value(size)
    return at === undefined || length === undefined || length === 0n ? undefined : windowAt(file, at, what, safeNumber(length))
  }
  const rela = table(DT.RELA, DT.RELASZ, 'DT_RELA')
  if (rela !== undefined) yield* relocationEntries(file, rela, true, 'rela')
  const rel = table(DT.REL, DT.RELSZ, 'DT_REL')
  if (rel !== undefined) yield* relocationEntries(file, rel, false, 'rel')
  const relr = table(DT.RELR, DT.RELRSZ, 'DT_RELR')
  if (relr !== undefined) yield* relativeRelocations(file, relr)
  const plt = table(DT.JMPREL, DT.PLTRELSZ, 'DT_JMPREL')
  if (plt !== undefined) yield* relocationEntries(file, plt, dynamic.value(DT.PLTREL) === BigInt(DT.RELA), 'plt')
}

/** The entries of a SHT_RELA or SHT_REL section, in relocatable objects and in static programs (`.rela.plt`). */
export function* sectionRelocations(file: ElfFile, section: Section): Generator<Relocation> {
  const rela = section.sh_type === SHT.RELA
  yield* relocationEntries(file, sectionContents(file, section), rela, rela ? 'rela' : 'rel')
}

function* relocationEntries(
  file: ElfFile,
  reader: ByteReader,
  hasAddend: boolean,
  table: Relocation['table'],
): Generator<Relocation> {
  const { view } = reader
  const le = file.littleEndian
  const word = file.is64 ? 8 : 4
  const size = word * (hasAddend ? 3 : 2)
  // MIPS N64 stores r_sym first and three types in single bytes, whatever the byte order.
  const mips64 = file.is64 && file.header.e_machine === EM.MIPS
  for (let at = 0; at + size <= reader.size; at += size) {
    if (!file.is64) {
      const info = view.getUint32(at + 4, le)
      const addend = hasAddend ? view.getInt32(at + 8, le) : undefined
      yield { offset: view.getUint32(at, le), type: info & 0xff, symbol: info >>> 8, addend, table }
      continue
    }
    const offset = Number(view.getBigUint64(at, le))
    const low = view.getUint32(at + (le ? 8 : 12), le)
    const high = view.getUint32(at + (le ? 12 : 8), le)
    const addend = hasAddend ? Number(view.getBigInt64(at + 16, le)) : undefined
    if (mips64) yield { offset, type: reader.bytes[at + 15]!, symbol: view.getUint32(at + 8, le), addend, table }
    else yield { offset, type: low, symbol: high, addend, table }
  }
}

/** DT_RELR (gABI): an even entry is an address; an odd one is a bitmap of the words that follow the last. */
function* relativeRelocations(file: ElfFile, reader: ByteReader): Generator<Relocation> {
  const word = file.is64 ? 8 : 4
  const bits = BigInt(word * 8 - 1)
  const type = relativeTypes[file.header.e_machine] ?? 0
  let next = 0n
  while (reader.remaining >= word) {
    const entry = file.is64 ? reader.u64('relr entry') : BigInt(reader.u32('relr entry'))
    if ((entry & 1n) === 0n) {
      yield { offset: Number(entry), type, symbol: 0, addend: undefined, table: 'relr' }
      next = entry + BigInt(word)
      continue
    }
    for (let bit = 0n; bit < bits; bit++) {
      if (((entry >> (bit + 1n)) & 1n) === 0n) continue
      yield { offset: Number(next + bit * BigInt(word)), type, symbol: 0, addend: undefined, table: 'relr' }
    }
    next += bits * BigInt(word)
  }
}
