import { createReadStream } from 'node:fs'
import { lstat, readdir, readFile, readlink } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { ShrinkError } from '../core/errors.ts'

/** Bytes in memory, or an absolute path that is read when they are needed. */
export type Content = Uint8Array | { readonly file: string }

/** A regular file of a package. */
export interface FileEntry {
  readonly kind: 'file'
  /** Inside the package: relative, `/`-separated, no `.` or `..`. */
  readonly path: string
  /** Only whether it can be executed is kept, so that the umask of a build machine does not change the bytes. */
  readonly mode: 0o644 | 0o755
  readonly size: number
  readonly content: Content
}

/** A symbolic link of a package. */
export interface LinkEntry {
  readonly kind: 'link'
  readonly path: string
  /** The link's own text. It stays inside the package. */
  readonly target: string
}

export type PackageEntry = FileEntry | LinkEntry

/** 0755 when anybody may execute it, and for a root `bootstrap`, which is started by name; else 0644. */
export function packageMode(path: string, mode: number): 0o644 | 0o755 {
  return (mode & 0o111) !== 0 || path === 'bootstrap' ? 0o755 : 0o644
}

export function bytesEntry(path: string, bytes: Uint8Array, mode = 0o644): FileEntry {
  return { kind: 'file', path, mode: packageMode(path, mode), size: bytes.byteLength, content: bytes }
}

/**
 * The files and links under a folder, sorted. Nothing is read but names, sizes and modes.
 * @throws ShrinkError `package/entry` for what no package can carry: sockets, links that leave the folder.
 */
export async function directoryEntries(root: string, skip: (path: string) => boolean = () => false): Promise<PackageEntry[]> {
  const entries: PackageEntry[] = []
  const visit = async (folder: string): Promise<void> => {
    for (const item of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? item.name : `${folder}/${item.name}`
      if (skip(path)) continue
      if (item.isDirectory()) await visit(path)
      else if (item.isSymbolicLink()) entries.push({ kind: 'link', path, target: await readlink(join(root, path)) })
      else if (item.isFile()) entries.push(await fileEntry(path, join(root, path)))
      else throw new ShrinkError('package/entry', `${path} is not a regular file`, { hint: 'Remove it, or leave it out.' })
    }
  }
  await visit('')
  return sortEntries(entries)
}

export async function fileEntry(path: string, file: string): Promise<FileEntry> {
  const { mode, size } = await lstat(file)
  return { kind: 'file', path, mode: packageMode(path, mode), size, content: { file } }
}

/**
 * In the order in which every writer writes them (UTF-16 code units), after a check that they can live in one tree.
 * @throws ShrinkError `package/entry`
 */
export function sortEntries(entries: Iterable<PackageEntry>): PackageEntry[] {
  const sorted = [...entries].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  const taken = new Set<string>()
  for (const { path } of sorted) {
    if (taken.has(path)) throw new ShrinkError('package/entry', `${path} is there twice`)
    taken.add(path)
  }
  for (const entry of sorted) {
    checkPath(entry.path)
    for (let folder = posix.dirname(entry.path); folder !== '.'; folder = posix.dirname(folder)) {
      if (taken.has(folder)) {
        throw new ShrinkError('package/entry', `${entry.path} lies under ${folder}, which is not a folder`)
      }
    }
    if (entry.kind === 'link') checkLink(entry)
  }
  return sorted
}

/** What a path may hold: hosts, zip readers and registries disagree about everything else. */
function checkPath(path: string): void {
  const bad = path === '' || path.startsWith('/') || path.includes('\\') || path.includes('\0')
  if (bad || path.split('/').some((name) => name === '' || name === '.' || name === '..')) {
    throw new ShrinkError('package/entry', `${JSON.stringify(path)} cannot be a path inside a package`)
  }
  if (utf8.encode(path).byteLength > 0xffff) throw new ShrinkError('package/entry', 'A path is longer than 65535 bytes')
}

function checkLink(link: LinkEntry): void {
  const target = posix.join(posix.dirname(link.path), link.target)
  if (link.target === '' || posix.isAbsolute(link.target) || target === '..' || target.startsWith('../')) {
    throw new ShrinkError('package/entry', `The link ${link.path} → ${link.target} leaves the package`, {
      hint: 'Put a copy of what it points to there.',
    })
  }
}

/** All bytes of a file at once. @throws ShrinkError `input/changed` when it is not as long as it was. */
export async function readEntry(entry: FileEntry): Promise<Uint8Array> {
  const bytes = entry.content instanceof Uint8Array ? entry.content : await readFile(entry.content.file)
  if (bytes.byteLength !== entry.size) throw changed(entry, bytes.byteLength)
  return bytes
}

/** The bytes of a file in pieces. @throws ShrinkError `input/changed` */
export async function* streamEntry(entry: FileEntry): AsyncGenerator<Uint8Array> {
  if (entry.content instanceof Uint8Array) {
    yield entry.content
    return
  }
  let size = 0
  for await (const chunk of createReadStream(entry.content.file, { highWaterMark: 1 << 20 })) {
    const bytes = chunk as Uint8Array
    size += bytes.byteLength
    if (size > entry.size) break
    yield bytes
  }
  if (size !== entry.size) throw changed(entry, size)
}

function changed(entry: FileEntry, size: number): ShrinkError {
  return new ShrinkError('input/changed', `${entry.path} had ${entry.size} bytes and now has ${size}`)
}

const utf8 = new TextEncoder()
