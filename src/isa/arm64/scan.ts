import { readWordPatterns } from '../word-patterns.ts'
import { armFeaturePatterns } from './feature-patterns.ts'

/** Names of the features the scanner knows; index 0 is "none". */
export const arm64Features: readonly string[] = [
  '',
  ...new Set(readWordPatterns(armFeaturePatterns).map((row) => row.feature).filter((feature) => feature !== '')),
].sort()

/** For each value of bits 31-21, the patterns that can match: triples of mask, value, feature index. */
interface PatternIndex {
  readonly lists: readonly Int32Array[]
  readonly byHighBits: Uint8Array
}

let patternIndex: PatternIndex | undefined

function index(): PatternIndex {
  if (patternIndex !== undefined) return patternIndex
  const all = readWordPatterns(armFeaturePatterns)
  const lists: Int32Array[] = [new Int32Array(0)]
  const known = new Map<string, number>([['', 0]])
  const byHighBits = new Uint8Array(2048)
  for (let high = 0; high < 2048; high++) {
    const word = high << 21
    const matching = all.filter((row) => ((word ^ row.value) & row.mask & 0xffe00000) === 0)
    const key = matching.map((row) => all.indexOf(row)).join()
    let list = known.get(key)
    if (list === undefined) {
      list = lists.length
      known.set(key, list)
      lists.push(Int32Array.from(matching.flatMap((row) => [row.mask, row.value, arm64Features.indexOf(row.feature)])))
    }
    byHighBits[high] = list
  }
  return (patternIndex = { lists, byHighBits })
}

/** By bits 31 to 21 of a word: 0 where no instruction needs a feature. */
export function arm64MayNeedFeature(): Uint8Array {
  return index().byHighBits
}

/** The feature one A64 instruction word needs: an index into `arm64Features`. */
export function arm64FeatureOf(word: number): number {
  const { lists, byHighBits } = index()
  const list = lists[byHighBits[word >>> 21]!]!
  for (let at = 0; at < list.length; at += 3) if ((word & list[at]!) === list[at + 1]!) return list[at + 2]!
  return 0
}

/**
 * Calls `found` for every word of `words` that needs a feature, in order.
 * @param words A64 code as little-endian words
 */
export function scanArm64(words: Int32Array, found: (wordIndex: number, feature: number) => void): void {
  const { lists, byHighBits } = index()
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!
    const key = byHighBits[word >>> 21]!
    if (key === 0) continue
    const list = lists[key]!
    for (let entry = 0; entry < list.length; entry += 3) {
      if ((word & list[entry]!) !== list[entry + 1]!) continue
      if (list[entry + 2] !== 0) found(at, list[entry + 2]!)
      break
    }
  }
}
