import { decompress } from 'fzstd'
import { LimitError, MalformedError } from '../../../core/errors.ts'
import { findSection, sectionContents } from '../read/elf-file.ts'
import type { Recognizer } from './payload.ts'

const magic = Buffer.from('SWCNZSTD')
const zstdMagic = Buffer.of(0x28, 0xb5, 0x2f, 0xfd)

/** Machine code does not compress better than this. */
const maximumRatio = 64

/** @swc/core since 1.16: a small addon that unpacks the compiler from its section .swc_native (one zstd frame). */
export const swcCarrier: Recognizer = ({ file }) => {
  const section = findSection(file, '.swc_native')
  if (section === undefined) return undefined
  const reader = sectionContents(file, section)
  const bytes = Buffer.from(reader.bytes.buffer, reader.bytes.byteOffset, reader.size)
  if (!bytes.subarray(0, 64).includes(magic)) return undefined
  const at = bytes.subarray(0, 256).indexOf(zstdMagic)
  return {
    kind: 'swc-carrier',
    offset: section.sh_offset,
    size: section.sh_size,
    description: 'compressed addon (zstd) that is unpacked when it is loaded',
    hidesCode: true,
    ...(at < 0 ? {} : { inner: () => unpack(bytes.subarray(at), reader.base + at) }),
  }
}

function unpack(frame: Buffer, offset: number): Uint8Array {
  const size = frameContentSize(frame)
  if (size === undefined || size > frame.length * maximumRatio) {
    throw new LimitError('zstd frame: its contents are of unknown or unlikely size', { offset })
  }
  try {
    return decompress(frame, new Uint8Array(size))
  } catch (cause) {
    throw new MalformedError('zstd frame: damaged', { offset, cause })
  }
}

/** Frame_Content_Size (RFC 8878, section 3.1.1.1). */
function frameContentSize(frame: Buffer): number | undefined {
  if (frame.length < 18) return undefined
  const descriptor = frame[4]!
  const singleSegment = (descriptor & 0x20) !== 0
  const at = 5 + (singleSegment ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!
  switch (descriptor >> 6) {
    case 0:
      return singleSegment ? frame[at] : undefined
    case 1:
      return frame.readUInt16LE(at) + 256
    case 2:
      return frame.readUInt32LE(at)
    default:
      return Number(frame.readBigUInt64LE(at))
  }
}
