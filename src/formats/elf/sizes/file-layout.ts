import type { SizeMap, SizeRange } from '../../../core/size-map.ts'
import { buildSizeMap } from '../../../core/size-map.ts'
import { PT, SHT } from '../constants.ts'
import type { ElfFile } from '../read/elf-file.ts'
import { fileSizeOf, isAllocated } from '../read/elf-file.ts'

/** The ranges of the file that its header tables occupy. */
export function headerRanges(file: ElfFile): SizeRange[] {
  const { header } = file
  const ranges: SizeRange[] = [range('[ELF header]', 'header', 0, header.e_ehsize)]
  if (file.segments.length > 0) {
    ranges.push(range('[program headers]', 'header', header.e_phoff, file.segments.length * header.e_phentsize))
  }
  if (file.sections.length > 0) {
    ranges.push(range('[section headers]', 'header', header.e_shoff, file.sections.length * header.e_shentsize))
  }
  return ranges
}

/** Where what the headers describe ends; what follows was appended by somebody else. */
export function describedEnd(file: ElfFile): number {
  let end = 0
  for (const { offset, size } of headerRanges(file)) end = Math.max(end, offset + size)
  for (const section of file.sections) end = Math.max(end, section.sh_offset + fileSizeOf(section))
  for (const segment of file.segments) end = Math.max(end, segment.p_offset + segment.p_filesz)
  return Math.min(end, file.bytes.byteLength)
}

/** A claim for each section; for each segment of a file that has no section headers. */
export function sectionRanges(file: ElfFile): SizeRange[] {
  if (file.sections.length === 0) {
    return file.segments
      .filter((segment) => segment.p_type === PT.LOAD)
      .map((segment) => ({
        ...range(`PT_LOAD ${segment.index}`, 'segment', segment.p_offset, segment.p_filesz),
        memorySize: segment.p_memsz,
      }))
  }
  return file.sections
    .filter((section) => section.sh_type !== SHT.NULL)
    .map((section) => ({
      ...range(section.name || `[section ${section.index}]`, 'section', section.sh_offset, fileSizeOf(section)),
      memorySize: isAllocated(section) ? section.sh_size : 0,
    }))
}

/**
 * A size map of the file in which what no claim covers is named by what it is: padding (zeros), what no header
 * describes, what was appended.
 */
export function completeMap(file: ElfFile, claims: readonly SizeRange[]): SizeMap {
  const { bytes } = file
  const tail = describedEnd(file)
  return buildSizeMap(bytes.byteLength, headerRanges(file).concat(claims), function* (offset, size) {
    const inside = Math.min(size, Math.max(0, tail - offset))
    if (inside > 0) {
      const isPadding = isZero(bytes.subarray(offset, offset + inside))
      yield range(isPadding ? '[padding]' : '[not described]', isPadding ? 'padding' : 'gap', offset, inside)
    }
    if (inside < size) yield range('[appended data]', 'tail', offset + inside, size - inside)
  })
}

export function isZero(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0) return false
  return true
}

export function range(label: string, kind: string, offset: number, size: number): SizeRange {
  return { label, kind, offset, size }
}

/** Executable sections that the linker or the start files fill: their stubs are no functions of the program. */
export const linkerCode: RegExp = /^\.(i?plt|init$|fini$)/
