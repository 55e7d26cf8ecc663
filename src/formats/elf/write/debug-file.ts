import { crc32, deflateSync } from 'node:zlib'
import { ByteWriter } from '../../../bytes/byte-writer.ts'
import { recordSize, writeRecord } from '../../../bytes/record.ts'
import { zstdCompress } from '../../../bytes/zstd.ts'
import { UnsupportedError } from '../../../core/errors.ts'
import { ELFCOMPRESS, SHF, SHN, SHT } from '../constants.ts'
import { loadSegments } from '../read/address-space.ts'
import type { ElfFile, Section } from '../read/elf-file.ts'
import { fileSizeOf, isAllocated, layoutFor, sectionContents } from '../read/elf-file.ts'
import type { SectionHeader } from '../records.ts'
import {
  compressionHeader32,
  compressionHeader64,
  fileHeader32,
  fileHeader64,
  programHeader32,
  programHeader64,
  sectionHeader32,
  sectionHeader64,
} from '../records.ts'

/**
 * The file that debuggers read beside a stripped program (GDB manual, "Separate Debug Files"): every section header at
 * its place, so that symbols keep their indexes, but contents only of what is not loaded, and of notes (the build-id).
 * Debug sections are compressed (gABI, SHF_COMPRESSED) where that helps.
 * @throws UnsupportedError for files with more than 65279 sections, for zstd where this Node has none
 */
export function buildDebugFile(file: ElfFile, compression: DebugCompression = 'zlib'): Uint8Array {
  if (file.sections.length >= SHN.LORESERVE) throw new UnsupportedError('debug file: extended section numbering')
  const contents = file.sections.map((section) => contentsFor(file, section, compression))
  const headerSize = file.header.e_ehsize
  const segments = loadSegments(file) // where the program is in memory; the others would point at contents
  const segmentsSize = segments.length * file.header.e_phentsize
  let end = headerSize + segmentsSize
  const headers = file.sections.map((section, index): SectionHeader => {
    const kept = contents[index]
    if (kept === undefined) return section.index === 0 ? section : { ...section, sh_type: SHT.NOBITS, sh_offset: end }
    const align = Math.max(1, kept.align)
    if (align > file.bytes.byteLength) {
      throw new UnsupportedError(`debug file: section ${section.name}: alignment of ${align} bytes`, { offset: section.sh_offset })
    }
    const offset = Math.ceil(end / align) * align
    end = offset + kept.bytes.byteLength
    return { ...section, sh_offset: offset, sh_size: kept.bytes.byteLength, sh_flags: kept.flags, sh_addralign: kept.align }
  })
  const word = file.is64 ? 8 : 4
  const tableOffset = Math.ceil(end / word) * word
  const bytes = new Uint8Array(tableOffset + headers.length * file.header.e_shentsize)
  const writer = new ByteWriter(bytes, file.littleEndian)
  writer.write(file.bytes.subarray(0, 16)) // e_ident
  writeRecord(writer, layoutFor(file, fileHeader64, fileHeader32), {
    ...file.header,
    e_phoff: segments.length > 0 ? headerSize : 0,
    e_phnum: segments.length,
    e_shoff: tableOffset,
  })
  writer.offset = headerSize
  for (const segment of segments) {
    const p_offset = segment.p_align > 1 ? Number(segment.p_vaddr % BigInt(segment.p_align)) : 0
    writeRecord(writer, layoutFor(file, programHeader64, programHeader32), { ...segment, p_offset, p_filesz: 0 })
  }
  for (const [index, kept] of contents.entries()) if (kept !== undefined) bytes.set(kept.bytes, headers[index]!.sh_offset)
  writer.offset = tableOffset
  for (const header of headers) writeRecord(writer, layoutFor(file, sectionHeader64, sectionHeader32), header)
  return bytes
}

/** How the sections of a debug file are compressed. */
export type DebugCompression = 'zlib' | 'zstd' | 'none'

function withZstd(bytes: Uint8Array): Uint8Array {
  if (zstdCompress === undefined) {
    throw new UnsupportedError(`debug file: zstd needs Node 22.15 or newer`, {
      hint: 'use --debug-compression zlib, or run shrink with a newer Node',
    })
  }
  return zstdCompress(bytes)
}

interface Kept {
  readonly bytes: Uint8Array
  readonly flags: number
  readonly align: number
}

function contentsFor(file: ElfFile, section: Section, compression: DebugCompression): Kept | undefined {
  const isNote = section.sh_type === SHT.NOTE
  if (section.index === 0 || fileSizeOf(section) === 0 || (isAllocated(section) && !isNote)) return undefined
  const plain: Kept = { bytes: sectionContents(file, section).bytes, flags: section.sh_flags, align: section.sh_addralign }
  if (compression === 'none' || !section.name.startsWith('.debug_') || (section.sh_flags & SHF.COMPRESSED) !== 0) return plain
  const layout = layoutFor(file, compressionHeader64, compressionHeader32)
  const packed = compression === 'zlib' ? deflateSync(plain.bytes) : withZstd(plain.bytes)
  if (packed.byteLength + recordSize(layout) >= plain.bytes.byteLength) return plain
  const bytes = new Uint8Array(recordSize(layout) + packed.byteLength)
  const writer = new ByteWriter(bytes, file.littleEndian)
  const header = { ch_type: compression === 'zlib' ? ELFCOMPRESS.ZLIB : ELFCOMPRESS.ZSTD, ch_reserved: 0, ch_size: plain.bytes.byteLength, ch_addralign: section.sh_addralign }
  writeRecord(writer, layout, header)
  writer.write(packed)
  return { bytes, flags: section.sh_flags | SHF.COMPRESSED, align: file.is64 ? 8 : 4 }
}

/** Contents of .gnu_debuglink: the debug file's name, padded to four bytes, and the CRC-32 of all of it. */
export function debugLink(file: ElfFile, name: string, debugFile: Uint8Array): Uint8Array {
  const text = Buffer.from(`${name}\0`)
  const size = Math.ceil(text.length / 4) * 4
  const bytes = new Uint8Array(size + 4)
  const writer = new ByteWriter(bytes, file.littleEndian)
  writer.write(text)
  writer.offset = size
  writer.u32(crc32(debugFile))
  return bytes
}
