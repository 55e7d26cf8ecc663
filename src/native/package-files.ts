import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Bounds a walk of a package: no package that is published comes near. */
const limit = 100_000

/** The regular files of a package, relative to it, sorted; packages installed inside it are not its own. */
export async function packageFiles(folder: string): Promise<string[]> {
  const files: string[] = []
  const visit = async (path: string): Promise<void> => {
    for (const item of await readdir(join(folder, path), { withFileTypes: true }).catch(() => [])) {
      const inner = path === '' ? item.name : `${path}/${item.name}`
      if (item.isDirectory() && item.name !== 'node_modules') await visit(inner)
      else if (item.isFile() && files.length < limit) files.push(inner)
    }
  }
  await visit('')
  return files.sort()
}

/** What of a platform package is used where it runs: not its texts for people and compilers. */
export function isUsedAtRunTime(path: string): boolean {
  return !/\.(?:md|markdown|h|hpp|map|txt|d\.[cm]?ts)$|(?:^|\/)(?:licen[cs]e|changelog|history|readme)[^/]*$/i.test(path)
}
