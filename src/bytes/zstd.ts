import * as zlib from 'node:zlib'

/** Zstandard at level 19 as Node 22.15 and 23.8 brought it; undefined in older ones, whose types this is compiled with. */
export const zstdCompress: ((bytes: Uint8Array) => Uint8Array) | undefined = compressor()

function compressor(): typeof zstdCompress {
  const { zstdCompressSync, constants } = zlib as unknown as {
    zstdCompressSync?: (bytes: Uint8Array, options: { params: Record<number, number> }) => Uint8Array
    constants: Record<string, number | undefined>
  }
  const level = constants['ZSTD_c_compressionLevel']
  if (zstdCompressSync === undefined || level === undefined) return undefined
  return (bytes) => zstdCompressSync(bytes, { params: { [level]: 19 } })
}
