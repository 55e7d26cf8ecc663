import { ByteWriter } from '../../../bytes/byte-writer.ts'
import { writeRecord } from '../../../bytes/record.ts'
import { UnsupportedError } from '../../../core/errors.ts'
import { SHF, SHN, SHT } from '../constants.ts'
import type { ElfFile, Section } from '../read/elf-file.ts'
import { fileSizeOf, isAllocated, layoutFor } from '../read/elf-file.ts'
import type { SectionHeader } from '../records.ts'
import { sectionHeader32, sectionHeader64 } from '../records.ts'
import { describedEnd } from '../sizes/file-layout.ts'
import type { PinnedRange } from './layout-check.ts'
import { checkSections, pinnedRanges } from './layout-check.ts'
import { orderSections } from './section-order.ts'
import { buildStringTable } from './string-table.ts'

/** What is to change in a file. Everything else stays. */
export interface Rewrite {
  /** Indexes of sections that go. None of them is loaded. */
  readonly removed: ReadonlySet<number>
  /** New contents of sections that are not loaded, by index. */
  readonly replaced?: ReadonlyMap<number, Uint8Array>
  /** Sections that come on top: not loaded, type PROGBITS. */
  readonly added?: readonly { readonly name: string; readonly contents: Uint8Array; readonly align: number }[]
}

export interface RewriteResult {
  readonly bytes: Uint8Array
  /** Old section index → new. */
  readonly indexes: ReadonlyMap<number, number>
}

/** A section of the result: its header (sh_link and sh_info already renumbered) and, if it moves, its contents. */
interface Placed {
  header: SectionHeader
  readonly name: string
  readonly contents: Uint8Array | undefined
}

/**
 * Writes the file without the removed sections.
 *
 * The loaded part stays byte for byte where it is, but for e_shoff, e_shnum and e_shstrndx. Behind its end follow
 * the sections that are not loaded, the section names, the section headers, and whatever was appended to the file.
 * @throws UnsupportedError where the layout cannot be proved safe to change; MalformedError for tables that lie
 */
export function rewriteElf(file: ElfFile, rewrite: Rewrite): RewriteResult {
  const pinned = pinnedRanges(file)
  checkSections(file, pinned)
  const order = orderSections(file, rewrite.removed)
  const indexes = new Map(order.flatMap((old, place) => (old === null ? [] : [[old, place] as const])))
  const pinnedEnd = pinned.at(-1)!.end
  const placed = [
    ...order.map((old) => (old === null ? emptySection() : keptSection(file, old, indexes, rewrite, pinnedEnd))),
    ...(rewrite.added ?? []).map(addedSection),
  ]
  const nameIndex = indexes.get(file.sectionNameIndex)!
  const names = buildStringTable(placed.map((section) => section.name))
  placed[nameIndex] = { ...placed[nameIndex]!, contents: names.bytes }

  const { tableOffset, end } = place(file, placed, nameIndex, pinnedEnd)
  const tail = file.bytes.subarray(describedEnd(file))
  if (end + tail.byteLength > file.bytes.byteLength) {
    throw new UnsupportedError(`the result would be larger: ${end + tail.byteLength} bytes instead of ${file.bytes.byteLength}`)
  }
  const bytes = new Uint8Array(end + tail.byteLength)
  bytes.set(file.bytes.subarray(0, pinnedEnd))
  clearHoles(file, bytes, pinned, placed)
  for (const { header, contents } of placed) if (contents !== undefined) bytes.set(contents, header.sh_offset)
  writeHeaders(file, bytes, placed, names.offsets, tableOffset, nameIndex)
  bytes.set(tail, end)
  return { bytes, indexes }
}

function emptySection(): Placed {
  return { header: nullHeader, name: '', contents: undefined }
}

const nullHeader: SectionHeader = {
  sh_name: 0,
  sh_type: SHT.NULL,
  sh_flags: 0,
  sh_addr: 0n,
  sh_offset: 0,
  sh_size: 0,
  sh_link: 0,
  sh_info: 0,
  sh_addralign: 0,
  sh_entsize: 0,
}

