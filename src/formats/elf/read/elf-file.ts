import { ByteReader } from '../../../bytes/byte-reader.ts'
import type { Layout } from '../../../bytes/record.ts'
import { readRecord, recordSize } from '../../../bytes/record.ts'
import { LimitError, MalformedError, UnsupportedError } from '../../../core/errors.ts'
import { PN_XNUM, SHF, SHN, SHT } from '../constants.ts'
import type { FileHeader, ProgramHeader, SectionHeader } from '../records.ts'
import {
  fileHeader32,
  fileHeader64,
  programHeader32,
  programHeader64,
  sectionHeader32,
  sectionHeader64,
} from '../records.ts'

export interface Segment extends ProgramHeader {
  readonly index: number
}

export interface Section extends SectionHeader {
  readonly index: number
  readonly name: string
}

/** An ELF file whose header tables were read and lie inside the file. Contents are checked where they are read. */
export interface ElfFile {
  readonly bytes: Uint8Array
  /** Over the whole file, in the file's byte order. */
  readonly reader: ByteReader
  readonly is64: boolean
  readonly littleEndian: boolean
  /** EI_OSABI. */
  readonly osAbi: number
  readonly header: FileHeader
  readonly segments: readonly Segment[]
  /** With the null section at index 0; empty when the file has no section headers. */
  readonly sections: readonly Section[]
  /** Index of the section name table, resolved (SHN_XINDEX); 0 when there is none. */
  readonly sectionNameIndex: number
}

/** Size of e_ident. */
const identSize = 16

/**
 * Reads the file header, the program headers and the section headers.
 * @throws MalformedError or UnsupportedError with the offset of the field at fault.
 */
export function readElf(input: Uint8Array): ElfFile {
  // A Buffer would share memory where `slice` promises a copy.
  const bytes = new Uint8Array(input.buffer, input.byteOffset, input.byteLength)
  const { is64, littleEndian, osAbi } = readIdent(bytes)
  const reader = new ByteReader(bytes, littleEndian, 'ELF file')
  reader.skip(identSize, 'e_ident')
  const header = readRecord<typeof fileHeader64>(reader, (is64 ? fileHeader64 : fileHeader32) as typeof fileHeader64)
  const sectionLayout = (is64 ? sectionHeader64 : sectionHeader32) as typeof sectionHeader64
  const headers = readSectionHeaders(reader, header, sectionLayout)
  const sectionNameIndex = header.e_shstrndx === SHN.XINDEX ? (headers[0]?.sh_link ?? 0) : header.e_shstrndx
  const segments = readSegments(reader, header, headers[0], is64)
  const sections = nameSections(reader, headers, sectionNameIndex)
  return { bytes, reader, is64, littleEndian, osAbi, header, segments, sections, sectionNameIndex }
}

function readIdent(bytes: Uint8Array): { is64: boolean; littleEndian: boolean; osAbi: number } {
  const reader = new ByteReader(bytes, true, 'ELF file')
  if (reader.slice(4, 'e_ident magic').join() !== '127,69,76,70') {
    throw new MalformedError('ELF file: e_ident: the first four bytes are not 7f 45 4c 46', { offset: 0 })
  }
  const fileClass = reader.u8('EI_CLASS')
  if (fileClass !== 1 && fileClass !== 2) {
    throw new MalformedError(`ELF file: EI_CLASS: ${fileClass} is neither 1 (32-bit) nor 2 (64-bit)`, { offset: 4 })
  }
  const data = reader.u8('EI_DATA')
  if (data !== 1 && data !== 2) {
    throw new MalformedError(`ELF file: EI_DATA: ${data} is neither 1 (little-endian) nor 2 (big-endian)`, { offset: 5 })
  }
  const version = reader.u8('EI_VERSION')
  if (version !== 1) throw new UnsupportedError(`ELF file: EI_VERSION: ${version} is not 1`, { offset: 6 })
  return { is64: fileClass === 2, littleEndian: data === 1, osAbi: reader.u8('EI_OSABI') }
}

