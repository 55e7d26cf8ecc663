import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { ShrinkError } from '../core/errors.ts'
import type { Level } from '../core/transform.ts'

/** Above this many bytes a file is streamed through zlib: the strong compressor wants it whole, twice. */
export const wholeFileLimit: number = 64 << 20

export interface Deflated {
  /** A raw deflate stream (RFC 1951). */
  readonly bytes: Uint8Array
  readonly by: 'libdeflate' | 'zlib'
}

/** Below this, libdeflate at times loses to zlib by a few bytes, and trying both costs nothing. */
const tryBothLimit = 64 << 10

/**
 * A short deflate stream: libdeflate at level 12; zlib (level 6 for `fast`, else 9) where libdeflate cannot be had or is not
 * believed, and where it is shorter. What comes back was inflated again and is the same.
 */
export async function deflate(bytes: Uint8Array, level: Level): Promise<Deflated> {
  const strong = level === 'fast' || bytes.byteLength > wholeFileLimit ? undefined : await libdeflate(bytes)
  const good = strong !== undefined && inflatesTo(strong, bytes)
  if (good && bytes.byteLength > tryBothLimit) return { bytes: strong, by: 'libdeflate' }
  const plain = deflateRawSync(bytes, { level: level === 'fast' ? 6 : 9 })
  if (good && strong.byteLength <= plain.byteLength) return { bytes: strong, by: 'libdeflate' }
  if (!inflatesTo(plain, bytes)) throw new ShrinkError('job/failed', 'zlib cannot read what it wrote')
  return { bytes: plain, by: 'zlib' }
}

/** undefined when it cannot be loaded or refuses: zlib serves then. */
async function libdeflate(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  try {
    const { deflate: compress } = await import('libdeflate')
    return compress(bytes, 12)
  } catch {
    return undefined
  }
}

function inflatesTo(deflated: Uint8Array, bytes: Uint8Array): boolean {
  try {
    return inflateRawSync(deflated, { maxOutputLength: Math.max(bytes.byteLength, 1) }).equals(bytes)
  } catch {
    return false
  }
}
