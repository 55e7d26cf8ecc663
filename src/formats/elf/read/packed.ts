import { PT } from '../constants.ts'
import type { ElfFile } from './elf-file.ts'

/** Bytes between the headers, or the notes behind them, and what UPX says about itself. */
const NEAR = 64

const LARGEST_NOTES = 4096

const magic = [0x55, 0x50, 0x58, 0x21] // UPX!

/**
 * Where UPX says what it packed: l_info (checksum, `UPX!`, size of the loader, version, format), behind the program headers and the notes that it keeps there.
 * All else in the file but its loader is compressed.
 */
export function packedAt({ bytes, header, segments }: ElfFile): number | undefined {
  const from = header.e_phoff + segments.length * header.e_phentsize
  let to = from + NEAR
  for (const { p_type, p_offset, p_filesz } of [...segments].sort((a, b) => a.p_offset - b.p_offset)) {
    if (p_type === PT.NOTE && p_offset >= from && p_offset < to) to = Math.max(to, Math.min(p_offset + p_filesz, p_offset + LARGEST_NOTES) + NEAR)
  }
  for (let at = from; at < to && at + magic.length <= bytes.byteLength; at++) if (magic.every((byte, index) => bytes[at + index] === byte)) return at - 4
  return undefined
}
