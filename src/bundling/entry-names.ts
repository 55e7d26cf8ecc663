import { statSync } from 'node:fs'
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { ShrinkError } from '../core/errors.ts'
import { slashed } from './paths.ts'

/**
 * Output name (without extension) → absolute path, for each entry: its path below the deepest folder that all share.
 * @throws ShrinkError when an entry is not there or two would have the same name.
 */
export function nameEntries(entries: readonly string[], root: string): ReadonlyMap<string, string> {
  const paths = [...new Set(entries.map((entry) => (isAbsolute(entry) ? entry : resolve(root, entry))))]
  for (const path of paths) {
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
      throw new ShrinkError('input/not-found', `there is no file ${slashed(relative(root, path))}`)
    }
  }
  const base = sharedFolder(paths.map((path) => dirname(path)))
  const named = new Map<string, string>()
  for (const path of paths) {
    const name = slashed(relative(base, path)).replace(/\.[^./]+$/, '')
    if (named.has(name)) {
      throw new ShrinkError('bundle/failed', `${slashed(relative(root, named.get(name)!))} and ${slashed(relative(root, path))} would both be written as ${name}`)
    }
    named.set(name, path)
  }
  return named
}

function sharedFolder(folders: readonly string[]): string {
  const [first = sep, ...rest] = folders
  let parts = first.split(sep)
  for (const folder of rest) {
    const other = folder.split(sep)
    const length = parts.findIndex((part, index) => part !== other[index])
    if (length >= 0) parts = parts.slice(0, length)
  }
  return parts.join(sep) || sep
}
