import { createHash } from 'node:crypto'
import type { Hash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Transform } from 'node:stream'
import * as zlib from 'node:zlib'
import { UsageError } from '../core/errors.ts'
import type { Level } from '../core/transform.ts'
import { deflate, wholeFileLimit } from './deflate.ts'
import type { PackageEntry } from './entry.ts'
import { tar } from './tar.ts'

export type LayerCompression = 'gzip' | 'zstd'

/** A layer of an image, written to `blobs/sha256` under its digest. */
export interface LayerBlob {
  readonly mediaType: string
  /** `sha256:…` of the blob. */
  readonly digest: string
  readonly size: number
  /** `sha256:…` of the uncompressed tar: what the image's `rootfs.diff_ids` lists. */
  readonly diffId: string
}

/** RFC 1952 with no name, no time and an unknown operating system: nothing that varies. XFL 2 says "slowest". */
const gzipHeader = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 0xff)

/** @throws UsageError for zstd on a Node that has none. */
export async function writeLayerBlob(
  entries: readonly PackageEntry[],
  blobs: string,
  compression: LayerCompression,
  level: Level,
): Promise<LayerBlob> {
  const diff = createHash('sha256')
  const blob = createHash('sha256')
  const counted = { size: 0, crc: 0 }
  const source = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of tar(entries)) {
      diff.update(chunk)
      counted.crc = zlib.crc32(chunk, counted.crc)
      counted.size += chunk.byteLength
      yield chunk
    }
  }
  const part = join(blobs, `.layer-${compression}.part`)
  let size = 0
  const record = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      blob.update(chunk)
      size += chunk.byteLength
      yield chunk
    }
  }
  const compressed = compression === 'gzip' ? gzip(entries, source, level, counted) : zstd(source, level)
  await pipeline(compressed, record, createWriteStream(part))
  const digest = hex(blob)
  await rename(part, join(blobs, digest))
  return {
    mediaType: `application/vnd.oci.image.layer.v1.tar+${compression}`,
    digest: `sha256:${digest}`,
    size,
    diffId: `sha256:${hex(diff)}`,
  }
}

async function* gzip(
  entries: readonly PackageEntry[],
  source: () => AsyncGenerator<Uint8Array>,
  level: Level,
  counted: { readonly size: number; readonly crc: number },
): AsyncGenerator<Uint8Array> {
  yield gzipHeader
  const unpacked = entries.reduce((sum, entry) => sum + 1536 + (entry.kind === 'file' ? entry.size : 0), 0)
  if (level !== 'fast' && unpacked <= wholeFileLimit) {
    const chunks: Uint8Array[] = []
    for await (const chunk of source()) chunks.push(chunk)
    yield (await deflate(Buffer.concat(chunks), level)).bytes
  } else {
    yield* through(source, zlib.createDeflateRaw({ level: 9, chunkSize: 1 << 18 }))
  }
  const trailer = new Uint8Array(8)
  const view = new DataView(trailer.buffer)
  view.setUint32(0, counted.crc, true)
  view.setUint32(4, counted.size % 2 ** 32, true)
  yield trailer
}

function zstd(source: () => AsyncGenerator<Uint8Array>, level: Level): AsyncGenerator<Uint8Array> {
  // Node 22.15 and 23.8 brought it; the types that this is compiled with describe Node 20.
  const { createZstdCompress, constants } = zlib as unknown as {
    createZstdCompress?: (options: { params: Record<number, number> }) => Transform
    constants: Record<string, number | undefined>
  }
  const parameter = constants['ZSTD_c_compressionLevel']
  if (createZstdCompress === undefined || parameter === undefined) {
    throw new UsageError(
      `zstd layers need Node 22.15 or newer; this is ${process.version}`,
      'Use gzip layers, or run shrink with a newer Node.',
    )
  }
  return through(source, createZstdCompress({ params: { [parameter]: level === 'fast' ? 3 : 19 } }))
}

async function* through(source: () => AsyncGenerator<Uint8Array>, transform: Transform): AsyncGenerator<Uint8Array> {
  const written = pipeline(source, transform)
  written.catch(() => undefined) // the loop below ends with the same error
  for await (const chunk of transform) yield chunk as Uint8Array
  await written
}

const hex = (hash: Hash): string => hash.digest('hex')
