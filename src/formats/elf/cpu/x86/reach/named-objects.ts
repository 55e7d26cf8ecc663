import type { Code } from '../code/code.ts'
import { isIsaName, isNamedForAny, isPlainName } from './isa-names.ts'

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
  return isMadeBehindName(code, view, from - base)
}

/** Bytes of code before that: an object of `std::string` is made of the name, and of what it says about itself. */
const BEFORE = 640
const MOVABS = 0xb8
const MOV_IMMEDIATE = 0xc7

/** Is the last name that instructions hold as numbers, before the one at `from`, that of a CPU? A short `std::string` is stored so: "icel", "lake". */
function isMadeBehindName(code: Uint8Array, view: DataView, from: number): boolean {
  let isName = false
  let word = ''
  let base = -1
  let first = 0
  for (let at = Math.max(1, from - BEFORE); at < from - 8; at++) {
    const opcode = code[at]!
    if ((opcode & 0xf8) === MOVABS && (code[at - 1]! & 0xfe) === 0x48) {
      word = wordOf(code.subarray(at + 1, at + 9))
      base = -1
    } else if (opcode === MOV_IMMEDIATE && code[at + 1]! < 0xc0 && (code[at + 1]! & 0x38) === 0) {
      const modrm = code[at + 1]!
      const displacementAt = at + 2 + ((modrm & 7) === 4 ? 1 : 0)
      const displacement = modrm >> 6 === 1 ? view.getInt8(displacementAt) : modrm >> 6 === 2 ? view.getInt32(displacementAt, true) : 0
      const immediateAt = displacementAt + (modrm >> 6 === 1 ? 1 : modrm >> 6 === 2 ? 4 : 0)
      const part = wordOf(code.subarray(immediateAt, immediateAt + 4))
      // the next four letters, or the last four, of which some are there already
      const goesOn = base === (modrm & 7) && displacement > first && displacement <= first + word.length
      word = goesOn ? word.slice(0, displacement - first) + part : part
      if (!goesOn) [base, first] = [modrm & 7, displacement]
    } else continue
    if (isIsaName(word)) isName = !isNamedForAny(word)
    else if (isPlainName(word)) isName = false
  }
  return isName
}

/** Letters and digits up to the first zero; nothing where there is something else. */
function wordOf(bytes: Uint8Array): string {
  const zero = bytes.indexOf(0)
  const text = zero < 0 ? bytes : bytes.subarray(0, zero)
  return text.every(isOfWord) ? String.fromCharCode(...text) : ''
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
