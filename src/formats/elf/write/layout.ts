import { UnsupportedError } from '../../../core/errors.ts'
import { EM, PT } from '../constants.ts'
import type { ElfFile } from '../read/elf-file.ts'
import { fileSizeOf, isAllocated } from '../read/elf-file.ts'
import { describedEnd } from '../sizes/file-layout.ts'

/** Bytes `[offset, end)`. */
export interface Span {
  readonly offset: number
  readonly end: number
}

/** A span of the input that stays in one piece, and where it goes. */
export interface PinnedSpan extends Span {
  /** New offset; differs from `offset` only where a large hole in front of it was closed. */
  readonly newOffset: number
}

/** What the layout of the loaded part allows. */
export interface LoadedLayout {
  /** In file order, merged, disjoint. */
  readonly pinned: readonly PinnedSpan[]
  /** New offset behind the last of them. */
  readonly end: number
  /** Padding between them that nothing uses: new offsets. */
  readonly holes: readonly Span[]
  /** What was appended to the file. */
  readonly tail: Span
}

/**
 * Segments move by multiples of the largest pages that kernels for the machine have, whatever p_align says: a file that
 * happens to be congruent for them stays so.
 */
const largestPages: Readonly<Record<number, number>> = { [EM.AARCH64]: 0x10000, [EM.PPC64]: 0x10000, [EM.LOONGARCH]: 0x10000, [EM.MIPS]: 0x10000 }
const usualPages = 0x1000

/**
 * Finds what must stay together (file header, program headers, segments, loaded sections, and bytes between them that
 * nobody describes) and the room between.
 * @param closeHoles move segments down over holes of whole pages: this changes offsets in program headers
 * @throws UnsupportedError where the layout cannot be proved safe to change
 */
export function layOutLoaded(file: ElfFile, closeHoles: boolean): LoadedLayout {
  checkSections(file)
  const tail = { offset: describedEnd(file), end: file.bytes.byteLength }
  const described = merge(loadedSpans(file))
  checkPartialOverlap(file, described)
  const unknown = undescribedBytes(file, merge([...described, ...notLoadedSpans(file)]), tail.offset)
  const loadedEnd = described.at(-1)!.end
  const stray = unknown.find((span) => span.offset >= loadedEnd)
  if (stray !== undefined) {
    throw new UnsupportedError(`${stray.end - stray.offset} bytes behind the segments belong to no section`, {
      offset: stray.offset,
      hint: 'another tool may have put a payload there; strip the file before that tool runs',
    })
  }
  const pinned = shiftDown(file, merge([...described, ...unknown]), closeHoles)
  const holes: Span[] = []
  for (const [index, span] of pinned.entries()) {
    const before = index === 0 ? 0 : endOf(pinned[index - 1]!)
    if (span.newOffset > before) holes.push({ offset: before, end: span.newOffset })
  }
  return { pinned, end: endOf(pinned.at(-1)!), holes, tail }
}

function endOf(span: PinnedSpan): number {
  return span.newOffset + span.end - span.offset
}

/** New place of something that lies in a pinned span. */
export function newOffsetOf(layout: LoadedLayout, offset: number): number {
  const span = layout.pinned.find((candidate) => offset >= candidate.offset && offset <= candidate.end)
  return span === undefined ? offset : offset - span.offset + span.newOffset
}

/** Does the range lie in what stays in place? */
export function isPinned(layout: LoadedLayout, offset: number, size: number): boolean {
  return layout.pinned.some((span) => offset >= span.offset && offset + size <= span.end)
}

