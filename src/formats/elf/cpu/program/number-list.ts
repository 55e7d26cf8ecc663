/** A growing list of numbers without an object for each: sweeps collect millions. */
export class NumberList {
  #items = new Float64Array(1024)
  length = 0

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
    return this.#items.subarray(0, this.length)
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
