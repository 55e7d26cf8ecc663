import { IndexList } from '../../program/number-list.ts'
import type { MemoryImage } from '../../program/memory-image.ts'
import type { Program } from './program.ts'

/** Displacements below take two of their four bytes. */
export const SMALL = 0x1_0000
/** And those below three. */
const LARGE = 0x100_0000

type Found = (displacement: number, address: number) => void

/**
 * Where operands [register + displacement] of two or three bytes seem to be, by the bytes: looked for in all code once,
 * however often it is asked who reads a field.
 */
export class Displacements {
  readonly #image: MemoryImage
  readonly #codeAt: Program['codeAt']
  /** Offsets of the displacements in each range of code. Made when they are first asked for. */
  #small: readonly Uint32Array[] | undefined
  #large: readonly Uint32Array[] | undefined

  constructor({ image, codeAt }: Pick<Program, 'image' | 'codeAt'>) {
    this.#image = image
    this.#codeAt = codeAt
  }

  /** Calls `found` with each of `wanted`, which are small, and the address of a displacement that is it. */
  find(wanted: readonly number[], found: Found): void {
    this.#small ??= this.#image.code.map(({ address }) => smallPlacesIn(this.#codeAt(address)!.code))
    const isWanted = new Uint8Array(SMALL)
    for (const displacement of wanted) isWanted[displacement] = 1
    for (const [index, { address }] of this.#image.code.entries()) noteAmong(this.#small[index]!, this.#codeAt(address)!.code, address, isWanted, found)
  }

  /** The same for those that are not small. */
  findLarge(wanted: ReadonlySet<number>, found: Found): void {
    const lowBytes = new Uint8Array(SMALL)
    let isBelow = true
    for (const displacement of wanted) {
      lowBytes[displacement & (SMALL - 1)] = 1
      isBelow &&= displacement < LARGE
    }
    const note = (displacement: number, address: number): void => {
      if (wanted.has(displacement)) found(displacement, address)
    }
    if (isBelow) this.#large ??= this.#image.code.map(({ address }) => largePlacesIn(this.#codeAt(address)!.code))
    for (const [index, { address }] of this.#image.code.entries()) {
      const { code, view } = this.#codeAt(address)!
      if (isBelow) noteLargeAmong(this.#large![index]!, view, address, lowBytes, note)
      else noteInAll(code, view, address, lowBytes, note)
    }
  }
}

function noteAmong(places: Uint32Array, code: Uint8Array, base: number, isWanted: Uint8Array, found: Found): void {
  for (let entry = 0; entry < places.length; entry++) {
    const at: number = places[entry]!
    const displacement = code[at]! | (code[at + 1]! << 8)
    if (isWanted[displacement] === 1) found(displacement, base + at)
  }
}

function noteLargeAmong(places: Uint32Array, view: DataView, base: number, lowBytes: Uint8Array, found: Found): void {
  for (let entry = 0; entry < places.length; entry++) {
    const at: number = places[entry]!
    const displacement = view.getInt32(at, true)
    if (lowBytes[displacement & (SMALL - 1)] === 1) found(displacement, base + at)
  }
}

/** Displacements of any size: of what is that far away there is hardly ever any. */
function noteInAll(code: Uint8Array, view: DataView, base: number, lowBytes: Uint8Array, found: Found): void {
  for (let at = 1; at + 4 < code.length; at++) {
    if ((code[at - 1]! & 0xc0) === 0x80 && lowBytes[code[at]! | (code[at + 1]! << 8)] === 1) found(view.getInt32(at, true), base + at)
  }
}

/** Places behind a ModRM byte with a displacement of four bytes and no SIB, of which the upper two are clear. */
function smallPlacesIn(code: Uint8Array): Uint32Array {
  const places = new IndexList(1024 + (code.length >> 4))
  const last = code.length - 4
  for (let at = 1; at < last; at++) {
    // a byte that is not clear is the upper half of none that begins here or behind
    if (code[at + 3] !== 0) at++
    else if (code[at + 2] === 0 && (code[at - 1]! & 0xc0) === 0x80) places.push(at)
  }
  return places.values()
}

/** The same where only the last is clear. */
function largePlacesIn(code: Uint8Array): Uint32Array {
  const places = new IndexList(1024 + (code.length >> 6))
  const last = code.length - 4
  for (let at = 1; at < last; at++) {
    if (code[at + 3] !== 0) continue
    if (code[at + 2] !== 0 && (code[at - 1]! & 0xc0) === 0x80) places.push(at)
    at++ // its third byte is clear
  }
  return places.values()
}