function loadedSpans(file: ElfFile): Span[] {
  const spans: Span[] = [{ offset: 0, end: file.header.e_ehsize }]
  const pin = (what: string, offset: number, size: number): void => {
    if (size === 0) return
    if (offset + size > file.bytes.byteLength) {
      throw new UnsupportedError(`${what} does not lie inside the file: it is truncated, or a split debug file`, { offset })
    }
    spans.push({ offset, end: offset + size })
  }
  if (file.segments.length > 0) pin('program header table', file.header.e_phoff, file.segments.length * file.header.e_phentsize)
  for (const segment of file.segments) {
    if (segment.p_type !== PT.NULL) pin(`segment ${segment.index}`, segment.p_offset, segment.p_filesz)
  }
  for (const section of file.sections) {
    if (isAllocated(section)) pin(`section ${section.name}`, section.sh_offset, fileSizeOf(section))
  }
  return spans
}

function notLoadedSpans(file: ElfFile): Span[] {
  const spans = file.sections.map((section) => ({ offset: section.sh_offset, end: section.sh_offset + fileSizeOf(section) }))
  spans.push({ offset: file.header.e_shoff, end: file.header.e_shoff + file.sections.length * file.header.e_shentsize })
  return spans
}

function merge(spans: readonly Span[]): Span[] {
  const merged: Span[] = []
  for (const span of [...spans].sort((a, b) => a.offset - b.offset || a.end - b.end)) {
    const last = merged.at(-1)
    if (span.end === span.offset) continue
    if (last !== undefined && span.offset <= last.end) merged[merged.length - 1] = { offset: last.offset, end: Math.max(last.end, span.end) }
    else merged.push(span)
  }
  return merged
}

/** What lies between known spans and is not zero. */
function undescribedBytes(file: ElfFile, known: readonly Span[], limit: number): Span[] {
  const unknown: Span[] = []
  let from = 0
  for (const span of [...known, { offset: limit, end: limit }]) {
    let start = from
    let end = Math.min(span.offset, limit)
    while (start < end && file.bytes[start] === 0) start++
    while (end > start && file.bytes[end - 1] === 0) end--
    if (end > start) unknown.push({ offset: start, end })
    from = Math.max(from, span.end)
  }
  return unknown
}

/**
 * Where a tool put segments behind the symbols (as postject does for single executable applications, and patchelf for
 * the tables that it lengthens), what is stripped leaves a hole that only moving those segments closes. They move by whole multiples of the largest p_align, so that
 * offsets and addresses stay congruent.
 */
function shiftDown(file: ElfFile, spans: readonly Span[], closeHoles: boolean): PinnedSpan[] {
  const pinned: PinnedSpan[] = []
  let shift = 0
  let end = 0
  for (const span of spans) {
    const later = file.segments.filter((segment) => segment.p_type === PT.LOAD && segment.p_offset >= span.offset)
    const align = Math.max(largestPages[file.header.e_machine] ?? usualPages, ...later.map((segment) => segment.p_align))
    if (closeHoles) shift += Math.floor((span.offset - shift - end) / align) * align
    pinned.push({ ...span, newOffset: span.offset - shift })
    end = span.end - shift
  }
  return pinned
}

function checkSections(file: ElfFile): void {
  const names = file.sections[file.sectionNameIndex]
  if (names === undefined || file.sectionNameIndex === 0) throw new UnsupportedError('the sections have no name table')
  if (isAllocated(names)) throw new UnsupportedError('the section name table is loaded into memory', { offset: names.sh_offset })
  for (const section of file.sections) {
    const size = fileSizeOf(section) // none for SHT_NOBITS, whose offset may lie anywhere
    if (size > 0 && section.sh_offset + size > file.bytes.byteLength) {
      throw new UnsupportedError(`section ${section.name} does not lie inside the file`, { offset: section.sh_offset })
    }
  }
}

function checkPartialOverlap(file: ElfFile, loaded: readonly Span[]): void {
  for (const section of file.sections) {
    const { sh_offset } = section
    const end = sh_offset + fileSizeOf(section)
    if (end === sh_offset || isAllocated(section)) continue
    const inside = loaded.find((span) => sh_offset < span.end && span.offset < end)
    if (inside !== undefined && (sh_offset < inside.offset || end > inside.end)) {
      throw new UnsupportedError(`section ${section.name} lies partly in a segment and partly outside`, { offset: sh_offset })
    }
  }
}
