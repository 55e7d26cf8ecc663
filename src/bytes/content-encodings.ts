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

export const contentEncodings: readonly ContentEncoding[] = [
  {
    extension: '.gz',
    name: 'gzip -9',
    encode(bytes) {
      const encoded = gzipSync(bytes, { level: 9 })
      encoded[9] = 0xff // RFC 1952: made on an unknown system, so that it is the same on each
      return encoded
    },
    decode: (bytes, maxOutputLength) => gunzipSync(bytes, { maxOutputLength }),
  },
  {
    extension: '.br',
    name: 'brotli 11',
    encode: (bytes) =>
      brotliCompressSync(bytes, {
        params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength },
      }),
    decode: (bytes, maxOutputLength) => brotliDecompressSync(bytes, { maxOutputLength }),
  },
]
