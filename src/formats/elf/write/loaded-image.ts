import { MalformedError } from '../../../core/errors.ts'
import { PT } from '../constants.ts'
import type { ElfFile, Segment } from '../read/elf-file.ts'

/** A program header with the bytes it stands for, without what a rewrite may change. */
export interface LoadedPart {
  readonly segment: Segment
  readonly bytes: Uint8Array
}

/**
 * The segments as a loader sees them. The fields of the file header that locate the section headers read as zero, and
 * so do the file offsets in program headers: a rewrite may change those, and nothing else.
 */
export function loadedImage(file: ElfFile): LoadedPart[] {
  return file.segments.map((segment) => {
    if (segment.p_filesz === 0) return { segment, bytes: new Uint8Array() }
    if (segment.p_offset + segment.p_filesz > file.bytes.byteLength) {
      throw new MalformedError(`segment ${segment.index}: its ${segment.p_filesz} bytes do not lie inside the file`, {
        offset: Math.min(segment.p_offset, file.bytes.byteLength),
      })
    }
    const bytes = file.bytes.subarray(segment.p_offset, segment.p_offset + segment.p_filesz)
    const masked = maskedRanges(file).filter(([at]) => at >= segment.p_offset && at < segment.p_offset + segment.p_filesz)
    if (masked.length === 0) return { segment, bytes }
    const copy = bytes.slice()
    for (const [at, size] of masked) copy.fill(0, at - segment.p_offset, at - segment.p_offset + size)
    return { segment, bytes: copy }
  })
}

/** Offset and size of e_shoff, of e_shnum with e_shstrndx, and of every p_offset. */
function maskedRanges(file: ElfFile): [number, number][] {
  const word = file.is64 ? 8 : 4
  const size = file.is64 ? 56 : 32
  return [
    [file.is64 ? 40 : 32, word],
    [file.is64 ? 60 : 48, 4],
    ...file.segments.map(({ index }): [number, number] => [file.header.e_phoff + index * size + (file.is64 ? 8 : 4), word]),
  ]
}

/** All of a program header but the file offset, as text. */
export function describeLoad({ segment: s }: LoadedPart): string {
  const kind = s.p_type === PT.LOAD ? 'PT_LOAD' : `p_type 0x${s.p_type.toString(16)}`
  return `${kind} flags ${s.p_flags} address 0x${s.p_vaddr.toString(16)} size ${s.p_filesz}/${s.p_memsz} align ${s.p_align}`
}
