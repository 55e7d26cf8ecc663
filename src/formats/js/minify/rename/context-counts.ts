import { ROW_BITS } from './letters.ts'

/**
 * How many code units to the left and to the right make a context, and what a shared context is worth: a compressor
 * gains from a letter where the same text around it had the same letter before.
 */
const templates = [
  { left: 1, right: 4, weight: 1 },
  { left: 2, right: 1, weight: 1 },
  { left: 2, right: 8, weight: 1.5 },
  { left: 4, right: 0, weight: 0.5 },
  { left: 0, right: 4, weight: 0.5 },
  { left: 4, right: 2, weight: 1.5 },
  { left: 8, right: 4, weight: 2 },
  { left: 12, right: 8, weight: 2.5 },
] as const

const COUNT = templates.length
const leftLengths = [1, 2, 4, 8, 12]
const rightLengths = [1, 4, 8, 2]

/** Worth of a count: the hundredth repeat is worth little more than the tenth. */
const worth = new Float32Array(256)
for (let i = 0; i < 256; i++) worth[i] = Math.log2(1 + i)

/** Counts of letters by context, over all places of a text. Hash tables without chains: collisions only cost quality. */
export class ContextCounts {
  readonly #units: Uint16Array
  readonly #mask: number
  /** One table a template; a row holds the counts of each letter in one context. */
  readonly #tables: readonly Uint8Array[]
  readonly #rows: Int32Array = new Int32Array(COUNT)

  /**
   * @param units the text; letters in it change while names do
   * @param places how many places will be counted
   */
  constructor(units: Uint16Array, places: number) {
    this.#units = units
    const bits = Math.min(18, Math.max(8, Math.ceil(Math.log2(places + 1)) + 1))
    this.#mask = (1 << bits) - 1
    this.#tables = templates.map(() => new Uint8Array(1 << (bits + ROW_BITS)))
  }

  clear(): void {
    for (const table of this.#tables) table.fill(0)
  }

  add(place: number, letter: number): void {
    this.#findRows(place)
    for (let t = 0; t < COUNT; t++) {
      const table = this.#tables[t]!
      const at = this.#rows[t]! + letter
      if (table[at]! < 255) table[at]!++
    }
  }

  remove(place: number, letter: number): void {
    this.#findRows(place)
    for (let t = 0; t < COUNT; t++) {
      const table = this.#tables[t]!
      const at = this.#rows[t]! + letter
      if (table[at]! > 0 && table[at]! < 255) table[at]!--
    }
  }

  /** Adds to `scores` what each letter would be worth at `place`. */
  score(place: number, scores: Float32Array): void {
    this.#findRows(place)
    const width = scores.length
    for (let t = 0; t < COUNT; t++) {
      const table = this.#tables[t]!
      const { weight } = templates[t]!
      const row = this.#rows[t]!
      for (let letter = 0; letter < width; letter++) {
        const count = table[row + letter]!
        if (count !== 0) scores[letter]! += worth[count]! * weight
      }
    }
  }

  #findRows(place: number): void {
    const units = this.#units
    const mask = this.#mask
    const rows = this.#rows
    let left = 0x9dc5
    const lefts = leftHashes
    let index = 0
    for (let k = 1; k <= 12; k++) {
      left = Math.imul(left ^ (place - k >= 0 ? units[place - k]! : 0), 0x01000193)
      left ^= left >>> 13
      if (k === leftLengths[index]) lefts[index++] = left
    }
    let right = 0x9e37
    const rights = rightHashes
    const length = units.length
    for (let k = 1; k <= 8; k++) {
      right = Math.imul(right ^ (place + k < length ? units[place + k]! : 0), 0x01000193)
      right ^= right >>> 15
      if (k === 1) rights[0] = right
      else if (k === 2) rights[3] = right
      else if (k === 4) rights[1] = right
      else if (k === 8) rights[2] = right
    }
    for (let t = 0; t < COUNT; t++) {
      const l = leftIndexes[t]!
      const r = rightIndexes[t]!
      let hash = (l < 0 ? 0x51ed : lefts[l]!) ^ Math.imul(r < 0 ? 0x2545 : rights[r]!, 0x45d9f3b)
      hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d)
      rows[t] = ((hash ^ (hash >>> 15)) & mask) << ROW_BITS
    }
  }
}

const leftHashes = new Int32Array(leftLengths.length)
const rightHashes = new Int32Array(rightLengths.length)
const leftIndexes = Int8Array.from(templates, ({ left }) => leftLengths.indexOf(left))
const rightIndexes = Int8Array.from(templates, ({ right }) => rightLengths.indexOf(right))
