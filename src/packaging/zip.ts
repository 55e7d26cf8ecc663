import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { constants, crc32, createDeflateRaw, createInflateRaw } from 'node:zlib'
import { ShrinkError } from '../core/errors.ts'
import type { Level } from '../core/transform.ts'
import { sha256 as digestOf } from '../bytes/sha256.ts'
import { deflate, wholeFileLimit } from './deflate.ts'
import type { Deflated } from './deflate.ts'
import { readEntry, sortEntries, streamEntry } from './entry.ts'
import type { FileEntry, PackageEntry } from './entry.ts'
import { centralHeader, endOfCentralDirectory, localHeader, methods } from './zip-records.ts'
import type { ZipMember } from './zip-records.ts'

export interface ZipSettings {
  readonly level: Level
  /** What was compressed already, by content: a zip and a layer of one build share most of their files. */
  readonly known?: Map<string, Deflated>
  /** How many files are compressed at a time (and held in memory). */
  readonly concurrency?: number
  readonly signal?: AbortSignal
}

export interface WrittenPackage {
  /** Bytes of what is uploaded. */
  readonly size: number
  /** Bytes of the files in it. */
  readonly unpackedSize: number
  readonly sha256: string
  readonly files: number
}

/**
 * Writes a zip archive (PKWARE APPNOTE 6.3.10) whose bytes depend on nothing but names, executable bits and contents:
 * entries sorted, every time the DOS epoch, no extra fields but zip64 where a size asks for it.
 *
 * Every entry is inflated again and compared. A file above 64 MiB is streamed, so memory does not grow with it.
 * @throws ShrinkError `package/entry`, `input/changed`
 */
export async function writeZip(entries: Iterable<PackageEntry>, path: string, settings: ZipSettings): Promise<WrittenPackage> {
  const sorted = sortEntries(entries)
  const file = await open(path, 'w+')
  try {
    const out = new Appender(file)
    const members: ZipMember[] = []
    for await (const packed of packedInOrder(sorted, settings)) {
      settings.signal?.throwIfAborted()
      if (packed.kind === 'large') {
        members.push(await appendLarge(out, packed.entry))
        continue
      }
      const member: ZipMember = { ...packed.member, offset: out.position }
      await out.append(localHeader(member))
      await out.append(packed.bytes)
      members.push(member)
    }
    const directory = out.position
    for (const member of members) await out.append(centralHeader(member))
    await out.append(endOfCentralDirectory(members.length, directory, out.position - directory))
    await out.flush()
  } finally {
    await file.close()
  }
  const unpackedSize = sorted.reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.size : 0), 0)
  return { ...(await sizeAndDigest(path)), unpackedSize, files: sorted.length }
}

type Packed =
  | { readonly kind: 'whole'; readonly member: Omit<ZipMember, 'offset'>; readonly bytes: Uint8Array }
  | { readonly kind: 'large'; readonly entry: FileEntry }

/** Compresses a few entries ahead of the one being written. */
async function* packedInOrder(entries: readonly PackageEntry[], settings: ZipSettings): AsyncGenerator<Packed> {
  const ahead = Math.max(1, settings.concurrency ?? 1)
  const running: Promise<Packed>[] = []
  let next = 0
  while (next < entries.length || running.length > 0) {
    while (next < entries.length && running.length < ahead) {
      const packed = pack(entries[next++]!, settings)
      packed.catch(() => undefined) // it is awaited in its turn; until then it must not count as unhandled
      running.push(packed)
    }
    yield await running.shift()!
  }
}

async function pack(entry: PackageEntry, settings: ZipSettings): Promise<Packed> {
  if (entry.kind === 'link') {
    const bytes = new TextEncoder().encode(entry.target)
    return { kind: 'whole', bytes, member: memberOf(entry.path, 0o120777, bytes, bytes.byteLength, methods.stored) }
  }
  if (entry.size > wholeFileLimit) return { kind: 'large', entry }
  const bytes = await readEntry(entry)
  const mode = 0o100000 | entry.mode
  if (bytes.byteLength > 0) {
    const deflated = await deflateOnce(bytes, settings)
    if (deflated.bytes.byteLength < bytes.byteLength) {
      const member = memberOf(entry.path, mode, bytes, deflated.bytes.byteLength, methods.deflated)
      return { kind: 'whole', bytes: deflated.bytes, member }
    }
  }
  return { kind: 'whole', bytes, member: memberOf(entry.path, mode, bytes, bytes.byteLength, methods.stored) }
}

