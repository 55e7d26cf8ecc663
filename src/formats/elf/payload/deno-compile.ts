import { findBytes } from './find-bytes.ts'
import type { Recognizer } from './payload.ts'

/** n_type of the notes that libsui writes, `SUI\x01` (denoland/sui). */
const noteType = 0x53554901

/**
 * `deno compile` of Deno 2 puts its resource into a note of the owner SUI: the length of its name (16 bits), the name
 * (`d3n0l4nd`), then the data. Older ones appended it, see `appended`.
 */
export const denoCompile: Recognizer = ({ file, notes }) => {
  const note = notes.find(({ owner, type }) => owner === 'SUI' && type === noteType)
  if (note === undefined) return undefined
  const { base, size } = note.description
  const named = findBytes(file.bytes, 'd3n0l4nd', base, base + Math.min(size, 64)) >= 0
  return named
    ? { kind: 'deno-compile', offset: base, size, description: 'deno compile: JavaScript and its files, not analysed', hidesCode: false }
    : { kind: 'unknown', offset: base, size, description: `${size} bytes in a note of the owner SUI, not analysed`, hidesCode: true }
}
