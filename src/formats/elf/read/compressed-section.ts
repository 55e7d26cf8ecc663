import { inflateSync } from 'node:zlib'
import { decompress as decompressZstd } from 'fzstd'
import { readRecord, recordSize } from '../../../bytes/record.ts'
import { LimitError, MalformedError, UnsupportedError } from '../../../core/errors.ts'
import { ELFCOMPRESS, SHF } from '../constants.ts'
import { compressionHeader32, compressionHeader64 } from '../records.ts'
import type { ElfFile, Section } from './elf-file.ts'
import { layoutFor, sectionContents } from './elf-file.ts'

/** How much larger than the section its contents may become: deflate's own limit is about 1 : 1032. */
const maximumRatio = 1100

/**
 * The contents of a section as they were before compression (SHF_COMPRESSED, or `.zdebug_*` of old GNU tools).
 * @throws MalformedError, UnsupportedError for other methods, LimitError for sizes that no compression reaches
 */
export function uncompressedContents(file: ElfFile, section: Section): Uint8Array {
  const reader = sectionContents(file, section)
  if ((section.sh_flags & SHF.COMPRESSED) === 0) {
    return section.name.startsWith('.zdebug_') ? inflateZdebug(reader.bytes, section) : reader.bytes
  }
  const layout = layoutFor(file, compressionHeader64, compressionHeader32)
  const header = readRecord(reader, layout)
  const packed = reader.bytes.subarray(recordSize(layout))
  checkRatio(header.ch_size, packed.byteLength, section)
  const contents = unpack(header.ch_type, packed, header.ch_size, section)
  if (contents.byteLength !== header.ch_size) {
    throw new MalformedError(`section ${section.name}: ch_size says ${header.ch_size}, contents have ${contents.byteLength} bytes`, {
      offset: section.sh_offset,
    })
  }
  return contents
}

function unpack(method: number, packed: Uint8Array, size: number, section: Section): Uint8Array {
  try {
    if (method === ELFCOMPRESS.ZLIB) return inflateSync(packed, { maxOutputLength: Math.max(1, size) })
    if (method === ELFCOMPRESS.ZSTD) return decompressZstd(packed, new Uint8Array(size))
  } catch (cause) {
    throw new MalformedError(`section ${section.name}: compressed contents are damaged`, { offset: section.sh_offset, cause })
  }
  throw new UnsupportedError(`section ${section.name}: ch_type: ${method} is neither zlib nor zstd`, { offset: section.sh_offset })
}

/** `ZLIB`, the size as eight big-endian bytes, a zlib stream. */
function inflateZdebug(bytes: Uint8Array, section: Section): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.byteLength < 12 || view.getUint32(0) !== 0x5a4c4942) return bytes
  const size = Number(view.getBigUint64(4))
  checkRatio(size, bytes.byteLength, section)
  return unpack(ELFCOMPRESS.ZLIB, bytes.subarray(12), size, section)
}

function checkRatio(size: number, packed: number, section: Section): void {
  if (size > packed * maximumRatio + 1024) {
    throw new LimitError(`section ${section.name}: ${size} bytes cannot come out of ${packed}`, { offset: section.sh_offset })
  }
}
