/** Numbers, each at most once, of which the lowest is taken first. */
export class LowestFirst {
  readonly #heap: number[] = []
  readonly #held = new Set<number>()

  get length(): number {
    return this.#heap.length
  }

  get lowest(): number {
    return this.#heap[0] ?? Infinity
  }

  push(item: number): void {
    if (this.#held.has(item)) return
    this.#held.add(item)
    const heap = this.#heap
    let at = heap.length
    heap.push(item)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (heap[parent]! <= item) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = item
  }

  pop(): number | undefined {
    const heap = this.#heap
    const lowest = heap[0]
    if (lowest === undefined) return undefined
    this.#held.delete(lowest)
    const last = heap.pop()!
    if (heap.length === 0) return lowest
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++
      if (heap[child]! >= last) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
    return lowest
  }
}
