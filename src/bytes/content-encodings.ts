import { brotliCompressSync, brotliDecompressSync, constants, gunzipSync, gzipSync } from 'node:zlib'

/** How a server sends a file that it has compressed beforehand, as `name` + `extension`. */
export interface ContentEncoding {
  readonly extension: '.gz' | '.br'
  /** How it is made here, for people. */
  readonly name: string
  readonly encode: (bytes: Uint8Array) => Uint8Array
  /** @throws Error for other bytes, and for more than `maxLength` of them */
  readonly decode: (bytes: Uint8Array, maxLength: number) => Uint8Array
}

/** `gzip -9` as zlib does it. */
export function gzip(bytes: Uint8Array): Uint8Array {
  const encoded = gzipSync(bytes, { level: 9 })
  encoded[9] = 0xff // RFC 1952: made on an unknown system, so that it is the same on each
  return encoded
}

/** Brotli with a window of 2^22, at its best where no quality is given. */
export function brotli(bytes: Uint8Array, quality = 11): Uint8Array {
  return brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_LGWIN]: 22, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength },
  })
}

export const contentEncodings: readonly ContentEncoding[] = [
  { extension: '.gz', name: 'gzip -9', encode: gzip, decode: (bytes, maxOutputLength) => gunzipSync(bytes, { maxOutputLength }) },
  { extension: '.br', name: 'brotli 11', encode: (bytes) => brotli(bytes), decode: (bytes, maxOutputLength) => brotliDecompressSync(bytes, { maxOutputLength }) },
]
