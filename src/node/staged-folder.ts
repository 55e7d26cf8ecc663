import { chmod, mkdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ShrinkError } from '../core/errors.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { writeFailed } from './write-failed.ts'

/** A folder that is filled beside its place and put there as a whole. */
export interface StagedFolder {
  /** Absolute path to write into. */
  readonly path: string
  /** Puts it in place of what was there. */
  commit(): Promise<void>
  /** Removes it; what was in its place is untouched. */
  discard(): Promise<void>
}

/**
 * Opens a staged folder for `target`. Whatever happens before `commit`, the old folder stays; `commit` is two renames,
 * and a crash between them is mended by the next call, which puts the old folder back.
 *
 * @param target absolute path
 * @throws ShrinkError `output/write-failed`
 */
export async function stageFolder(target: string): Promise<StagedFolder> {
  const previous = join(dirname(target), `.${basename(target)}.shrink-previous`)
  try {
    await mkdir(dirname(target), { recursive: true })
    await recover(target, previous)
    const there = await stat(target).catch(() => undefined)
    if (there !== undefined && !there.isDirectory()) {
      throw new ShrinkError('output/write-failed', `${basename(target)} exists and is not a folder`)
    }
    const folder = await temporaryFolder(join(dirname(target), `.${basename(target)}.shrink-`))
    const { path } = folder
    return {
      path,
      async commit() {
        try {
          // Only the owner can enter a temporary folder.
          await chmod(path, there === undefined ? 0o777 & ~process.umask() : there.mode & 0o7777)
          if (there !== undefined) await rename(target, previous)
          try {
            await rename(path, target)
            folder.keep()
          } catch (error) {
            if (there !== undefined) await rename(previous, target)
            throw error
          }
          await rm(previous, { recursive: true, force: true })
        } catch (error) {
          throw writeFailed(basename(target), error)
        }
      },
      discard: folder.remove,
    }
  } catch (error) {
    if (error instanceof ShrinkError) throw error
    throw writeFailed(basename(target), error)
  }
}

async function recover(target: string, previous: string): Promise<void> {
  const left = await stat(previous).catch(() => undefined)
  if (left === undefined) return
  const there = await stat(target).catch(() => undefined)
  if (there === undefined) await rename(previous, target)
  else await rm(previous, { recursive: true, force: true })
}
