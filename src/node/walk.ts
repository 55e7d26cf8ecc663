import { type Dirent, lstatSync } from 'node:fs'
import { lstat, readdir, readlink, realpath } from 'node:fs/promises'
import { join, posix, relative, sep } from 'node:path'
import type { Diagnostic } from '../core/diagnostic.ts'
import type { TreeFile } from '../core/tree.ts'
import { readFailed } from './read-failed.ts'

export interface Walked {
  /** Files and links that stay inside the tree, sorted by path. */
  readonly files: readonly TreeFile[]
  /** Folders without files in them, so that a copy can have them too. Sorted. */
  readonly emptyFolders: readonly string[]
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Lists a folder without ever following a symbolic link, so that loops cannot happen and nothing outside is seen.
 *
 * @param root absolute path
 */
export async function walk(root: string): Promise<Walked> {
  const files: TreeFile[] = []
  const emptyFolders: string[] = []
  const diagnostics: Diagnostic[] = []
  const realRoot = await realpath(root)
  const pending = ['']
  while (pending.length > 0) {
    const folder = pending.pop()!
    let entries: Dirent[]
    try {
      entries = await readdir(join(root, folder), { withFileTypes: true })
    } catch (error) {
      diagnostics.push(unreadable(folder === '' ? '.' : folder, error))
      continue
    }
    if (entries.length === 0 && folder !== '') emptyFolders.push(folder)
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) pending.push(path)
      else if (entry.isSymbolicLink()) await addLink(root, realRoot, path, files, diagnostics)
      else if (entry.isFile()) addFile(root, path, files, diagnostics)
      else {
        diagnostics.push({
          severity: 'warning',
          code: 'input/not-a-file',
          message: 'a socket, pipe or device is left out',
          location: { path },
        })
      }
    }
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1))
  emptyFolders.sort()
  return { files, emptyFolders, diagnostics }
}

function addFile(root: string, path: string, files: TreeFile[], diagnostics: Diagnostic[]): void {
  try {
    const status = lstatSync(join(root, path))
    files.push({ path, size: status.size, mode: status.mode & 0o7777 })
  } catch (error) {
    diagnostics.push(unreadable(path, error))
  }
}

async function addLink(
  root: string,
  realRoot: string,
  path: string,
  files: TreeFile[],
  diagnostics: Diagnostic[],
): Promise<void> {
  const link = await readlink(join(root, path))
  if (link.startsWith('/') && (await isOfRootFileSystem(realRoot, link))) {
    files.push({ path, size: 0, mode: 0o777, link })
    return
  }
  let target: string
  try {
    target = await realpath(join(root, path))
  } catch {
    diagnostics.push({
      severity: 'warning',
      code: 'input/symlink-broken',
      message: `the link to \`${link}\` leads nowhere and is left out`,
      location: { path },
    })
    return
  }
  const inside = target === realRoot || target.startsWith(realRoot + sep)
  // An absolute link into the tree would lead back to the input from a copy of it.
  if (!inside || link.startsWith('/')) {
    diagnostics.push({
      severity: isFallback(path) ? 'warning' : 'error',
      code: 'input/symlink-outside',
      message: `the link to \`${link}\` leaves the tree and is left out`,
      hint: isFallback(path)
        ? 'Only packages that do not name what they need look there.'
        : /(?:^|\/)node_modules\//.test(path)
          ? 'Packages of a workspace lie above its parts: make a folder that has them (`pnpm --filter NAME deploy DIR`), or bundle what runs (`shrink build src/main.js`).'
          : 'Replace it by a relative link inside the tree, or by a copy of what it points to.',
      location: { path },
    })
    return
  }
  files.push({ path, size: 0, mode: 0o777, link })
}

/** In a store of pnpm or Bun, links to all there is: `pnpm deploy` makes one to the workspace's own package. */
function isFallback(path: string): boolean {
  return /(?:^|\/)node_modules\/\.(?:pnpm|bun)\/node_modules\//.test(path)
}

/**
 * A tree that has what the link names, seen from the tree's own root, is a root file system (of an image, a package):
 * there the link is right, and here it is only copied.
 */
async function isOfRootFileSystem(realRoot: string, link: string): Promise<boolean> {
  // normalized while it is absolute, so that no `..` climbs out of the tree
  return lstat(join(realRoot, posix.normalize(link))).then(
    () => true,
    () => false,
  )
}

function unreadable(path: string, error: unknown): Diagnostic {
  const { message, hint } = readFailed(path, error)
  return { severity: 'error', code: 'input/unreadable', message, ...(hint === undefined ? {} : { hint }), location: { path } }
}

/** `path` as seen from `root`, `/`-separated. */
export function treePath(root: string, path: string): string {
  return relative(root, path).split(sep).join('/')
}
