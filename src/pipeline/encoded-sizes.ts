import { measuredSize } from '../bytes/encoded-size.ts'
import type { EncodedSizes } from '../core/report.ts'
import type { CompressedSizes } from './job.ts'

/** Above these lengths `auto` leaves a size out: brotli at its best takes seconds for each megabyte. */
export const autoLimit: Readonly<Record<'gzip' | 'brotli', number>> = { gzip: 16 * 2 ** 20, brotli: 2 * 2 ** 20 }

/** The sizes of a file as it is and as it is sent. */
export function encodedSizes(bytes: Uint8Array, which: CompressedSizes): EncodedSizes {
  const raw = bytes.byteLength
  const gzip = which === 'all' || (which !== 'none' && raw <= autoLimit.gzip)
  const brotli = which === 'all' || (which === 'auto' && raw <= autoLimit.brotli)
  return {
    raw,
    gzip: gzip ? measuredSize(bytes, 'gzip') : null,
    brotli: brotli ? measuredSize(bytes, 'brotli') : null,
  }
}

/** Sums; a compressed sum is known only when every part of it is. */
export function sumSizes(sizes: Iterable<EncodedSizes>): EncodedSizes {
  let raw = 0
  let gzip: number | null = 0
  let brotli: number | null = 0
  for (const size of sizes) {
    raw += size.raw
    gzip = gzip === null || size.gzip === null ? null : gzip + size.gzip
    brotli = brotli === null || size.brotli === null ? null : brotli + size.brotli
  }
  return { raw, gzip, brotli }
}
