import { closeSync, fchmodSync, openSync, writeSync } from 'node:fs'
import { copyFile, lstat, mkdir, rm, symlink } from 'node:fs/promises'
import { join, posix } from 'node:path'
import type { Diagnostic } from '../core/diagnostic.ts'
import { ShrinkError } from '../core/errors.ts'

/** What unpacking may cost, so that a small archive cannot fill the disk. */
export interface ArchiveLimits {
  readonly maxBytes: number
  readonly maxEntries: number
}

export const defaultLimits: ArchiveLimits = { maxBytes: 4 * 2 ** 30, maxEntries: 200_000 }

const unpackedHint = { hint: 'Unpack it, and give the folder.' }

/**
 * A folder that the entries of an archive are put into: never outside it, never more than the limits. What is left out is reported.
 */
export class Unpacking {
  readonly diagnostics: Diagnostic[] = []
  readonly #into: string
  readonly #limits: ArchiveLimits
  /** Made last, so that no entry can be written through a link. */
  readonly #links: { readonly path: string; readonly target: string }[] = []
  /** Those that are there: none is ever removed. */
  readonly #folders = new Set<string>()
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

  async file(path: string, mode: number, content: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<void> {
    if (!(await this.#makeFolder(posix.dirname(path), path))) return
    const file = await this.#create(path)
    if (file === undefined) return
    // calls that wait: small files take a tenth of what a stream for each takes
    try {
      for await (const chunk of content) {
        this.#count(chunk.byteLength)
        writeAll(file, chunk)
      }
      fchmodSync(file, (mode & 0o777) | 0o400)
    } finally {
      closeSync(file)
    }
  }

  /** Opens a new file; of entries with the same name, the last is kept, as by tar and unzip. */
  async #create(path: string): Promise<number | undefined> {
    const target = join(this.#into, path)
    try {
      return openSync(target, 'wx')
    } catch (error) {
      if (isNameTooLong(error)) return void this.#refuseName(path)
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    if ((await lstat(target)).isDirectory()) return void this.#refuseTaken(path)
    await rm(target)
    return openSync(target, 'wx')
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

  /** Something that the archive names, and that is not there. */
  missing(path: string, why: string): void {
    this.#leaveOut('warning', 'input/archive', `the entry \`${path}\` ${why}, and is left out`)
  }

  /** Something is wrong with an entry that is unpacked all the same. */
  warn(message: string): void {
    this.diagnostics.push({ severity: 'warning', code: 'input/archive', message })
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
    if (this.#folders.has(path)) return true
    try {
      await mkdir(join(this.#into, path), { recursive: true })
      this.#folders.add(path)
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

function writeAll(file: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.byteLength; ) done += writeSync(file, bytes, done)
}

function isNameTooLong(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENAMETOOLONG'
}

/** Where in the archive a name leads; undefined: out of it. */
function inArchive(name: string): string | undefined {
  const normal = posix.normalize(name.replaceAll('\\', '/')).replace(/\/$/, '')
  return normal.startsWith('/') || normal === '..' || normal.startsWith('../') || normal.includes('\0') ? undefined : normal
}
