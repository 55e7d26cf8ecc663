import { createReadStream, createWriteStream } from 'node:fs'
import { chmod, copyFile, lstat, mkdir, open, symlink } from 'node:fs/promises'
import { join, posix } from 'node:path'
import type { Readable } from 'node:stream'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import type { Extract } from 'tar-stream'
import type * as Yauzl from 'yauzl'
import type { Diagnostic } from '../core/diagnostic.ts'
import { unzstd } from '../bytes/unzstd.ts'
import { ShrinkError } from '../core/errors.ts'

/** What unpacking may cost, so that a small archive cannot fill the disk. */
export interface ArchiveLimits {
  readonly maxBytes: number
  readonly maxEntries: number
}

export const defaultLimits: ArchiveLimits = { maxBytes: 4 * 2 ** 30, maxEntries: 200_000 }

export type ArchiveKind = 'zip' | 'tar' | 'tar.gz' | 'tar.zst'

/** Says by content whether a file is an archive that `unpackArchive` opens (`tar.zst`: anything of Zstandard). */
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
  if (length >= 4 && head.readUInt32LE(0) === 0xfd2fb528) return 'tar.zst'
  if (length === 512 && head.toString('latin1', 257, 262) === 'ustar') return 'tar'
  return undefined
}

/**
 * Unpacks into an existing empty folder: regular files with their modes, and links. What is left out is reported:
 * entries that would leave the folder, or lie where another does, and what is neither file nor link.
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
    throw new ShrinkError('input/archive', `cannot be unpacked: ${reasonOf(error)}`, {
      hint: `Check that it is a complete ${kind} file.`,
      cause: error,
    })
  }
  return unpacking.diagnostics
}

/** Messages of the file system name the temporary folder, which says nothing to anybody. */
function reasonOf(error: unknown): string {
  const { code, syscall } = error as NodeJS.ErrnoException
  if (code !== undefined && syscall !== undefined) return `${code} (${syscall})`
  return error instanceof Error ? error.message : String(error)
}

