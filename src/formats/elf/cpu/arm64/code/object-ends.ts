import type { MemoryImage } from '../../program/memory-image.ts'
import { lastAtMost } from '../../program/number-list.ts'

/** Where objects in data end: by their size in the symbol table, and where the GOT says that the next one begins. */
export class ObjectEnds {
  readonly #starts: Float64Array
  readonly #ends: Float64Array
  /** What slots of the GOT point to. */
  readonly #named: Float64Array

  constructor(image: MemoryImage) {
    const objects = image.objects.filter(({ size }) => size > 0).sort((a, b) => a.address - b.address)
    this.#starts = Float64Array.from(objects, ({ address }) => address)
    this.#ends = Float64Array.from(objects, ({ address, size }) => address + size)
    const named: number[] = []
    for (const [place, { address }] of image.slots) if (address !== undefined && image.dataAt(place)?.separate === true && !image.inCode(address)) named.push(address)
    this.#named = Float64Array.from(named).sort()
  }

  /** The object that `address` lies in goes no further. */
  behind(address: number): number {
    const object = lastAtMost(this.#starts, address)
    const end = object >= 0 && this.#ends[object]! > address ? this.#ends[object]! : Infinity
    return Math.min(end, this.#named[lastAtMost(this.#named, address) + 1] ?? Infinity)
  }
}
