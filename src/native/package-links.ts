import { lstat, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { packageOf, type Project, relativePath } from './project.ts'
import type { Selection } from './selection.ts'

/**
 * The package in a store that a place is a link to; undefined where it is none. What is linked to as a part of the
 * project (a workspace) is no package of a store.
 *
 * @param place project-relative
 */
export async function linkedPackage(place: string, { root }: Project): Promise<string | undefined> {
  const path = join(root, place)
  if (!(await isLink(path))) return undefined
  const target = relativePath(root, await realpath(path).catch(() => path))
  return target !== place && packageOf(target) === target ? target : undefined
}

/** Links among the chosen files that stand for a package in a store: its project-relative folder by the link's path. */
export async function linksToPackages({ files, project }: Selection): Promise<ReadonlyMap<string, string>> {
  const links = new Map<string, string>()
  for (const path of files.keys()) {
    // what is chosen and has the path of a package's folder is a link
    if (path === '' || packageOf(path) !== path) continue
    const target = await linkedPackage(path, project)
    if (target !== undefined) links.set(path, target)
  }
  return links
}

/** Takes links to packages out where nothing of the package is left: what was for another machine, or is elsewhere. */
export async function dropDanglingLinks({ files, project }: Selection): Promise<void> {
  const links = [...files].filter(([path]) => path !== '' && packageOf(path) === path)
  if (links.length === 0) return
  const folders = new Set<string>()
  for (const path of files.keys()) {
    for (let at = path.lastIndexOf('/'); at > 0 && !folders.has(path.slice(0, at)); at = path.lastIndexOf('/', at - 1)) folders.add(path.slice(0, at))
  }
  for (const [path, source] of links) {
    if (!(await isLink(source))) continue
    const target = relativePath(project.root, await realpath(source).catch(() => source))
    if (!folders.has(target) && !files.has(target)) files.delete(path)
  }
}

async function isLink(path: string): Promise<boolean> {
  return lstat(path).then((status) => status.isSymbolicLink(), () => false)
}
