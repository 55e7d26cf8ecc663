import { UnsupportedError } from '../../../core/errors.ts'
import { EM, PF, PT } from '../constants.ts'
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
  /** New offset; lower than `offset` where the span was moved into a hole. */
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
 * @param closeHoles move segments into holes: this changes offsets in program headers
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
  const spans = merge([...described, ...unknown])
  if (spans.length > maximumPieces || file.segments.length > maximumPieces) {
    throw new UnsupportedError(`${Math.max(spans.length, file.segments.length)} segments and pieces are more than any linker writes`)
  }
  const pinned = closeHoles ? moveDown(file, spans) : inPlace(spans)
  const holes: Span[] = []
  let end = 0
  for (const span of [...pinned].sort((a, b) => a.newOffset - b.newOffset)) {
    if (span.newOffset > end) holes.push({ offset: end, end: span.newOffset })
    end = endOf(span)
  }
  return { pinned, end, holes, tail }
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
 * Moves spans that begin with a segment to lower offsets, where their distance from their address stays a multiple of
 * p_align and of the largest page. This closes the holes that symbols leave where a tool put segments behind them (as
 * postject does for single executable applications, and patchelf for the tables that it lengthens), and puts the small
 * segments of files aligned for large pages into the padding before larger ones: loaders map each by its own p_offset,
 * in whatever order they lie in the file.
 */
function moveDown(file: ElfFile, spans: readonly Span[]): PinnedSpan[] {
  if (spans.length > maximumSpans || file.segments.length > maximumSpans) return inPlace(spans)
  const placed: PinnedSpan[] = []
  const separate = codePages(file)
  for (const span of spans) {
    const align = alignmentOf(file, span)
    const stays = align === undefined || separate.some((pages) => overlaps(pages, span))
    placed.push({ ...span, newOffset: stays ? span.offset : lowestPlace(span, align, placed, separate) })
  }
  return placed
}

function inPlace(spans: readonly Span[]): PinnedSpan[] {
  return spans.map((span) => ({ ...span, newOffset: span.offset }))
}

/** Beyond these, pieces are not moved, and files not rewritten: each piece is compared with every other. */
const maximumSpans = 256
const maximumPieces = 1024

/**
 * Pages of code that the linker kept apart from everything else (-z separate-code): nothing may become executable by
 * being moved there. None where code shares a segment with the file header.
 */
function codePages(file: ElfFile): Span[] {
  const code = file.segments.filter((segment) => segment.p_type === PT.LOAD && (segment.p_flags & PF.X) !== 0 && segment.p_filesz > 0)
  if (code.some((segment) => segment.p_offset === 0)) return []
  const page = pageSizeOf(file)
  return code.map(({ p_offset, p_filesz }) => ({
    offset: Math.floor(p_offset / page) * page,
    end: Math.ceil((p_offset + p_filesz) / page) * page,
  }))
}

function pageSizeOf(file: ElfFile): number {
  return largestPages[file.header.e_machine] ?? usualPages
}

/** What a span must move by multiples of; undefined for one that stays, because no segment begins in it. */
function alignmentOf(file: ElfFile, span: Span): number | undefined {
  if (span.offset === 0) return undefined // the file header
  const inside = file.segments.filter((segment) => segment.p_filesz > 0 && segment.p_offset >= span.offset && segment.p_offset < span.end)
  return inside.length === 0 ? undefined : Math.max(pageSizeOf(file), ...inside.map((segment) => segment.p_align))
}

/** The lowest offset up to the span's own, congruent to it, at which it overlaps neither what was placed nor code. */
function lowestPlace(span: Span, align: number, placed: readonly PinnedSpan[], code: readonly Span[]): number {
  const taken = merge([...placed.map((other) => ({ offset: other.newOffset, end: endOf(other) })), ...code])
  const size = span.end - span.offset
  for (const [index, before] of taken.entries()) {
    const place = before.end + ((((span.offset - before.end) % align) + align) % align)
    const limit = taken[index + 1]?.offset ?? Infinity
    if (place <= span.offset && place + size <= limit) return place
  }
  return span.offset
}

function overlaps(one: Span, other: Span): boolean {
  return one.offset < other.end && other.offset < one.end
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
