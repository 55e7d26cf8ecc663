import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import type { ModuleGraph } from './module-graph.ts'
import { slashed } from './paths.ts'

/**
 * What a bundle was made from, so that a later build can tell that it would come out the same: the content of every file
 * that was read, and the names beside them, because a new file can take the place of another in resolution.
 */
export interface InputStamps {
  /** Path relative to the root → SHA-256 of the content, or null: there was no such file. */
  readonly files: Readonly<Record<string, string | null>>
  /** Folder relative to the root → SHA-256 of the names in it that resolution looks at, or null. */
  readonly folders: Readonly<Record<string, string | null>>
}

/** @param extra further files that were read: tsconfigs and what they extend */
export async function stampInputs(
  graph: ModuleGraph,
  extra: readonly string[],
  root: string,
  outFolder: string,
): Promise<InputStamps> {
  const files = new Set<string>(extra.map((path) => relativeTo(root, path)))
  const folders = new Set<string>()
  for (const module of graph.modules) {
    const path = resolve(root, module.id)
    files.add(relativeTo(root, path))
    folders.add(relativeTo(root, dirname(path)))
    for (let at = dirname(path); ; at = dirname(at)) {
      files.add(relativeTo(root, join(at, 'package.json')))
      if (!at.includes(`${sep}node_modules${sep}`)) {
        files.add(relativeTo(root, join(at, 'tsconfig.json')))
        folders.add(relativeTo(root, join(at, 'node_modules')))
      }
      if (dirname(at) === at) break
    }
  }
  return {
    files: await stampAll(files, (path) => fileStamp(resolve(root, path))),
    folders: await stampAll(folders, (path) => folderStamp(resolve(root, path), resolve(root, outFolder))),
  }
}

/** The first input that is not as it was; undefined: all are. */
export async function changedInput(stamps: InputStamps, root: string, outFolder: string): Promise<string | undefined> {
  const check = async (
    entries: Readonly<Record<string, string | null>>,
    stamp: (path: string) => Promise<string | null>,
  ): Promise<string | undefined> => {
    const list = Object.entries(entries)
    const changed = await mapLimited(list, async ([path, known]) => ((await stamp(resolve(root, path))) === known ? undefined : path))
    return changed.find((path) => path !== undefined)
  }
  return (await check(stamps.files, fileStamp)) ?? (await check(stamps.folders, (path) => folderStamp(path, resolve(root, outFolder))))
}

async function stampAll(
  paths: ReadonlySet<string>,
  stamp: (path: string) => Promise<string | null>,
): Promise<Record<string, string | null>> {
  const list = [...paths].sort()
  const stamps = await mapLimited(list, stamp)
  return Object.fromEntries(list.map((path, index) => [path, stamps[index]!]))
}

async function fileStamp(path: string): Promise<string | null> {
  return readFile(path).then((bytes) => createHash('sha256').update(bytes).digest('hex'), () => null)
}

/** Names without an extension may be folders; the folder that builds are written into is not looked at. */
async function folderStamp(path: string, outFolder: string): Promise<string | null> {
  const names = await readdir(path).catch(() => null)
  if (names === null) return null
  const seen = names
    .filter((name) => (/\.(?:[cm]?[jt]sx?|json|css|node|wasm)$/.test(name) || !name.includes('.')) && join(path, name) !== outFolder)
    .sort()
  return createHash('sha256').update(seen.join('\0')).digest('hex')
}

/** Enough at a time to keep the disk busy, few enough for the limit on open files. */
async function mapLimited<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = Array.from({ length: items.length })
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index]!)
  }
  await Promise.all(Array.from({ length: Math.min(32, items.length) }, worker))
  return results
}

function relativeTo(root: string, path: string): string {
  const below = relative(root, path)
  return isAbsolute(below) ? slashed(path) : slashed(below)
}
