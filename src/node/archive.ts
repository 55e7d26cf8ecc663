import { createReadStream, createWriteStream } from 'node:fs'
import { chmod, mkdir, open, symlink } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import type { Readable } from 'node:stream'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import type { Extract } from 'tar-stream'
import type { Diagnostic } from '../core/diagnostic.ts'
import { ShrinkError } from '../core/errors.ts'

/** What unpacking may cost, so that a small archive cannot fill the disk. */
export interface ArchiveLimits {
  readonly maxBytes: number
  readonly maxEntries: number
}

const defaultLimits: ArchiveLimits = { maxBytes: 4 * 2 ** 30, maxEntries: 200_000 }

export type ArchiveKind = 'zip' | 'tar' | 'tar.gz'

/** Says by content whether a file is an archive that `unpackArchive` opens. */
export async function archiveKind(path: string): Promise<ArchiveKind | undefined> {
  const head = Buffer.alloc(512)
  const handle = await open(path, 'r')
  let length: number
  try {
    length = (await handle.read(head, 0, 512, 0)).bytesRead
  } finally {
    await handle.close()
  }
  if (length >= 4 && head.readUInt32LE(0) === 0x04034b50) return 'zip'
  if (length >= 22 && head.readUInt32LE(0) === 0x06054b50) return 'zip' // an empty zip
  if (length >= 2 && head[0] === 0x1f && head[1] === 0x8b) return 'tar.gz'
  if (length === 512 && head.toString('latin1', 257, 262) === 'ustar') return 'tar'
  return undefined
}

/**
 * Unpacks into an existing empty folder: regular files with their modes, and links that stay inside. Entries that
 * would leave the folder are reported and left out.
 *
 * @throws ShrinkError `input/archive` for damage, `input/archive-limit` past a limit
 */
export async function unpackArchive(
  path: string,
  kind: ArchiveKind,
  into: string,
  limits: ArchiveLimits = defaultLimits,
): Promise<readonly Diagnostic[]> {
  const unpacking = new Unpacking(into, limits)
  try {
    if (kind === 'zip') await unpackZip(path, unpacking)
    else await unpackTar(path, kind, unpacking)
    await unpacking.finish()
  } catch (error) {
    if (error instanceof ShrinkError) throw error
    throw new ShrinkError('input/archive', `cannot be unpacked: ${error instanceof Error ? error.message : String(error)}`, {
      hint: `Check that it is a complete ${kind} file.`,
      cause: error,
    })
  }
  return unpacking.diagnostics
}

class Unpacking {
  readonly diagnostics: Diagnostic[] = []
  readonly #into: string
  readonly #limits: ArchiveLimits
  /** Made last, so that no entry can be written through a link. */
  readonly #links: { readonly path: string; readonly target: string }[] = []
  #bytes = 0
  #entries = 0

  constructor(into: string, limits: ArchiveLimits) {
    this.#into = into
    this.#limits = limits
  }

  /** The tree path of an entry, or undefined when it must be left out. */
  accept(name: string): string | undefined {
    if (++this.#entries > this.#limits.maxEntries) {
      throw new ShrinkError('input/archive-limit', `more than ${this.#limits.maxEntries} entries`)
    }
    const normal = posix.normalize(name.replaceAll('\\', '/')).replace(/\/$/, '')
    if (normal.startsWith('/') || normal === '..' || normal.startsWith('../') || normal.includes('\0')) {
      this.diagnostics.push({
        severity: 'error',
        code: 'input/archive-path',
        message: `the entry \`${name}\` leaves the archive and is left out`,
      })
      return undefined
    }
    return normal === '.' ? undefined : normal
  }

  async folder(path: string): Promise<void> {
    await mkdir(join(this.#into, path), { recursive: true })
  }

  async file(path: string, mode: number, content: Readable): Promise<void> {
    const target = join(this.#into, path)
    await mkdir(dirname(target), { recursive: true })
    const count = (size: number): void => {
      this.#bytes += size
      if (this.#bytes > this.#limits.maxBytes) {
        throw new ShrinkError('input/archive-limit', `unpacks to more than ${this.#limits.maxBytes} bytes`)
      }
    }
    const counter = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        try {
          count(chunk.byteLength)
          done(null, chunk)
        } catch (error) {
          done(error as Error)
        }
      },
    })
    await pipeline(content, counter, createWriteStream(target))
    await chmod(target, (mode & 0o777) | 0o400)
  }

  link(path: string, target: string): void {
    this.#links.push({ path, target })
  }

  async finish(): Promise<void> {
    for (const { path, target } of this.#links) {
      const at = join(this.#into, path)
      await mkdir(dirname(at), { recursive: true })
      await symlink(target, at).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error
      })
    }
  }
}

async function unpackZip(path: string, unpacking: Unpacking): Promise<void> {
  const yauzl = await import('yauzl')
  const zip = await yauzl.openPromise(path, { lazyEntries: true, strictFileNames: false, decodeStrings: true })
  try {
    for await (const entry of zip.eachEntry()) {
      const name = unpacking.accept(entry.fileName)
      if (name === undefined) continue
      const mode = entry.externalFileAttributes >>> 16
      if (entry.fileName.endsWith('/')) await unpacking.folder(name)
      else if ((mode & 0o170000) === 0o120000) {
        unpacking.link(name, (await readAll(await zip.openReadStreamPromise(entry))).toString('utf8'))
      } else await unpacking.file(name, mode === 0 ? 0o644 : mode, await zip.openReadStreamPromise(entry))
    }
  } finally {
    zip.close()
  }
}

async function unpackTar(path: string, kind: ArchiveKind, unpacking: Unpacking): Promise<void> {
  const tar = await import('tar-stream')
  const extract = tar.extract()
  const source = createReadStream(path)
  const feeding = kind === 'tar.gz' ? pipeline(source, createGunzip(), extract) : pipeline(source, extract)
  const taking = takeEntries(extract, unpacking)
  // An entry that is cut off does not always end: the source failing must end the loop.
  const failed = feeding.then(() => new Promise<never>(() => undefined))
  taking.catch(() => undefined)
  failed.catch(() => undefined)
  await Promise.race([taking, failed])
  await feeding
}

async function takeEntries(extract: Extract, unpacking: Unpacking): Promise<void> {
  for await (const entry of extract) {
    const { name, type, mode, linkname } = entry.header
    const accepted = unpacking.accept(name)
    if (accepted !== undefined && type === 'file') await unpacking.file(accepted, mode ?? 0o644, entry as unknown as Readable)
    else if (accepted !== undefined && type === 'directory') await unpacking.folder(accepted)
    else if (accepted !== undefined && type === 'symlink' && typeof linkname === 'string') unpacking.link(accepted, linkname)
    entry.resume()
  }
}

async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.byteLength
    if (size > 4096) throw new ShrinkError('input/archive', 'a symbolic link longer than 4096 bytes')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
