import { mkdir, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import type { InputStamps } from '../cache/input-stamps.ts'
import type { Diagnostic } from '../core/diagnostic.ts'
import { ShrinkError, UsageError } from '../core/errors.ts'
import type { Architecture } from '../core/requirement.ts'
import type { TreeFile } from '../core/tree.ts'
import { archiveKind, isArchive, unpackArchive } from '../node/archive.ts'
import { temporaryFolder } from '../node/temporary-folder.ts'
import { isImageLayout, unpackImage } from '../node/unpack-image.ts'
import { walk } from '../node/walk.ts'

/** One PATH of the command line, opened: always a folder with a list of files. */
export interface Input {
  /** Absolute path of the folder. */
  readonly root: string
  /** What the paths of this input start with in the report: '' when there is only one. */
  readonly prefix: string
  readonly files: readonly TreeFile[]
  readonly emptyFolders: readonly string[]
  readonly diagnostics: readonly Diagnostic[]
  /** A folder or archive with an application, rather than one file of a folder. */
  readonly isFolder: boolean
  /** It lies where the user has it, so that what is above it is of the same project. */
  readonly project?: true
  /** Absolute: where the code in `root` looks for packages, when that is not `root` itself. */
  readonly origin?: string
  /** Absolute paths of the entry points, when the folder holds bundles of them. */
  readonly bundledFrom?: readonly string[]
  /** Absolute: what was opened, when `root` is a copy made of it. */
  readonly source?: string
  /** Absolute origin of each file of a copy, by path in `root`. */
  readonly sources?: ReadonlyMap<string, string>
  /** What the bundles were made from, where results are remembered. */
  readonly stamps?: InputStamps
  /** The root file system of a container image. */
  readonly isImage?: true
  /** Removes what was unpacked for it. */
  close(): Promise<void>
}

/**
 * Opens files, folders, archives (zip, tar, tar.gz, asar by content) and container images (archives, and OCI layouts in a folder),
 * of which it opens the root file system.
 *
 * @param architectures of several images, the one for this is opened
 * @throws UsageError for a path that does not exist; ShrinkError for an archive that cannot be unpacked
 */
export async function openInputs(paths: readonly string[], cwd: string, architectures: readonly Architecture[] = []): Promise<readonly Input[]> {
  const inputs: Input[] = []
  try {
    for (const path of paths) inputs.push(await openInput(path, cwd, paths.length > 1 ? prefixOf(path, cwd) : '', architectures))
    return inputs
  } catch (error) {
    await closeInputs(inputs)
    throw error
  }
}

export async function closeInputs(inputs: readonly Input[]): Promise<void> {
  for (const input of inputs) await input.close()
}

/** The path as the report shows it: relative to the working directory when it lies below, else its last part. */
export function prefixOf(path: string, cwd: string): string {
  const below = relative(cwd, resolve(cwd, path)).split(sep).join('/')
  return `${below === '' || below.startsWith('..') ? basename(resolve(cwd, path)) : below}/`
}

/** The input that a path of the report is of: of those that lie in each other, the innermost. */
export function inputOf(inputs: readonly Input[], path: string): Input | undefined {
  let found: Input | undefined
  for (const input of inputs) if (path.startsWith(input.prefix) && (found === undefined || input.prefix.length > found.prefix.length)) found = input
  return found
}

async function openInput(path: string, cwd: string, prefix: string, architectures: readonly Architecture[]): Promise<Input> {
  const absolute = resolve(cwd, path)
  const status = await stat(absolute).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
      throw new UsageError(`${path}: no such file or folder`, 'Check the spelling and the working directory.')
    }
    throw new UsageError(`${path}: cannot be opened: ${error.code ?? error.message}`)
  })
  if (status.isDirectory()) {
    if (await isImageLayout(absolute)) return unpacked(path, prefix, (folder) => unpackImage(absolute, folder, architectures))
    return { ...(await openFolder(absolute, prefix)), project: true }
  }
  if (!status.isFile()) throw new UsageError(`${path}: neither a file nor a folder`)
  const kind = await archiveKind(absolute).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${path}: cannot be read: ${error.code ?? error.message}`, 'Check its permissions.')
  })
  if (kind !== undefined && (await isArchive(absolute, kind))) {
    return unpacked(path, prefix, async (folder) => {
      const archive = join(folder, 'archive')
      await mkdir(archive)
      const diagnostics = await unpackArchive(absolute, kind, archive)
      const image = kind === 'zip' || kind === 'asar' ? undefined : await unpackImage(archive, folder, architectures)
      return image === undefined ? { root: archive, diagnostics, isImage: false } : { ...image, diagnostics: [...diagnostics, ...image.diagnostics] }
    })
  }
  return {
    root: dirname(absolute),
    prefix: prefix === '' ? '' : prefix.slice(0, -(basename(absolute).length + 1)),
    files: [{ path: basename(absolute), size: status.size, mode: status.mode & 0o7777 }],
    emptyFolders: [],
    diagnostics: [],
    isFolder: false,
    close: async () => undefined,
  }
}

/** Opens what is unpacked into a temporary folder. */
async function unpacked(
  path: string,
  prefix: string,
  unpack: (folder: string) => Promise<{ readonly root: string; readonly diagnostics: readonly Diagnostic[]; readonly isImage?: boolean } | undefined>,
): Promise<Input> {
  const { path: folder, remove: close } = await temporaryFolder(join(tmpdir(), 'shrink-'))
  try {
    const made = (await unpack(folder))!
    const input = await openFolder(made.root, prefix)
    return { ...input, diagnostics: [...made.diagnostics, ...input.diagnostics], ...(made.isImage === false ? {} : { isImage: true }), close }
  } catch (error) {
    await close()
    if (!(error instanceof ShrinkError)) throw error
    throw new ShrinkError(error.code, `${path}: ${error.message}`, { hint: error.details.hint, cause: error })
  }
}

async function openFolder(root: string, prefix: string): Promise<Input> {
  const walked = await walk(root)
  return { root, prefix, ...walked, isFolder: true, close: async () => undefined }
}
