/** Where a function was reached from: index of the caller, or -1 for a root. */
export interface Step {
  readonly from: number
  readonly how: 'entry' | 'initializer' | 'export' | 'call' | 'address' | 'table'
}

const ways: readonly Step['how'][] = ['entry', 'initializer', 'export', 'call', 'address', 'table']

const ENTRY = ways.indexOf('entry') + 1

/** The first step to each function that was reached, without an object for each of them. */
export class Steps {
  /** 0: not reached; else the index of the way, counted from 1. */
  readonly #how: Uint8Array
  readonly #from: Int32Array
  size = 0

  /** @param count how many functions there are */
  constructor(count: number) {
    this.#how = new Uint8Array(count)
    this.#from = new Int32Array(count)
  }

  has(index: number): boolean {
    return this.#how[index] !== 0 && index < this.#how.length
  }

  get(index: number): Step | undefined {
    return this.has(index) ? { from: this.#from[index]!, how: ways[this.#how[index]! - 1]! } : undefined
  }

  /** Is it the entry point? */
  startsAt(index: number): boolean {
    return this.#how[index] === ENTRY
  }

  /** False where it was reached before. */
  add(index: number, from: number, how: Step['how']): boolean {
    if (this.#how[index] !== 0) return false
    this.#how[index] = ways.indexOf(how) + 1
    this.#from[index] = from
    this.size++
    return true
  }
}
