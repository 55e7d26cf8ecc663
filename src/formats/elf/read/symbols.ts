import type { ByteReader } from '../../../bytes/byte-reader.ts'
import { MalformedError } from '../../../core/errors.ts'
import { DT, EM, SHN, SHT } from '../constants.ts'
import { windowAt } from './address-space.ts'
import type { Dynamic } from './dynamic.ts'
import { safeNumber } from './dynamic.ts'
import type { ElfFile, Section } from './elf-file.ts'
import { sectionContents } from './elf-file.ts'

/**
 * A symbol table, read in place: hundreds of thousands of symbols are looked at without an object for each.
 * Values are numbers here; those above 2^53 are rounded, which only code that indexes this file by them would notice.
 */
export class SymbolTable {
  readonly count: number
  readonly littleEndian: boolean
  readonly strings: ByteReader
  readonly #view: DataView
  readonly #bytes: Uint8Array
  readonly #is64: boolean
  readonly #entrySize: number
  readonly #extended: ByteReader | undefined
  readonly #text: Buffer

  constructor(file: ElfFile, entries: ByteReader, strings: ByteReader, extended: ByteReader | undefined) {
    this.#entrySize = symbolSize(file)
    this.count = Math.floor(entries.size / this.#entrySize)
    this.littleEndian = file.littleEndian
    this.strings = strings
    this.#view = entries.view
    this.#bytes = entries.bytes
    this.#is64 = file.is64
    this.#extended = extended
    this.#text = Buffer.from(strings.bytes.buffer, strings.bytes.byteOffset, strings.bytes.byteLength)
  }

  /** st_name: offset into the string table. */
  nameOffset(index: number): number {
    return this.#view.getUint32(index * this.#entrySize, this.littleEndian)
  }

  /** @throws MalformedError when the name does not lie in the string table. */
  name(index: number): string {
    const from = this.nameOffset(index)
    const end = from < this.#text.length ? this.#text.indexOf(0, from) : -1
    if (end < 0) {
      throw new MalformedError(`${this.strings.what}: name of symbol ${index}: offset 0x${from.toString(16)} is outside`, {
        offset: this.strings.base,
      })
    }
    return this.#text.toString('latin1', from, end)
  }

  value(index: number): number {
    const at = index * this.#entrySize
    return this.#is64 ? readNumber64(this.#view, at + 8, this.littleEndian) : this.#view.getUint32(at + 4, this.littleEndian)
  }

  size(index: number): number {
    const at = index * this.#entrySize
    return this.#is64 ? readNumber64(this.#view, at + 16, this.littleEndian) : this.#view.getUint32(at + 8, this.littleEndian)
  }

  /** STT_*. */
  type(index: number): number {
    return this.#info(index) & 15
  }

  /** STB_*. */
  binding(index: number): number {
    return this.#info(index) >> 4
  }

  /** st_other: visibility and processor bits. */
  other(index: number): number {
    return this.#bytes[index * this.#entrySize + (this.#is64 ? 5 : 13)]!
  }

  /** st_shndx, resolved (SHN_XINDEX); reserved indexes (SHN_ABS, …) as they are. */
  section(index: number): number {
    const stored = this.#view.getUint16(index * this.#entrySize + (this.#is64 ? 6 : 14), this.littleEndian)
    if (stored !== SHN.XINDEX || this.#extended === undefined || index * 4 + 4 > this.#extended.size) return stored
    return this.#extended.view.getUint32(index * 4, this.littleEndian)
  }

  #info(index: number): number {
    return this.#bytes[index * this.#entrySize + (this.#is64 ? 4 : 12)]!
  }
}

function readNumber64(view: DataView, at: number, littleEndian: boolean): number {
  const first = view.getUint32(at, littleEndian)
  const second = view.getUint32(at + 4, littleEndian)
  return littleEndian ? second * 0x1_0000_0000 + first : first * 0x1_0000_0000 + second
}

/** Bytes of Elf32_Sym or Elf64_Sym. */
export function symbolSize(file: ElfFile): number {
  return file.is64 ? 24 : 16
}

/** The table of a SHT_SYMTAB or SHT_DYNSYM section. @throws MalformedError */
export function readSymbolTable(file: ElfFile, section: Section): SymbolTable {
  const strings = file.sections[section.sh_link]
  if (strings === undefined || strings.sh_type !== SHT.STRTAB) {
    throw new MalformedError(`section ${section.name}: sh_link: ${section.sh_link} is not a string table`, {
      offset: Math.min(section.sh_offset, file.bytes.byteLength),
    })
  }
  const extended = file.sections.find((other) => other.sh_type === SHT.SYMTAB_SHNDX && other.sh_link === section.index)
  return new SymbolTable(
    file,
    sectionContents(file, section),
    sectionContents(file, strings),
    extended === undefined ? undefined : sectionContents(file, extended),
  )
}

/** The full symbol table (.symtab), or undefined in a stripped file. @throws MalformedError */
export function readSymtab(file: ElfFile): SymbolTable | undefined {
  const section = file.sections.find((candidate) => candidate.sh_type === SHT.SYMTAB)
  return section === undefined ? undefined : readSymbolTable(file, section)
}

/** The dynamic symbol table, by the dynamic section as loaders find it. @throws MalformedError */
export function readDynamicSymbols(file: ElfFile, dynamic: Dynamic | undefined): SymbolTable | undefined {
  const address = dynamic?.value(DT.SYMTAB)
  if (dynamic === undefined || address === undefined || dynamic.stringTable === undefined) return undefined
  const window = windowAt(file, address, 'DT_SYMTAB')
  const entrySize = symbolSize(file)
  const count = dynamicSymbolCount(file, dynamic, address, entrySize)
  const size = Math.min(count * entrySize, window.size - (window.size % entrySize))
  return new SymbolTable(file, window.window(0, size, 'DT_SYMTAB'), dynamic.stringTable, undefined)
}

/** No tag states how many dynamic symbols there are: a section does, a hash table implies it. */
function dynamicSymbolCount(file: ElfFile, dynamic: Dynamic, address: bigint, entrySize: number): number {
  const section = file.sections.find((candidate) => candidate.sh_type === SHT.DYNSYM && candidate.sh_addr === address)
  if (section !== undefined) return Math.floor(section.sh_size / entrySize)
  const hash = dynamic.value(DT.HASH)
  if (hash !== undefined) {
    const table = windowAt(file, hash, 'DT_HASH')
    // The s390x supplement makes the words of DT_HASH 64 bits wide.
    const wide = file.is64 && file.header.e_machine === EM.S390
    if (wide) table.skip(8, 'nbucket')
    else table.skip(4, 'nbucket')
    const chains = wide ? table.fileSize64('nchain') : table.u32('nchain')
    if (chains > 0) return chains
  }
  const gnuHash = dynamic.value(DT.GNU_HASH)
  if (gnuHash !== undefined) return gnuHashSymbolCount(file, windowAt(file, gnuHash, 'DT_GNU_HASH'))
  const strings = dynamic.value(DT.STRTAB)
  return strings !== undefined && strings > address ? Math.floor(safeNumber(strings - address) / entrySize) : 0
}

function gnuHashSymbolCount(file: ElfFile, table: ByteReader): number {
  const bucketCount = table.u32('nbuckets')
  const first = table.u32('symoffset')
  const bloomSize = table.u32('bloom_size')
  table.skip(4, 'bloom_shift')
  table.skip(bloomSize * (file.is64 ? 8 : 4), 'bloom filter')
  table.count(bucketCount, 4, 'nbuckets')
  let last = 0
  for (let i = 0; i < bucketCount; i++) last = Math.max(last, table.u32('bucket'))
  if (last < first) return first
  table.skip((last - first) * 4, 'hash chain')
  while ((table.u32('hash chain') & 1) === 0) last++
  return last + 1
}
