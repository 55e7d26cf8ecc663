import type { ByteReader } from '../../../bytes/byte-reader.ts'
import { LimitError, MalformedError } from '../../../core/errors.ts'
import { PF, PT, SHF, SHT } from '../constants.ts'
import type { ElfFile, Segment } from './elf-file.ts'
import { isAllocated } from './elf-file.ts'

/** A stretch of memory that the file's bytes are mapped to. */
export interface MappedRange {
  /** Memory space. */
  readonly address: number
  /** File space. */
  readonly offset: number
  /** Bytes that come from the file. */
  readonly size: number
  readonly executable: boolean
  readonly writable: boolean
  /** Section or segment it comes from. */
  readonly name: string
}

/** The PT_LOAD segments. */
export function loadSegments(file: ElfFile): Segment[] {
  return file.segments.filter((segment) => segment.p_type === PT.LOAD)
}

/**
 * File offset of an address that comes from the file, or undefined (unmapped, or zero-filled at load).
 * `size` bytes from there are mapped to that place too.
 */
export function offsetOf(file: ElfFile, address: bigint, size = 1): number | undefined {
  for (const segment of file.segments) {
    if (segment.p_type !== PT.LOAD) continue
    const delta = address - segment.p_vaddr
    if (delta < 0n || delta + BigInt(size) > BigInt(segment.p_filesz)) continue
    const offset = segment.p_offset + Number(delta)
    return offset + size <= file.bytes.byteLength ? offset : undefined
  }
  return undefined
}

/** The bytes at an address up to the end of what its segment maps. @throws MalformedError when unmapped. */
export function windowAt(file: ElfFile, address: bigint, what: string, size?: number): ByteReader {
  for (const segment of file.segments) {
    if (segment.p_type !== PT.LOAD) continue
    const delta = address - segment.p_vaddr
    if (delta < 0n || delta >= BigInt(segment.p_filesz)) continue
    const offset = segment.p_offset + Number(delta)
    const left = Math.min(segment.p_filesz - Number(delta), file.bytes.byteLength - offset)
    return file.reader.window(offset, size ?? Math.max(0, left), what)
  }
  throw new MalformedError(`${what}: address 0x${address.toString(16)} is not mapped from the file`)
}

/** What is mapped from the file, by segment, in the order of the program headers. Addresses above 2^53 are left out. */
export function mappedSegments(file: ElfFile): MappedRange[] {
  return loadSegments(file).flatMap((segment) => {
    const size = Math.min(segment.p_filesz, file.bytes.byteLength - segment.p_offset)
    if (size <= 0 || segment.p_vaddr > maximumAddress) return []
    return {
      address: Number(segment.p_vaddr),
      offset: segment.p_offset,
      size,
      executable: (segment.p_flags & PF.X) !== 0,
      writable: (segment.p_flags & PF.W) !== 0,
      name: `PT_LOAD ${segment.index}`,
    }
  })
}

/**
 * Where code is: the executable sections, or the executable segments of a file without section headers.
 * Sorted by address.
 *
 * @throws LimitError where they overlap so often that reading each would take forever
 */
export function executableRanges(file: ElfFile): MappedRange[] {
  const sections = file.sections.flatMap((section) => {
    if (!isAllocated(section) || (section.sh_flags & SHF.EXECINSTR) === 0 || section.sh_type === SHT.NOBITS) return []
    const size = Math.min(section.sh_size, file.bytes.byteLength - section.sh_offset)
    if (size <= 0 || section.sh_addr > maximumAddress) return []
    return {
      address: Number(section.sh_addr),
      offset: section.sh_offset,
      size,
      executable: true,
      writable: (section.sh_flags & SHF.WRITE) !== 0,
      name: section.name,
    }
  })
  const ranges = sections.length > 0 ? sections : mappedSegments(file).filter((range) => range.executable)
  const size = ranges.reduce((sum, range) => sum + range.size, 0)
  if (size > maxOverlap * file.bytes.byteLength) throw new LimitError(`${ranges.length} ranges of code overlap: ${size} bytes in a file of ${file.bytes.byteLength}`)
  return ranges.sort((a, b) => a.address - b.address)
}

/** A packer may map a byte twice; that many times, nobody does. */
const maxOverlap = 4

/** Addresses up to here are exact as a `number`. */
const maximumAddress = BigInt(Number.MAX_SAFE_INTEGER)
