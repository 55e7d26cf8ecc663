import { ByteWriter } from '../../../bytes/byte-writer.ts'
import { writeRecord } from '../../../bytes/record.ts'
import { SHF, SHN, SHT } from '../constants.ts'
import type { ElfFile, Section } from '../read/elf-file.ts'
import { fileSizeOf, isAllocated, layoutFor } from '../read/elf-file.ts'
import type { SectionHeader } from '../records.ts'
import { programHeader32, programHeader64, sectionHeader32, sectionHeader64 } from '../records.ts'
import type { LoadedLayout, Span } from './layout.ts'
import { isPinned, layOutLoaded, newOffsetOf } from './layout.ts'
import { orderSections } from './section-order.ts'
import type { StringTable } from './string-table.ts'
import { buildStringTable } from './string-table.ts'

/** What is to change in a file. Everything else stays. */
export interface Rewrite {
  /** Indexes of sections that go. None of them is loaded. */
  readonly removed: ReadonlySet<number>
  /** New contents of sections that are not loaded, by index, and what else changes about them. */
  readonly replaced?: ReadonlyMap<number, Replacement>
  /** Sections that come on top: not loaded, type PROGBITS. */
  readonly added?: readonly { readonly name: string; readonly contents: Uint8Array; readonly align: number }[]
}

export interface Replacement {
  readonly contents: Uint8Array
  readonly info?: number
  readonly name?: string
  readonly type?: number
  /** Old index of the section that sh_link names from now on. */
  readonly link?: number
}

/** A file laid out but not yet written. */
export interface RewritePlan {
  readonly file: ElfFile
  readonly layout: LoadedLayout
  readonly sections: readonly PlannedSection[]
  /** Old section index → new. */
  readonly indexes: ReadonlyMap<number, number>
  readonly names: StringTable
  readonly nameIndex: number
  readonly tableOffset: number
  /** Where the appended data goes. */
  readonly tailOffset: number
  readonly byteLength: number
}

/** A section of the result: its header (sh_link and sh_info already renumbered) and, if it moves, its contents. */
interface PlannedSection {
  header: SectionHeader
  readonly name: string
  readonly contents: Uint8Array | undefined
}

/**
 * Lays the file out without the removed sections.
 *
 * The loaded part stays byte for byte, but for e_shoff, e_shnum and e_shstrndx (and p_offset where a large hole is
 * closed). The sections that are not loaded, the section names and the section headers go into the padding between
 * segments where it has room, else behind the last segment; behind them follows what was appended to the file.
 * @throws UnsupportedError where the layout cannot be proved safe to change; MalformedError for tables that lie
 */
export function planRewrite(file: ElfFile, rewrite: Rewrite): RewritePlan {
  const inPlace = planWithLayout(file, rewrite, layOutLoaded(file, false))
  const closed = planWithLayout(file, rewrite, layOutLoaded(file, true))
  return closed.byteLength < inPlace.byteLength ? closed : inPlace // a hole may be worth more as room for headers
}

function planWithLayout(file: ElfFile, rewrite: Rewrite, layout: LoadedLayout): RewritePlan {
  const order = orderSections(file, rewrite.removed)
  const indexes = new Map(order.flatMap((old, place) => (old === null ? [] : [[old, place] as const])))
  const sections: PlannedSection[] = [
    ...order.map((old) => (old === null ? emptySection() : keptSection(file, layout, old, indexes, rewrite))),
    ...(rewrite.added ?? []).map(addedSection),
  ]
  const nameIndex = indexes.get(file.sectionNameIndex)!
  const names = buildStringTable(sections.map((section) => section.name))
  sections[nameIndex] = { ...sections[nameIndex]!, contents: names.bytes }
  const { tableOffset, end } = placeSections(file, layout, sections, nameIndex)
  const byteLength = end + layout.tail.end - layout.tail.offset
  return { file, layout, sections, indexes, names, nameIndex, tableOffset, tailOffset: end, byteLength }
}

/** Writes what was planned. */
export function writeRewrite(plan: RewritePlan): Uint8Array {
  const { file, layout, sections, tailOffset } = plan
  const bytes = new Uint8Array(plan.byteLength)
  for (const span of layout.pinned) bytes.set(file.bytes.subarray(span.offset, span.end), span.newOffset)
  for (const { header, contents } of sections) if (contents !== undefined) bytes.set(contents, header.sh_offset)
  writeSectionHeaders(plan, bytes)
  writeProgramHeaders(plan, bytes)
  writeFileHeader(plan, bytes)
  bytes.set(file.bytes.subarray(layout.tail.offset, layout.tail.end), tailOffset)
  return bytes
}

