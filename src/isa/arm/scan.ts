import { readWordPatterns, type WordPattern } from '../word-patterns.ts'
import { a32FeaturePatterns, t32FeaturePatterns } from './feature-patterns.ts'

/** The rows that can match, by the highest twelve bits. */
function indexed(rows: readonly WordPattern[]): (readonly WordPattern[])[] {
  return Array.from({ length: 4096 }, (_, high) => rows.filter(({ mask, value }) => (((high << 20) ^ value) & mask & 0xfff0_0000) === 0))
}

let a32: (readonly WordPattern[])[] | undefined
let t32: (readonly WordPattern[])[] | undefined

function match(rows: readonly WordPattern[], word: number): string {
  for (const { mask, value, feature } of rows) if ((word & mask) === value) return feature
  return ''
}

/** How many of a million random words look like an instruction of the feature. */
export function chancesPerMillion(feature: string, set: 'a32' | 't32'): number {
  let chances = 0
  // T32 has the vectors of A32, and one word in eight begins like an instruction of 32 bits
  const tables = set === 'a32' ? [a32FeaturePatterns] : [a32FeaturePatterns, t32FeaturePatterns]
  for (const row of tables.flatMap(readWordPatterns)) {
    if (row.feature === feature) chances += 1e6 / 2 ** (row.mask >>> 0).toString(2).replaceAll('0', '').length
  }
  return chances
}

/** The feature that an A32 instruction needs beyond Armv5TE, or ''. */
export function a32FeatureOf(word: number): string {
  a32 ??= indexed(readWordPatterns(a32FeaturePatterns))
  return match(a32[word >>> 20]!, word)
}

/** The same for a T32 instruction of 32 bits, first halfword in the high half. */
export function t32FeatureOf(word: number): string {
  const high = word >>> 24
  // vectors and floating point: as in A32, with other leading bits
  if ((high & 0xef) === 0xef) return a32FeatureOf(0xf200_0000 | ((word & 0x1000_0000) >>> 4) | (word & 0x00ff_ffff))
  if (high === 0xf9 && (word & 0x0010_0000) === 0) return a32FeatureOf(0xf400_0000 | (word & 0x00ff_ffff))
  if ((high & 0xec) === 0xec && (word & 0x0e00) === 0x0a00) return a32FeatureOf(word)
  t32 ??= indexed(readWordPatterns(t32FeaturePatterns))
  return match(t32[word >>> 20]!, word)
}

/** The feature of a T32 instruction of 16 bits: CBZ, CBNZ and IT came with Thumb-2, some others with Armv6. */
export function t16FeatureOf(half: number): string {
  if ((half & 0xf500) === 0xb100) return 'thumb2'
  if ((half & 0xff00) === 0xbf00 && (half & 15) !== 0) return 'thumb2'
  if ((half & 0xff00) === 0xb200) return 'armv6' // SXTH, UXTB, …
  return (half & 0xff00) === 0xba00 && (half & 0x00c0) !== 0x0080 ? 'armv6' : ''
}

/** Is this the first halfword of a T32 instruction of 32 bits? */
export function isWide(half: number): boolean {
  return half >>> 11 >= 0x1d
}

/** Calls `found` for each A32 instruction of `code` that needs a feature. */
export function scanA32(code: DataView, from: number, to: number, found: (at: number, feature: string) => void): void {
  for (let at = from; at + 4 <= to; at += 4) {
    const feature = a32FeatureOf(code.getInt32(at, true))
    if (feature !== '') found(at, feature)
  }
}

/** Calls `found` for each T32 instruction of `code` that needs a feature. */
export function scanT32(code: DataView, from: number, to: number, found: (at: number, feature: string) => void): void {
  for (let at = from; at + 2 <= to; ) {
    const half = code.getUint16(at, true)
    const wide = isWide(half) && at + 4 <= to
    const feature = wide ? t32FeatureOf((half << 16) | code.getUint16(at + 2, true)) : t16FeatureOf(half)
    if (feature !== '') found(at, feature)
    at += wide ? 4 : 2
  }
}