function readSectionHeaders(reader: ByteReader, header: FileHeader, layout: typeof sectionHeader64): SectionHeader[] {
  if (header.e_shoff === 0) return []
  const entrySize = recordSize(layout)
  checkEntrySize(header.e_shentsize, entrySize, 'e_shentsize')
  let count = header.e_shnum
  if (count === 0) count = readRecord(tableWindow(reader, header.e_shoff, 1, entrySize, 'section header 0'), layout).sh_size
  const table = tableWindow(reader, header.e_shoff, count, entrySize, 'section header table')
  return Array.from({ length: count }, () => readRecord(table, layout))
}

function readSegments(reader: ByteReader, header: FileHeader, first: SectionHeader | undefined, is64: boolean): Segment[] {
  if (header.e_phoff === 0 || header.e_phnum === 0) return []
  const layout = (is64 ? programHeader64 : programHeader32) as typeof programHeader64
  const entrySize = recordSize(layout)
  checkEntrySize(header.e_phentsize, entrySize, 'e_phentsize')
  const count = header.e_phnum === PN_XNUM && first !== undefined ? first.sh_info : header.e_phnum
  const table = tableWindow(reader, header.e_phoff, count, entrySize, 'program header table')
  return Array.from({ length: count }, (_, index) => ({ index, ...readRecord(table, layout) }))
}

function checkEntrySize(stated: number, actual: number, field: string): void {
  if (stated !== actual) {
    throw new UnsupportedError(`ELF file: ${field}: ${stated} bytes stated, ${actual} expected for this class`)
  }
}

function tableWindow(reader: ByteReader, offset: number, count: number, entrySize: number, what: string): ByteReader {
  if (count > reader.size / entrySize) {
    throw new LimitError(`${what}: ${count} entries of ${entrySize} bytes do not fit into a file of ${reader.size} bytes`, {
      offset: Math.min(offset, reader.size),
    })
  }
  return reader.window(offset, count * entrySize, what)
}

function nameSections(reader: ByteReader, headers: readonly SectionHeader[], nameIndex: number): Section[] {
  const names = headers[nameIndex]
  if (nameIndex === 0 || headers.length === 0) return headers.map((header, index) => ({ index, name: '', ...header }))
  if (names === undefined) {
    throw new MalformedError(`ELF file: e_shstrndx: ${nameIndex} is not below the section count ${headers.length}`)
  }
  if (names.sh_type === SHT.NOBITS) return headers.map((header, index) => ({ index, name: '', ...header }))
  const table = reader.window(names.sh_offset, names.sh_size, 'section name table')
  const seen = new Map<number, string>()
  let budget = table.size + headers.length * 256 // names may share tails; a table cannot make us read it many times over
  return headers.map((header, index) => {
    let name = seen.get(header.sh_name)
    if (name === undefined) {
      name = index === 0 && header.sh_name === 0 ? '' : table.cstringAt(header.sh_name, `sh_name of section ${index}`)
      budget -= name.length
      if (budget < 0) throw new LimitError('section name table: names overlap too often', { offset: table.base })
      seen.set(header.sh_name, name)
    }
    return { index, name, ...header }
  })
}

/** Does the section occupy memory at run time? */
export function isAllocated(section: SectionHeader): boolean {
  return (section.sh_flags & SHF.ALLOC) !== 0
}

/** Bytes of the section in the file. */
export function fileSizeOf(section: SectionHeader): number {
  return section.sh_type === SHT.NOBITS || section.sh_type === SHT.NULL ? 0 : section.sh_size
}

/** The contents as they stand in the file (compressed ones stay so). @throws MalformedError outside the file. */
export function sectionContents(file: ElfFile, section: Section): ByteReader {
  return file.reader.window(section.sh_offset, fileSizeOf(section), `section ${section.name || section.index}`)
}

export function findSection(file: ElfFile, name: string): Section | undefined {
  return file.sections.find((section) => section.name === name)
}

/** The layout of `records` that fits the file's class. */
export function layoutFor<const L extends Layout>(file: ElfFile, layout64: L, layout32: Layout): L {
  return (file.is64 ? layout64 : layout32) as L
}
