/** A growing list of numbers without an object for each: sweeps collect millions. */
export class NumberList {
  #items: Float64Array
  #values: Float64Array | undefined
  length = 0

  /** @param capacity how many are expected: memory that is not written to costs nothing, and copying does */
  constructor(capacity = 1024) {
    this.#items = new Float64Array(capacity)
  }

  push(value: number): void {
    if (this.length === this.#items.length) {
      const larger = new Float64Array(this.#items.length * 2)
      larger.set(this.#items)
      this.#items = larger
    }
    this.#items[this.length++] = value
  }

  /** The numbers so far; valid until the next `push`. */
  values(): Float64Array {
    if (this.#values?.length !== this.length) this.#values = this.#items.subarray(0, this.length)
    return this.#values!
  }

  /** Gives the memory back. */
  clear(): void {
    this.#items = new Float64Array(1)
    this.#values = undefined
    this.length = 0
  }
}

/** The same for indexes. */
export class IndexList {
  #items: Uint32Array
  #values: Uint32Array | undefined
  length = 0

  constructor(capacity = 1024) {
    this.#items = new Uint32Array(capacity)
  }

  push(value: number): void {
    if (this.length === this.#items.length) {
      const larger = new Uint32Array(this.#items.length * 2)
      larger.set(this.#items)
      this.#items = larger
    }
    this.#items[this.length++] = value
  }

  /** The numbers so far; valid until the next `push`. */
  values(): Uint32Array {
    if (this.#values?.length !== this.length) this.#values = this.#items.subarray(0, this.length)
    return this.#values!
  }
}

/** The same for kinds and other small numbers. */
export class ByteList {
  #items: Uint8Array
  #values: Uint8Array | undefined
  length = 0

  constructor(capacity = 1024) {
    this.#items = new Uint8Array(capacity)
  }

  push(value: number): void {
    if (this.length === this.#items.length) {
      const larger = new Uint8Array(this.#items.length * 2)
      larger.set(this.#items)
      this.#items = larger
    }
    this.#items[this.length++] = value
  }

  /** The numbers so far; valid until the next `push`. */
  values(): Uint8Array {
    if (this.#values?.length !== this.length) this.#values = this.#items.subarray(0, this.length)
    return this.#values!
  }

  /** Gives the memory back. */
  clear(): void {
    this.#items = new Uint8Array(1)
    this.#values = undefined
    this.length = 0
  }
}

/** Index of the last item that is at most `value` in a sorted list, or -1. */
export function lastAtMost(sorted: Float64Array, value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! <= value) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** The last of `items` that begins at most at `value`; `starts`: where each does, sorted. What is at -1 of a list is looked up as a property, by its name. */
export function itemAtMost<T>(items: readonly T[], starts: Float64Array, value: number): T | undefined {
  const index = lastAtMost(starts, value)
  return index < 0 ? undefined : items[index]
}
