import { findBytes } from './find-bytes.ts'
import type { Recognizer } from './payload.ts'

/** UPX: the program header table is followed by l_info (checksum, `UPX!`, loader size, version, format). */
export const upx: Recognizer = ({ file }) => {
  const from = file.header.e_phoff + file.segments.length * file.header.e_phentsize
  const at = findBytes(file.bytes, 'UPX!', from, Math.min(from + 64, file.bytes.byteLength))
  if (at < 0) return undefined
  return {
    kind: 'upx',
    offset: at - 4,
    size: file.bytes.byteLength - at + 4,
    description: 'packed with UPX: the program itself is compressed and cannot be seen',
    hidesCode: true,
  }
}
