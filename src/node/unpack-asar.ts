import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { lstat, realpath } from 'node:fs/promises'
import { join, posix, sep } from 'node:path'
import { type AsarFile, asarLayout, asarPrologue, bytesOutsideFiles, readAsarHeader } from '../bytes/asar.ts'
import { ShrinkError } from '../core/errors.ts'
import type { Unpacking } from './unpacking.ts'

/** What an archive of Electron was found to be made of. */
export interface AsarContents {
  readonly header: Buffer
  /** Bytes of the archive that no file lies in: the header, and what nothing refers to. */
  readonly ownBytes: number
  readonly files: number
  /** Files that lie beside it, in `….asar.unpacked`, by path in the archive. */
  readonly beside: readonly string[]
}

const chunkSize = 2 ** 20

/**
 * Unpacks an archive of Electron as an application sees it: with the files that lie in `….asar.unpacked` beside it, since
 * programs cannot be loaded out of an archive.
 *
 * @throws ShrinkError `input/archive` for damage, `input/archive-limit` past a limit
 */
export async function unpackAsar(path: string, unpacking: Unpacking): Promise<AsarContents> {
  const archive = openSync(path, 'r')
  try {
    const length = fstatSync(archive).size
    if (length < asarPrologue) throw new ShrinkError('input/archive', `cannot be unpacked: it has ${length} bytes`, { hint: 'Check that it is a complete asar file.' })
    const { textLength, filesStart } = asarLayout(readRange(archive, 0, asarPrologue), length)
    const entries = readAsarHeader(readRange(archive, asarPrologue, textLength).toString('utf8'), length - filesStart)
    const besideRoot = await realpath(`${path}.unpacked`).catch(() => undefined)
    const beside: string[] = []
    let files = 0
    for (const { path: name, content } of entries) {
      const accepted = unpacking.accept(name)
      if (accepted === undefined) continue
      if (content.kind === 'folder') await unpacking.folder(accepted)
      else if (content.kind === 'link') unpacking.link(accepted, posix.relative(posix.dirname(accepted), content.target))
      else {
        const hash = createHash('sha256')
        const mode = content.executable ? 0o755 : 0o644
        if (content.offset !== undefined) await unpacking.file(accepted, mode, rangeOf(archive, filesStart + content.offset, content.size, hash))
        else if (!(await addBeside(besideRoot, accepted, mode, hash, unpacking))) continue
        else beside.push(accepted)
        files += 1
        checkIntegrity(accepted, content, hash.digest('hex'), unpacking)
      }
    }
    return { header: readRange(archive, 0, filesStart), ownBytes: bytesOutsideFiles(entries, length), files, beside }
  } finally {
    closeSync(archive)
  }
}

/** False, and reported, when it is not there. */
async function addBeside(root: string | undefined, name: string, mode: number, hash: ReturnType<typeof createHash>, unpacking: Unpacking): Promise<boolean> {
  const real = root === undefined ? undefined : await realpath(join(root, name)).catch(() => undefined)
  if (real === undefined || !real.startsWith(root + sep) || !(await lstat(real)).isFile()) {
    unpacking.missing(name, 'is said to lie beside the archive, in the folder with `.unpacked` behind its name, and does not')
    return false
  }
  const file = openSync(real, 'r')
  try {
    await unpacking.file(name, mode, rangeOf(file, 0, fstatSync(file).size, hash))
  } finally {
    closeSync(file)
  }
  return true
}

/** Electron ends where a file is not what the archive says, if the application asked for that (the fuse for asar integrity). */
function checkIntegrity(name: string, { sha256 }: AsarFile, found: string, unpacking: Unpacking): void {
  if (sha256 !== undefined && sha256 !== found) unpacking.warn(`the file \`${name}\` is not what the archive’s integrity hash says`)
}

function* rangeOf(file: number, start: number, size: number, hash: ReturnType<typeof createHash>): Generator<Buffer> {
  for (let at = 0; at < size; at += chunkSize) {
    const chunk = readRange(file, start + at, Math.min(chunkSize, size - at))
    hash.update(chunk)
    yield chunk
  }
}

function readRange(file: number, start: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size)
  for (let done = 0; done < size; ) {
    const read = readSync(file, bytes, done, size - done, start + done)
    if (read === 0) throw new ShrinkError('input/changed', 'it became shorter while it was read')
    done += read
  }
  return bytes
}