async function deflateOnce(bytes: Uint8Array, { level, known }: ZipSettings): Promise<Deflated> {
  if (known === undefined) return deflate(bytes, level)
  const key = digestOf(bytes)
  const before = known.get(key)
  if (before !== undefined) return before
  const deflated = await deflate(bytes, level)
  known.set(key, deflated)
  return deflated
}

function memberOf(
  path: string,
  mode: number,
  bytes: Uint8Array,
  compressedSize: number,
  method: ZipMember['method'],
): Omit<ZipMember, 'offset'> {
  return { path, mode, method, crc: crc32(bytes), size: bytes.byteLength, compressedSize }
}

/** Streams a large file in, reads it back, and only then writes its header, in the place kept free for it. */
async function appendLarge(out: Appender, entry: FileEntry): Promise<ZipMember> {
  const offset = out.position
  const mode = 0o100000 | entry.mode
  // A file this large that does not shrink is rare enough to be written twice.
  const deflated = await appendContent(out, entry, { path: entry.path, mode, offset, method: methods.deflated })
  if (deflated.compressedSize < entry.size) return deflated
  await out.rewind(offset)
  return appendContent(out, entry, { path: entry.path, mode, offset, method: methods.stored })
}

async function appendContent(
  out: Appender,
  entry: FileEntry,
  start: Pick<ZipMember, 'path' | 'mode' | 'offset' | 'method'>,
): Promise<ZipMember> {
  // The header's length depends on the sizes only through zip64, which the uncompressed size decides alone.
  const blank: ZipMember = { ...start, crc: 0, size: entry.size, compressedSize: entry.size }
  const header = localHeader(blank)
  await out.append(header)
  const from = out.position
  let crc = 0
  const before = createHash('sha256')
  const source = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of streamEntry(entry)) {
      crc = crc32(chunk, crc)
      before.update(chunk)
      yield chunk
    }
  }
  const sink = async (chunks: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const chunk of chunks) await out.append(chunk)
  }
  if (start.method === methods.stored) await sink(source())
  else await pipeline(source, createDeflateRaw({ level: constants.Z_BEST_COMPRESSION, chunkSize: 1 << 18 }), sink)
  await out.flush()
  const member: ZipMember = { ...blank, crc, compressedSize: out.position - from }
  const after = await out.digest(from, member.compressedSize, start.method === methods.deflated)
  if (after !== before.digest('hex')) throw new ShrinkError('job/failed', `${entry.path} does not read back from the archive`)
  await out.overwrite(start.offset, localHeader(member))
  return member
}

/** Collects small writes; knows where the next one goes. */
class Appender {
  readonly #file: FileHandle
  #pending: Uint8Array[] = []
  #pendingSize = 0
  position = 0

  constructor(file: FileHandle) {
    this.#file = file
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.#pending.push(bytes)
    this.#pendingSize += bytes.byteLength
    this.position += bytes.byteLength
    if (this.#pendingSize >= 1 << 20) await this.flush()
  }

  async flush(): Promise<void> {
    if (this.#pendingSize === 0) return
    const from = this.position - this.#pendingSize
    const bytes = Buffer.concat(this.#pending, this.#pendingSize)
    this.#pending = []
    this.#pendingSize = 0
    await this.overwrite(from, bytes)
  }

  async overwrite(position: number, bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.byteLength; ) {
      done += (await this.#file.write(bytes, done, bytes.byteLength - done, position + done)).bytesWritten
    }
  }

  async rewind(position: number): Promise<void> {
    await this.flush()
    await this.#file.truncate(position)
    this.position = position
  }

  /** SHA-256 of a written range, inflated first when `deflated`. */
  async digest(start: number, size: number, deflated: boolean): Promise<string> {
    const hash = createHash('sha256')
    const written = this.#file.createReadStream({ start, end: start + size - 1, autoClose: false, highWaterMark: 1 << 20 })
    if (deflated) await pipeline(written, createInflateRaw({ chunkSize: 1 << 18 }), hash)
    else await pipeline(written, hash)
    return hash.digest('hex')
  }
}

async function sizeAndDigest(path: string): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(chunk as Uint8Array)
    size += (chunk as Uint8Array).byteLength
  }
  return { size, sha256: hash.digest('hex') }
}
