import type { Code } from '../code/code.ts'
import { isIsaName, isNamedForAny } from './isa-names.ts'

/** Bytes of code, before and behind where a table's address is taken, in which an object gets its name. */
const AROUND = 40
const LONGEST_NAME = 16
const LEA = 0x8d

/**
 * Is the table that the instruction at `from` takes the address of put into an object with the name of a CPU: `{ vtable, "haswell", … }`? So simdutf and
 * simdjson make a list of their implementations, and somebody looks for the best of it.
 */
export function getsNameOfCpu({ image, codeAt }: Pick<Code, 'image' | 'codeAt'>, from: number): boolean {
  const range = codeAt(from)
  if (range === undefined) return false
  const { code, view, base } = range
  const end = Math.min(code.length - 4, from - base + AROUND)
  for (let at = Math.max(2, from - base - AROUND); at < end; at++) {
    const number = view.getInt32(at, true)
    if (image.positionDependent && isNameOfCpu(image, number)) return true
    if ((code[at - 1]! & 0xc7) !== 5) continue
    // [RIP + …]: LEA takes the address, and others load it from there
    const named = base + at + 4 + number
    if (isNameOfCpu(image, code[at - 2] === LEA ? named : pointerAt(image, named))) return true
  }
  return false
}

/** Does a word that is the name of a CPU stand there? */
export function isNameOfCpu(image: Code['image'], address: number | undefined): boolean {
  const text = address === undefined ? undefined : textAt(image, address)
  return text !== undefined && isIsaName(text) && !isNamedForAny(text)
}

/** What a place in data that is never written to holds. */
function pointerAt(image: Code['image'], place: number): number | undefined {
  const slot = image.slots.get(place)
  if (slot !== undefined) return slot.address
  const range = image.positionDependent ? image.dataAt(place) : undefined
  if (range?.offset === undefined || range.writable || place + 8 > range.end) return undefined
  return Number(image.view.getBigUint64(range.offset + place - range.address, true))
}

/** A short word that stands there, and ends with a zero. */
export function textAt(image: Code['image'], address: number): string | undefined {
  const range = image.dataAt(address)
  if (range?.offset === undefined || range.writable) return undefined
  const { bytes } = image.file
  const start = range.offset + address - range.address
  let end = start
  while (end - start <= LONGEST_NAME && bytes[end] !== 0) if (!isOfWord(bytes[end++]!)) return undefined
  return end === start || bytes[end] !== 0 ? undefined : String.fromCharCode(...bytes.subarray(start, end))
}

/** A letter, a digit, or what stands between words of a name. */
function isOfWord(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x5f || byte === 0x2e || byte === 0x2d
}