const unpackedHint = { hint: 'Unpack it, and give the folder.' }

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
    this.#limitEntries(++this.#entries)
    const normal = inArchive(name)
    if (normal === undefined) {
      this.#leaveOut('error', 'input/archive-path', `the entry \`${name}\` leaves the archive and is left out`)
      return undefined
    }
    return normal === '.' ? undefined : normal
  }

  async folder(path: string): Promise<void> {
    await this.#makeFolder(path, path)
  }

  async file(path: string, mode: number, content: Readable): Promise<void> {
    const target = join(this.#into, path)
    if (!(await this.#makeFolder(posix.dirname(path), path))) return
    if ((await lstat(target).catch(() => undefined))?.isDirectory() === true) return this.#refuseTaken(path)
    const count = (size: number): void => this.#count(size)
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
    try {
      await pipeline(content, counter, createWriteStream(target))
    } catch (error) {
      if (!isNameTooLong(error)) throw error
      return this.#refuseName(path)
    }
    await chmod(target, (mode & 0o777) | 0o400)
  }

  link(path: string, target: string): void {
    this.#links.push({ path, target })
  }

  /** Another name of an entry that came before: tar writes the content of such a file once. */
  async hardLink(path: string, name: string): Promise<void> {
    const source = inArchive(name)
    const link = this.#links.find((each) => each.path === source)
    if (link !== undefined) return this.link(path, link.target)
    const status = source === undefined ? undefined : await lstat(join(this.#into, source)).catch(() => undefined)
    if (status?.isFile() !== true) {
      return this.#leaveOut('error', 'input/archive', `the entry \`${path}\` is another name of \`${name}\`, which is not in the archive, and is left out`)
    }
    if (!(await this.#makeFolder(posix.dirname(path), path))) return
    this.#count(status.size)
    await copyFile(join(this.#into, source!), join(this.#into, path))
  }

  notAFile(path: string): void {
    this.diagnostics.push({ severity: 'warning', code: 'input/not-a-file', message: 'a socket, pipe or device is left out', location: { path } })
  }

  async finish(): Promise<void> {
    for (const { path, target } of this.#links) {
      // a folder that another link stands for may be anywhere
      if (await this.#isBehindLink(path)) {
        this.#leaveOut('error', 'input/archive-path', `the link \`${path}\` lies behind another link and is left out`)
        continue
      }
      if (!(await this.#makeFolder(posix.dirname(path), path))) continue
      await symlink(target, join(this.#into, path)).catch((error: NodeJS.ErrnoException) => {
        if (isNameTooLong(error)) return this.#refuseName(path)
        if (error.code !== 'EEXIST') throw error
        this.#refuseTaken(path)
      })
    }
  }

  async #isBehindLink(path: string): Promise<boolean> {
    for (let folder = posix.dirname(path); folder !== '.'; folder = posix.dirname(folder)) {
      if ((await lstat(join(this.#into, folder)).catch(() => undefined))?.isSymbolicLink() === true) return true
    }
    return false
  }

  #count(size: number): void {
    this.#bytes += size
    this.#limitBytes(this.#bytes)
  }

  #limitEntries(entries: number): void {
    if (entries > this.#limits.maxEntries) {
      throw new ShrinkError('input/archive-limit', `holds more than ${this.#limits.maxEntries} entries`, unpackedHint)
    }
  }

  #limitBytes(bytes: number): void {
    if (bytes > this.#limits.maxBytes) {
      throw new ShrinkError('input/archive-limit', `unpacks to more than ${this.#limits.maxBytes} bytes`, unpackedHint)
    }
  }

  /** Refuses what says itself that it is too much, before anything is unpacked. */
  announce(entries: number, bytes: number): void {
    this.#limitEntries(entries)
    this.#limitBytes(bytes)
  }

  /** False, and reported, when a file is where a folder has to be. */
  async #makeFolder(path: string, entry: string): Promise<boolean> {
    try {
      await mkdir(join(this.#into, path), { recursive: true })
      return true
    } catch (error) {
      if (isNameTooLong(error)) this.#refuseName(entry)
      else if (['EEXIST', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) this.#refuseTaken(entry)
      else throw error
      return false
    }
  }

  #refuseTaken(path: string): void {
    this.#leaveOut('error', 'input/archive', `the entry \`${path}\` lies where another is, and is left out`)
  }

  #refuseName(path: string): void {
    const shown = path.length > 60 ? `${path.slice(0, 60)}…` : path
    this.#leaveOut('error', 'input/archive', `the entry \`${shown}\` has a name of ${path.length} characters, which the file system does not take, and is left out`)
  }

  #leaveOut(severity: 'error' | 'warning', code: 'input/archive' | 'input/archive-path', message: string): void {
    this.diagnostics.push({ severity, code, message })
  }
}

function isNameTooLong(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENAMETOOLONG'
}

/** Where in the archive a name leads; undefined: out of it. */
function inArchive(name: string): string | undefined {
  const normal = posix.normalize(name.replaceAll('\\', '/')).replace(/\/$/, '')
  return normal.startsWith('/') || normal === '..' || normal.startsWith('../') || normal.includes('\0') ? undefined : normal
}

async function unpackZip(path: string, unpacking: Unpacking): Promise<void> {
  const yauzl = await import('yauzl')
  await announceZip(yauzl, path, unpacking)
  const zip = await yauzl.openPromise(path, { lazyEntries: true, decodeStrings: false })
  try {
    for await (const entry of zip.eachEntry()) {
      // Read here, because yauzl gives up on the whole archive where a name leads out of it.
      const given = yauzl.getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false)
      const name = unpacking.accept(given)
      if (name === undefined) continue
      const mode = entry.externalFileAttributes >>> 16
      if (given.endsWith('/')) await unpacking.folder(name)
      else if ((mode & 0o170000) === 0o120000) {
        unpacking.link(name, (await readAll(await zip.openReadStreamPromise(entry))).toString('utf8'))
      } else await unpacking.file(name, mode === 0 ? 0o644 : mode, await zip.openReadStreamPromise(entry))
    }
  } finally {
    zip.close()
  }
}

/** The sizes that a zip's own table of contents gives; what is unpacked is counted all the same. */
async function announceZip(yauzl: Pick<typeof Yauzl, 'openPromise'>, path: string, unpacking: Unpacking): Promise<void> {
  const zip = await yauzl.openPromise(path, { lazyEntries: true, decodeStrings: false })
  try {
    let bytes = 0
    for await (const { uncompressedSize } of zip.eachEntry()) bytes += uncompressedSize
    unpacking.announce(zip.entryCount, bytes)
  } finally {
    zip.close()
  }
}

async function unpackTar(path: string, kind: ArchiveKind, unpacking: Unpacking): Promise<void> {
  const tar = await import('tar-stream')
  const extract = tar.extract()
  const source = createReadStream(path)
  const feeding =
    kind === 'tar.zst'
      ? pipeline(source, (chunks: AsyncIterable<Buffer>) => unzstd(chunks, 2 * defaultLimits.maxBytes), extract)
      : kind === 'tar.gz'
        ? pipeline(source, createGunzip(), extract)
        : pipeline(source, extract)
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
    if (accepted !== undefined) {
      if (type === 'file' || type === 'contiguous-file') await unpacking.file(accepted, mode ?? 0o644, entry as unknown as Readable)
      else if (type === 'directory') await unpacking.folder(accepted)
      else if (type === 'symlink' && typeof linkname === 'string') unpacking.link(accepted, linkname)
      else if (type === 'link' && typeof linkname === 'string') await unpacking.hardLink(accepted, linkname)
      else unpacking.notAFile(accepted)
    }
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
