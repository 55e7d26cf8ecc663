import { findSection } from '../read/elf-file.ts'
import { describedEnd } from '../sizes/file-layout.ts'
import { findLastBytes } from './find-bytes.ts'
import type { Payload, Recognizer } from './payload.ts'

/** Stands at the end of the module graph (bun, src/standalone_bun.zig). */
const trailer = '\n---- Bun! ----\n'

/** How far from the end of its container the trailer may stand: it is padded to whole pages. */
const searched = 0x20000

/** `bun build --compile`: the module graph is appended to the file, or stands in the section .bun. */
export const bunCompile: Recognizer = ({ file }) => {
  const tail = describedEnd(file)
  const found = (from: number, to: number): Payload | undefined => {
    const at = findLastBytes(file.bytes, trailer, Math.max(from, to - searched), to)
    if (at < 0) return undefined
    const description = 'bun build --compile: JavaScript and its files, not analysed'
    return { kind: 'bun-compile', offset: from, size: at + trailer.length - from, description, hidesCode: false }
  }
  if (tail < file.bytes.byteLength) {
    const appended = found(tail, file.bytes.byteLength)
    if (appended !== undefined) return appended
  }
  const section = findSection(file, '.bun')
  return section === undefined ? undefined : found(section.sh_offset, Math.min(section.sh_offset + section.sh_size, file.bytes.byteLength))
}
