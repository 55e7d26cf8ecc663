import { describedEnd, isZero } from '../sizes/file-layout.ts'
import { findBytes, findLastBytes } from './find-bytes.ts'
import type { Payload, Recognizer } from './payload.ts'

/** How much of the end is searched for the marks that stand there. */
const trailerSize = 0x10000

/** Less than this is a signature or a note, not a program. */
const smallestProgram = 4096

/** What follows the ELF file: AppImage, deno compile, nexe, pkg, a zip archive, or something unknown. */
export const appended: Recognizer = ({ file }) => {
  const offset = describedEnd(file)
  const end = file.bytes.byteLength
  const size = end - offset
  if (size <= 0 || isZero(file.bytes.subarray(offset))) return undefined
  const payload = (kind: Payload['kind'], description: string, hidesCode = false): Payload => ({ kind, offset, size, description, hidesCode })
  const startsWith = (text: string): boolean => findBytes(file.bytes, text, offset, Math.min(end, offset + text.length)) === offset
  const endHas = (text: string): boolean => findLastBytes(file.bytes, text, Math.max(offset, end - trailerSize), end) >= 0

  if (file.bytes[8] === 0x41 && file.bytes[9] === 0x49) {
    const system = startsWith('hsqs') ? 'squashfs' : 'ISO 9660'
    return payload('appimage', `AppImage: a file system (${system}) with programs in it, not analysed`, true)
  }
  if (startsWith('d3n0l4nd') || endHas('d3n0l4nd')) return payload('deno-compile', 'deno compile: JavaScript and its files, not analysed')
  if (endHas('<nexe~~sentinel>')) return payload('nexe', 'nexe: JavaScript, not analysed')
  if (endHas('/snapshot/') || endHas('REQUIRE_COMMON')) return payload('pkg', 'pkg: JavaScript and its files, not analysed')
  if (endHas('PK\x05\x06')) return payload('zip', 'a zip archive, not analysed', true)
  return payload('unknown', `${size} bytes of unknown kind, not analysed`, size >= smallestProgram)
}