function keptSection(
  file: ElfFile,
  old: number,
  indexes: ReadonlyMap<number, number>,
  rewrite: Rewrite,
  pinnedEnd: number,
): Placed {
  const section = file.sections[old]!
  const header = renumbered(section, indexes)
  const replaced = rewrite.replaced?.get(old)
  if (replaced !== undefined) return { header: { ...header, sh_size: replaced.byteLength }, name: section.name, contents: replaced }
  const size = fileSizeOf(section)
  const moves = !isAllocated(section) && size > 0 && section.sh_offset >= pinnedEnd
  const contents = moves ? file.bytes.subarray(section.sh_offset, section.sh_offset + size) : undefined
  return { header, name: section.name, contents }
}

/** sh_link always names a section or nothing; sh_info does for relocations and where SHF_INFO_LINK says so. */
function renumbered(section: Section, indexes: ReadonlyMap<number, number>): SectionHeader {
  if (section.index === 0) return section
  const isRelocation = section.sh_type === SHT.REL || section.sh_type === SHT.RELA
  const infoIsIndex = isRelocation || (section.sh_flags & SHF.INFO_LINK) !== 0
  return {
    ...section,
    sh_link: indexes.get(section.sh_link) ?? 0,
    sh_info: infoIsIndex ? (indexes.get(section.sh_info) ?? 0) : section.sh_info,
  }
}

function addedSection(added: NonNullable<Rewrite['added']>[number]): Placed {
  const header = { ...nullHeader, sh_type: SHT.PROGBITS, sh_size: added.contents.byteLength, sh_addralign: added.align }
  return { header, name: added.name, contents: added.contents }
}

/** Gives everything that moves its offset: sections in their old order, then the names, then the table. */
function place(file: ElfFile, placed: Placed[], nameIndex: number, from: number): { tableOffset: number; end: number } {
  const moving = placed.map((_, index) => index).filter((index) => placed[index]!.contents !== undefined && index !== nameIndex)
  moving.sort((a, b) => placed[a]!.header.sh_offset - placed[b]!.header.sh_offset)
  let end = from
  for (const index of [...moving, nameIndex]) {
    const section = placed[index]!
    const size = section.contents!.byteLength
    const align = index === nameIndex ? 1 : Math.max(1, section.header.sh_addralign)
    const offset = Math.ceil(end / align) * align
    section.header = { ...section.header, sh_offset: offset, sh_size: size }
    end = offset + size
  }
  const word = file.is64 ? 8 : 4
  const tableOffset = Math.ceil(end / word) * word
  return { tableOffset, end: tableOffset + placed.length * file.header.e_shentsize }
}

/** What removed sections, names and headers leave behind between segments becomes zeros, which compress to nothing. */
function clearHoles(file: ElfFile, bytes: Uint8Array, pinned: readonly PinnedRange[], placed: readonly Placed[]): void {
  const staying = placed
    .filter((section) => section.contents === undefined && section.header.sh_type !== SHT.NULL && section.header.sh_type !== SHT.NOBITS)
    .map(({ header }) => ({ offset: header.sh_offset, end: header.sh_offset + header.sh_size }))
  const left = [...pinned, ...staying].sort((a, b) => a.offset - b.offset)
  let end = 0
  for (const range of left) {
    if (range.offset > end) bytes.fill(0, end, range.offset)
    end = Math.max(end, range.end)
  }
  if (file.bytes.byteLength < end) throw new UnsupportedError('a section lies outside the file')
}

function writeHeaders(
  file: ElfFile,
  bytes: Uint8Array,
  placed: readonly Placed[],
  names: ReadonlyMap<string, number>,
  tableOffset: number,
  nameIndex: number,
): void {
  const writer = new ByteWriter(bytes, file.littleEndian)
  const extendedCount = placed.length >= SHN.LORESERVE
  const extendedName = nameIndex >= SHN.LORESERVE
  writer.offset = tableOffset
  for (const [index, { header, name }] of placed.entries()) {
    const first = index === 0 ? { sh_size: extendedCount ? placed.length : 0, sh_link: extendedName ? nameIndex : 0 } : {}
    writeRecord(writer, layoutFor(file, sectionHeader64, sectionHeader32), { ...header, sh_name: names.get(name)!, ...first })
  }
  writer.offset = file.is64 ? 40 : 32
  if (file.is64) writer.u64(BigInt(tableOffset))
  else writer.u32(tableOffset)
  writer.offset = file.is64 ? 60 : 48
  writer.u16(extendedCount ? 0 : placed.length)
  writer.u16(extendedName ? SHN.XINDEX : nameIndex)
}
