import { mkdir, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { TreeFile } from '../core/tree.ts'
import { writeFailed } from './write-failed.ts'

/** Recreates the links and empty folders of a tree in its copy; the files are the jobs' to write. */
export async function copyStructure(files: readonly TreeFile[], emptyFolders: readonly string[], outRoot: string): Promise<void> {
  for (const folder of emptyFolders) {
    await mkdir(join(outRoot, folder), { recursive: true }).catch((error: unknown) => {
      throw writeFailed(folder, error)
    })
  }
  for (const { path, link } of files) {
    if (link === undefined) continue
    try {
      await mkdir(dirname(join(outRoot, path)), { recursive: true })
      await symlink(link, join(outRoot, path))
    } catch (error) {
      throw writeFailed(path, error)
    }
  }
}
