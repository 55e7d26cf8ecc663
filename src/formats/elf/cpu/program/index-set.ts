/** A set of functions or other things that are counted from 0, a byte each. */
export class IndexSet {
  readonly #held: Uint8Array
  size = 0

  /** @param count how many there are in all */
  constructor(count: number) {
    this.#held = new Uint8Array(count)
  }

  has(index: number): boolean {
    return this.#held[index] === 1
  }

  /** False where it was there before, or is none of them. */
  add(index: number): boolean {
    if (this.#held[index] !== 0) return false
    this.#held[index] = 1
    this.size++
    return true
  }

  /** In order. */
  *[Symbol.iterator](): Iterator<number> {
    for (let index = 0; index < this.#held.length; index++) if (this.#held[index] === 1) yield index
  }
}
