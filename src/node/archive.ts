import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createGunzip, gunzipSync } from 'node:zlib'
import type { Extract } from 'tar-stream'
import type * as Yauzl from 'yauzl'
import type { Diagnostic } from '../core/diagnostic.ts'
import { isAsar } from '../bytes/asar.ts'
import { unzstd } from '../bytes/unzstd.ts'
import { ShrinkError } from '../core/errors.ts'
import { unpackAsar } from './unpack-asar.ts'
import { type ArchiveLimits, defaultLimits, Unpacking } from './unpacking.ts'

export type ArchiveKind = 'zip' | 'tar' | 'tar.gz' | 'tar.zst' | 'asar'

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
  if (isAsar(head.subarray(0, length))) return 'asar'
  return undefined
}

/** Many a file that is compressed is no tar archive. A damaged one is, if its name says so: what is wrong with it is told. */
export async function isArchive(path: string, kind: ArchiveKind): Promise<boolean> {
  if (kind === 'tar.zst') return /\.(?:tar\.zst|tzst)$/i.test(path)
  if (kind !== 'tar.gz' || /\.(?:tar\.gz|tgz)$/i.test(path)) return true
  const head = Buffer.alloc(16 * 1024)
  const handle = await open(path, 'r')
  try {
    const { bytesRead } = await handle.read(head, 0, head.byteLength, 0)
    // the start of it is enough; bounded, since what is compressed well is large
    return gunzipSync(head.subarray(0, bytesRead), { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 64 * 2 ** 20 }).toString('latin1', 257, 262) === 'ustar'
  } catch {
    return false
  } finally {
    await handle.close()
  }
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
    else if (kind === 'asar') await unpackAsar(path, unpacking)
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
