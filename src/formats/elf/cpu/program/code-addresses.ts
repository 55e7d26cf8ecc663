import type { MappedRange } from '../../read/address-space.ts'

/** Addresses between two counts. */
const BLOCK_BITS = 7

interface Span {
  readonly start: number
  end: number
  /** Bit of the first address. */
  first: number
}

/** A set of addresses of code, a bit each: it can be added to in any order, and tells how many of it come before an address. */
export class CodeAddresses {
  readonly #spans: readonly Span[]
  /** Of which most addresses are: it is looked at first. */
  readonly #largest: Span
  readonly #bits: Uint32Array
  /** How many are in the blocks before. Made when it is first asked for, and again after an addition. */
  #before: Uint32Array | undefined
  readonly #alignment: number
  #count = 0

  /** @param alignment of every instruction */
  constructor(code: readonly MappedRange[], alignment = 1) {
    this.#alignment = alignment
    this.#spans = spansOf(code)
    this.#largest = this.#spans.reduce((largest, span) => (span.end - span.start > largest.end - largest.start ? span : largest), { start: 0, end: 0, first: 0 })
    const last = this.#spans.at(-1)
    const bits = last === undefined ? 0 : last.first + last.end - last.start
    this.#bits = new Uint32Array((Math.ceil(bits / 2 ** BLOCK_BITS) + 1) << (BLOCK_BITS - 5))
  }

  get size(): number {
    return this.#count
  }

  /** Addresses outside of the code are left out, and where no instruction can be. */
  add(address: number): void {
    if (address % this.#alignment !== 0) return
    const bit = this.#bitOf(address)
    if (bit < 0) return
    const mask = 1 << (bit & 31)
    const word = this.#bits[bit >>> 5]!
    if ((word & mask) !== 0) return
    this.#bits[bit >>> 5] = word | mask
    this.#count++
    this.#before = undefined
  }

  delete(address: number): void {
    const bit = this.#bitOf(address)
    if (bit < 0 || ((this.#bits[bit >>> 5]! >>> (bit & 31)) & 1) === 0) return
    this.#bits[bit >>> 5]! &= ~(1 << (bit & 31))
    this.#count--
    this.#before = undefined
  }

  has(address: number): boolean {
    const bit = this.#bitOf(address)
    return bit >= 0 && ((this.#bits[bit >>> 5]! >>> (bit & 31)) & 1) === 1
  }

  /** Position of `address` among them in order, or -1. */
  indexOf(address: number): number {
    const bit = this.#bitOf(address)
    return bit >= 0 && ((this.#bits[bit >>> 5]! >>> (bit & 31)) & 1) === 1 ? this.#rankOf(bit) - 1 : -1
  }

  /** How many are at most `address`; -1 when that is outside of the code. */
  rank(address: number): number {
    const bit = this.#bitOf(address)
    return bit < 0 ? -1 : this.#rankOf(bit)
  }

  #rankOf(bit: number): number {
    const before = (this.#before ??= this.#countBlocks())
    const bits = this.#bits
    const block = bit >>> BLOCK_BITS
    let rank = before[block]!
    const last = bit >>> 5
    for (let word = block << (BLOCK_BITS - 5); word < last; word++) if (bits[word] !== 0) rank += ones(bits[word]!)
    return rank + ones(bits[last]! & (0xffff_ffff >>> (31 - (bit & 31))))
  }

  /** The last one of [from, address] in the stretch of code of `address`, or -1. They lie not far from each other. */
  lastIn(from: number, address: number): number {
    const span = this.#spanOf(address)
    if (span === undefined) return -1
    const bit = address - span.start + span.first
    const first = Math.max(span.first, bit - (address - from))
    for (let word = bit >>> 5; word >= first >>> 5; word--) {
      const left = word === bit >>> 5 ? this.#bits[word]! & (0xffff_ffff >>> (31 - (bit & 31))) : this.#bits[word]!
      if (left === 0) continue
      const found = word * 32 + 31 - Math.clz32(left)
      return found < first ? -1 : address - (bit - found)
    }
    return -1
  }

  /** All of them, in order. */
  sorted(): Float64Array {
    const all = new Float64Array(this.#count)
    let count = 0
    for (const { start, end, first } of this.#spans) {
      const lastWord = (first + end - start - 1) >>> 5
      for (let word = first >>> 5; word <= lastWord; word++) {
        let left = this.#bits[word]!
        while (left !== 0) {
          const bit = 31 - Math.clz32(left & -left)
          left &= left - 1
          all[count++] = start + (word * 32 + bit - first)
        }
      }
    }
    return all
  }

  #bitOf(address: number): number {
    const { start, end, first } = this.#largest
    if (address >= start && address < end) return address - start + first
    const span = this.#spanOf(address)
    return span === undefined ? -1 : address - span.start + span.first
  }

  #spanOf(address: number): Span | undefined {
    const largest = this.#largest
    if (address >= largest.start && address < largest.end) return largest
    const spans = this.#spans
    for (let index = 0; index < spans.length; index++) {
      const span = spans[index]!
      if (address >= span.start && address < span.end) return span
    }
    return undefined
  }

  #countBlocks(): Uint32Array {
    const words = 1 << (BLOCK_BITS - 5)
    const before = new Uint32Array(this.#bits.length / words + 1)
    let count = 0
    for (let word = 0; word < this.#bits.length; word++) {
      if (word % words === 0) before[word / words] = count
      const held = this.#bits[word]!
      if (held !== 0) count += ones(held)
    }
    return before
  }
}

/** Stretches of code, in order, of which none overlaps another; each begins a block of its own. */
function spansOf(code: readonly MappedRange[]): Span[] {
  const spans: Span[] = []
  for (const { address, size } of [...code].sort((a, b) => a.address - b.address)) {
    const last = spans.at(-1)
    if (last !== undefined && address <= last.end) last.end = Math.max(last.end, address + size)
    else spans.push({ start: address, end: address + size, first: 0 })
  }
  let first = 0
  for (const span of spans) {
    span.first = first
    first += Math.ceil((span.end - span.start) / 2 ** BLOCK_BITS) * 2 ** BLOCK_BITS
  }
  return spans
}

/** How many bits of a word are set. */
function ones(word: number): number {
  let count = word - ((word >>> 1) & 0x5555_5555)
  count = (count & 0x3333_3333) + ((count >>> 2) & 0x3333_3333)
  return (((count + (count >>> 4)) & 0x0f0f_0f0f) * 0x0101_0101) >>> 24
}