function emptySection(): PlannedSection {
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
  layout: LoadedLayout,
  old: number,
  indexes: ReadonlyMap<number, number>,
  rewrite: Rewrite,
): PlannedSection {
  const section = file.sections[old]!
  const header = renumbered(section, indexes)
  const replaced = rewrite.replaced?.get(old)
  if (replaced !== undefined) {
    const changed = {
      ...header,
      sh_type: replaced.type ?? header.sh_type,
      sh_info: replaced.info ?? header.sh_info,
      sh_link: replaced.link === undefined ? header.sh_link : (indexes.get(replaced.link) ?? 0),
    }
    return { header: changed, name: replaced.name ?? section.name, contents: replaced.contents }
  }
  const size = fileSizeOf(section)
  if (isAllocated(section) || size === 0 || isPinned(layout, section.sh_offset, size)) {
    return { header: { ...header, sh_offset: newOffsetOf(layout, header.sh_offset) }, name: section.name, contents: undefined }
  }
  return { header, name: section.name, contents: file.bytes.subarray(section.sh_offset, section.sh_offset + size) }
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

function addedSection(added: NonNullable<Rewrite['added']>[number]): PlannedSection {
  const header = { ...nullHeader, sh_type: SHT.PROGBITS, sh_size: added.contents.byteLength, sh_addralign: added.align }
  return { header, name: added.name, contents: added.contents }
}

/**
 * Gives everything that moves its offset, in the order of the section table so that a second run finds the same
 * places. With appended data the header table stays the last thing before it: programs that look for their payload
 * behind the ELF file compute the place from e_shoff (AppImage does).
 */
function placeSections(
  file: ElfFile,
  layout: LoadedLayout,
  sections: PlannedSection[],
  nameIndex: number,
): { tableOffset: number; end: number } {
  const hasTail = layout.tail.end > layout.tail.offset
  const word = file.is64 ? 8 : 4
  const tableSize = sections.length * file.header.e_shentsize
  const holes: Span[] = layout.holes.map((hole) => ({ ...hole }))
  let tableOffset = hasTail ? undefined : takeFrom(holes, tableSize, word)
  let end = layout.end
  for (const [index, section] of sections.entries()) {
    if (section.contents === undefined) continue
    const size = section.contents.byteLength
    const align = index === nameIndex ? 1 : Math.max(1, section.header.sh_addralign)
    let offset = takeFrom(holes, size, align)
    if (offset === undefined) {
      offset = Math.ceil(end / align) * align
      end = offset + size
    }
    section.header = { ...section.header, sh_offset: offset, sh_size: size }
  }
  if (tableOffset === undefined) {
    tableOffset = Math.ceil(end / word) * word
    end = tableOffset + tableSize
  }
  return { tableOffset, end }
}

/** Room in the first hole that has it; the hole shrinks. */
function takeFrom(holes: Span[], size: number, align: number): number | undefined {
  for (const [index, hole] of holes.entries()) {
    const offset = Math.ceil(hole.offset / align) * align
    if (offset + size > hole.end) continue
    holes[index] = { offset: offset + size, end: hole.end }
    return offset
  }
  return undefined
}

function writeSectionHeaders({ file, sections, names, nameIndex, tableOffset }: RewritePlan, bytes: Uint8Array): void {
  const writer = new ByteWriter(bytes, file.littleEndian)
  const layout = layoutFor(file, sectionHeader64, sectionHeader32)
  writer.offset = tableOffset
  for (const [index, { header, name }] of sections.entries()) {
    const extended =
      index === 0
        ? {
            sh_size: sections.length >= SHN.LORESERVE ? sections.length : 0,
            sh_link: nameIndex >= SHN.LORESERVE ? nameIndex : 0,
          }
        : {}
    writeRecord(writer, layout, { ...header, sh_name: names.offsets.get(name)!, ...extended })
  }
}

/** Only where segments moved. */
function writeProgramHeaders({ file, layout }: RewritePlan, bytes: Uint8Array): void {
  if (layout.pinned.every((span) => span.newOffset === span.offset)) return
  const writer = new ByteWriter(bytes, file.littleEndian)
  writer.offset = newOffsetOf(layout, file.header.e_phoff)
  for (const segment of file.segments) {
    const p_offset = segment.p_filesz === 0 ? segment.p_offset : newOffsetOf(layout, segment.p_offset)
    writeRecord(writer, layoutFor(file, programHeader64, programHeader32), { ...segment, p_offset })
  }
}

function writeFileHeader({ file, layout, sections, nameIndex, tableOffset }: RewritePlan, bytes: Uint8Array): void {
  const writer = new ByteWriter(bytes, file.littleEndian)
  const word = (value: number): void => (file.is64 ? writer.u64(BigInt(value)) : writer.u32(value))
  writer.offset = file.is64 ? 32 : 28
  word(file.segments.length > 0 ? newOffsetOf(layout, file.header.e_phoff) : file.header.e_phoff)
  word(tableOffset)
  writer.offset = file.is64 ? 60 : 48
  writer.u16(sections.length >= SHN.LORESERVE ? 0 : sections.length)
  writer.u16(nameIndex >= SHN.LORESERVE ? SHN.XINDEX : nameIndex)
}
