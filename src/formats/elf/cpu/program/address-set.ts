import type { MemoryImage } from './memory-image.ts'

/** Addresses from the first to the last of what lies in data that bits are kept for: 16 MB of them. */
const MOST = 2 ** 30
const WORD = 8

/** A growing set of addresses. */
export interface Addresses {
  has(address: number): boolean
  add(address: number): void
}

/** The same, of words in data for the most part: a bit each. Searches ask for millions, and numbers of 64 bits are slow keys. */
export class AddressSet implements Addresses {
  readonly #first: number
  readonly #end: number
  readonly #words: Uint8Array
  /** What is no word, or lies elsewhere. */
  readonly #others = new Set<number>()

  constructor(data: MemoryImage['data']) {
    let first = data.length === 0 ? 0 : Infinity
    let end = 0
    for (const range of data) {
      first = Math.min(first, range.address)
      end = Math.max(end, range.end)
    }
    this.#first = first - (first % WORD)
    this.#end = end - this.#first <= MOST ? end : this.#first
    this.#words = new Uint8Array(Math.ceil((this.#end - this.#first) / (WORD * 8)))
  }

  has(address: number): boolean {
    const word = this.#wordOf(address)
    return word < 0 ? this.#others.has(address) : ((this.#words[word >>> 3]! >> (word & 7)) & 1) !== 0
  }

  add(address: number): void {
    const word = this.#wordOf(address)
    if (word < 0) this.#others.add(address)
    else this.#words[word >>> 3]! |= 1 << (word & 7)
  }

  /** Index of the word that begins at an address, or -1. */
  #wordOf(address: number): number {
    if (address < this.#first || address >= this.#end) return -1
    const distance = (address - this.#first) | 0 // an integer for the compiler, too
    return (distance & (WORD - 1)) === 0 ? distance / WORD : -1
  }
}
