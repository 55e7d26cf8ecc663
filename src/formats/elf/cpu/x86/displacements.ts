import { IndexList } from '../program/number-list.ts'
import type { MemoryImage } from '../program/memory-image.ts'
import type { Program } from './program.ts'

/** Displacements below take two of their four bytes. */
export const SMALL = 0x1_0000

/**
 * Where operands [register + displacement] of two bytes seem to be, by the bytes: looked for in all code once, however often
 * it is asked who reads a field.
 */
export class Displacements {
  readonly #image: MemoryImage
  readonly #codeAt: Program['codeAt']
  /** Offsets of the displacements in each range of code. Made when they are first asked for. */
  #places: readonly Uint32Array[] | undefined

  constructor({ image, codeAt }: Pick<Program, 'image' | 'codeAt'>) {
    this.#image = image
    this.#codeAt = codeAt
  }

  /** Calls `found` with each of `wanted`, which are small, and the address of a displacement that is it. */
  find(wanted: readonly number[], found: (displacement: number, address: number) => void): void {
    this.#places ??= this.#image.code.map(({ address }) => placesIn(this.#codeAt(address)!.code))
    const isWanted = new Uint8Array(SMALL)
    for (const displacement of wanted) isWanted[displacement] = 1
    for (const [index, range] of this.#image.code.entries()) {
      const { code } = this.#codeAt(range.address)!
      const places: Uint32Array = this.#places[index]!
      for (let entry = 0; entry < places.length; entry++) {
        const at: number = places[entry]!
        const displacement = code[at]! | (code[at + 1]! << 8)
        if (isWanted[displacement] === 1) found(displacement, range.address + at)
      }
    }
  }
}

/** Places behind a ModRM byte with a displacement of four bytes and no SIB, of which the upper two are clear. */
function placesIn(code: Uint8Array): Uint32Array {
  const places = new IndexList(1024 + (code.length >> 4))
  const last = code.length - 4
  for (let at = 1; at < last; at++) {
    // a byte that is not clear is the upper half of none that begins here or behind
    if (code[at + 3] !== 0) at++
    else if (code[at + 2] === 0 && (code[at - 1]! & 0xc0) === 0x80) places.push(at)
  }
  return places.values()
}
