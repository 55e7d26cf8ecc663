import type { Measure } from '../core/transform.ts'
import { brotli, gzip } from './content-encodings.ts'

/** Bytes of `bytes` after `gzip -9` as zlib does it. */
export function gzipSize(bytes: Uint8Array): number {
  return gzip(bytes).byteLength
}

/** Bytes of `bytes` after brotli at its best: quality 11, window 2^22. */
export function brotliSize(bytes: Uint8Array): number {
  return brotli(bytes).byteLength
}

/** What was measured of an array that nobody changes: the stages of the pipeline ask for the same sizes. */
const measured: Readonly<Record<'gzip' | 'brotli', WeakMap<Uint8Array, number>>> = { gzip: new WeakMap(), brotli: new WeakMap() }

/** The size that is compared: as it is, or as it is sent. `bytes` must not be written to afterwards. */
export function measuredSize(bytes: Uint8Array, measure: Measure): number {
  if (measure === 'raw') return bytes.byteLength
  const known = measured[measure].get(bytes)
  if (known !== undefined) return known
  const size = measure === 'gzip' ? gzipSize(bytes) : brotliSize(bytes)
  measured[measure].set(bytes, size)
  return size
}

/**
 * Ranks variants of one artifact like `measuredSize`, but quickly. Brotli at its best takes three seconds a megabyte;
 * its level 5 together with gzip takes a tenth of that and on Wasm code put the best variant among the first two of
 * eight each time (docs/wasm-shrink.md). The others are exact. Only the order means something.
 */
export function estimatedSize(bytes: Uint8Array, measure: Measure): number {
  if (measure !== 'brotli') return measuredSize(bytes, measure)
  const { byteLength } = brotli(bytes, 5)
  return byteLength ** (1 - gzipWeight) * gzipSize(bytes) ** gzipWeight
}

const gzipWeight = 0.25
