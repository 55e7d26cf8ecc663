import type { MemoryAccess } from '../../../../../isa/arm64/operands.ts'

/**
 * Where a small field of one structure lies, another may have a larger one: beside the flag of aws-lc's keys at 280, of one byte, its
 * random numbers are counted in eight. What is stored in the larger size, and read so by somebody else, is the other structure's, if
 * whoever stores it has nothing to do with the small field.
 */
export class WiderFields {
  readonly #offset: number
  readonly #size: number
  /** Functions that load the larger field, by its size. */
  readonly #readers = new Map<number, Set<number>>()
  /** Sizes of stores, by address. */
  readonly #stores = new Map<number, number>()
  readonly #usersOfSmall = new Set<number>()

  constructor(offset: number, size: number) {
    this.#offset = offset
    this.#size = size
  }

  /** An access by function `index` that touches the field. */
  note({ load, offset, size, register, second }: MemoryAccess, at: number, index: number): void {
    const isWider = size > this.#size && offset === this.#offset && register >= 0 && second < 0
    if (!isWider) this.#usersOfSmall.add(index)
    else if (!load) this.#stores.set(at, size)
    else {
      const readers = this.#readers.get(size)
      if (readers === undefined) this.#readers.set(size, new Set([index]))
      else readers.add(index)
    }
  }

  /** Is the store at `at`, of function `index`, one to another structure? */
  isOfAnother(at: number, index: number): boolean {
    const readers = this.#readers.get(this.#stores.get(at) ?? 0)
    return readers !== undefined && !this.#usersOfSmall.has(index) && [...readers].some((reader) => reader !== index)
  }
}
