import { estimatedSize, measuredSize } from '../../../bytes/encoded-size.ts'
import type { Measure } from '../../../core/transform.ts'

/** One way a module can be written. */
export interface Variant {
  readonly bytes: Uint8Array
  /** How it came about, for the report: `wasm-opt -Oz`, `functions laid out by type`. */
  readonly steps: readonly string[]
  /** Must be compared exactly: nothing that is larger than this one may be chosen. */
  readonly bar?: boolean
}

/** Variants whose estimates are this near to the best may be better than it. */
const uncertainty = 0.001
const uncertaintyWhenSmall = 0.01

/** A bar must not be missed: it is measured when its estimate is this near. */
const barUncertainty = 0.006

/** Of those near the best, so many are measured exactly: at its best, brotli takes three seconds a megabyte. */
const finalists = 2
/** Small modules have more finalists: so many bytes of them. */
const exactBytes = 2 ** 20

/**
 * The smallest variant in the measure. Ranking is by estimate; the finalists, and the bars that come near them, are
 * measured exactly. Of equals the earlier one wins.
 */
export function chooseVariant(variants: readonly Variant[], measure: Measure): Variant {
  const ranked = variants.map((variant, order) => ({ variant, order, estimate: estimatedSize(variant.bytes, measure) }))
  ranked.sort((a, b) => a.estimate - b.estimate || a.order - b.order)
  const best = ranked[0]!
  if (measure !== 'brotli') return best.variant
  const affordable = Math.floor(exactBytes / best.variant.bytes.byteLength)
  const isSmall = affordable > finalists
  const within = (margin: number): typeof ranked => ranked.filter(({ estimate }) => estimate <= best.estimate * (1 + margin))
  const near = within(isSmall ? uncertaintyWhenSmall : uncertainty).slice(0, isSmall ? affordable : finalists)
  const bars = within(isSmall ? Infinity : barUncertainty).filter(({ variant }) => variant.bar === true)
  const final = [...new Set([...near, ...bars])]
  if (final.length === 1) return best.variant
  const measured = final.map((one) => ({ ...one, size: measuredSize(one.variant.bytes, measure) }))
  measured.sort((a, b) => a.size - b.size || a.order - b.order)
  return measured[0]!.variant
}
