import { UnsupportedError } from '../../../core/errors.ts'
import { PT } from '../constants.ts'
import type { ElfFile } from '../read/elf-file.ts'
import { fileSizeOf, isAllocated } from '../read/elf-file.ts'

/** A range of the file that must stay where it is. */
export interface PinnedRange {
  readonly offset: number
  readonly end: number
}

/**
 * What a rewrite must not move: the file header, the program headers, every segment, every loaded section.
 * Sorted and merged.
 * @throws UnsupportedError where the layout cannot be proved safe to change
 */
export function pinnedRanges(file: ElfFile): PinnedRange[] {
  const { header, bytes } = file
  const ranges: PinnedRange[] = [{ offset: 0, end: header.e_ehsize }]
  const pin = (what: string, offset: number, size: number): void => {
    if (size === 0) return
    if (offset + size > bytes.byteLength) {
      throw new UnsupportedError(`${what} does not lie inside the file: it is truncated, or a split debug file`, { offset })
    }
    ranges.push({ offset, end: offset + size })
  }
  if (file.segments.length > 0) pin('program header table', header.e_phoff, file.segments.length * header.e_phentsize)
  for (const segment of file.segments) {
    if (segment.p_type !== PT.NULL) pin(`segment ${segment.index}`, segment.p_offset, segment.p_filesz)
  }
  for (const section of file.sections) {
    if (!isAllocated(section)) continue
    pin(`section ${section.name}`, section.sh_offset, fileSizeOf(section))
  }
  ranges.sort((a, b) => a.offset - b.offset || a.end - b.end)
  const merged: PinnedRange[] = []
  for (const range of ranges) {
    const last = merged.at(-1)
    if (last !== undefined && range.offset <= last.end) merged[merged.length - 1] = { offset: last.offset, end: Math.max(last.end, range.end) }
    else merged.push(range)
  }
  return merged
}

/** @throws UnsupportedError for kinds of files that are no programs, and for section tables in unusual places */
export function checkSections(file: ElfFile, pinned: readonly PinnedRange[]): void {
  const names = file.sections[file.sectionNameIndex]
  if (names === undefined || file.sectionNameIndex === 0) throw new UnsupportedError('the sections have no name table')
  if (isAllocated(names)) throw new UnsupportedError('the section name table is loaded into memory', { offset: names.sh_offset })
  for (const section of file.sections) {
    const size = fileSizeOf(section)
    if (size === 0 || isAllocated(section)) continue
    if (section.sh_offset + size > file.bytes.byteLength) {
      throw new UnsupportedError(`section ${section.name} does not lie inside the file`, { offset: section.sh_offset })
    }
    const { sh_offset } = section
    const inside = pinned.find((range) => sh_offset < range.end && range.offset < sh_offset + size)
    if (inside !== undefined && (sh_offset < inside.offset || sh_offset + size > inside.end)) {
      throw new UnsupportedError(`section ${section.name} lies partly in a segment and partly outside`, { offset: sh_offset })
    }
  }
}
