import { existsSync } from 'node:fs'
import { chmod, mkdir, open, stat, writeFile } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import { ShrinkError } from '../core/errors.ts'
import type { JobHost } from '../pipeline/run-job.ts'
import { openStable } from './open-stable.ts'
import { openTool } from './open-tool.ts'
import { readStable } from './read-stable.ts'
import { writeFailed } from './write-failed.ts'

/**
 * A job's access to files: reads below `root`, writes below `outRoot`, nothing else.
 *
 * @param root absolute path of the tree that is read
 * @param outRoot absolute path of the folder that is written, or null when nothing may be
 */
export function fileHost(root: string, outRoot: string | null, signal: AbortSignal): JobHost {
  return {
    signal,
    read: async (path) => readStable(inside(root, path)),
    open: async (path) =>
      openStable(inside(root, path), {
        signal,
        async create() {
          if (outRoot === null) throw mayNotWrite()
          const target = inside(outRoot, path)
          try {
            await mkdir(dirname(target), { recursive: true })
            return await open(target, 'wx', await modeOf(join(root, path)))
          } catch (error) {
            if (isThere(error)) return undefined
            throw writeFailed(path, error)
          }
        },
        failed: (error) => writeFailed(path, error),
      }),
    openTool: (name, path) => openTool(name, path, signal),
    async readFile(path) {
      const at = insideOrUndefined(root, path)
      // Most of what is asked for is not there, and an error is dearer than the question.
      if (at === undefined || !existsSync(at)) return undefined
      try {
        return readStable(at)
      } catch (error) {
        if (error instanceof ShrinkError && error.code === 'input/changed') throw error
        return undefined
      }
    },
    async write(path, bytes, like, keepExisting) {
      if (outRoot === null) throw mayNotWrite()
      const target = inside(outRoot, path)
      try {
        await mkdir(dirname(target), { recursive: true })
        await writeFile(target, bytes, keepExisting ? { flag: 'wx' } : {})
        const mode = await modeOf(join(root, like))
        await chmod(target, like === path ? mode : mode & 0o666)
      } catch (error) {
        if (keepExisting && isThere(error)) return
        throw writeFailed(path, error)
      }
    },
  }
}

function mayNotWrite(): ShrinkError {
  return new ShrinkError('output/write-failed', 'this job may not write')
}

async function modeOf(path: string): Promise<number> {
  return stat(path).then(
    (status) => status.mode & 0o7777,
    () => 0o644,
  )
}

function isThere(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EEXIST'
}

function insideOrUndefined(root: string, path: string): string | undefined {
  const normal = posix.normalize(path)
  return normal.startsWith('/') || normal === '..' || normal.startsWith('../') ? undefined : join(root, normal)
}

function inside(root: string, path: string): string {
  const at = insideOrUndefined(root, path)
  if (at === undefined) throw new ShrinkError('output/write-failed', `${path} lies outside the folder`)
  return at
}
