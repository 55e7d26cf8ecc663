import { existsSync, statSync } from 'node:fs'
import { basename, dirname, extname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import type { Config } from '../config/config.ts'
import type { Report } from '../core/report.ts'
import { nodeNames } from '../native/platform.ts'
import type { PlaceInRepository, RepositoryPlace } from '../reporters/repository-place.ts'
import { isEntryPoint, isSource } from './entry-point.ts'
import { prefixOf } from './open-input.ts'

/** What a run was given, as far as it says where the files of its report are. */
export interface GivenPaths {
  readonly command: Report['command']
  /** As given; empty for those that a build takes by itself. */
  readonly paths: readonly string[]
  readonly cwd: string
  readonly config: Pick<Config, 'architectures' | 'out' | 'bundle' | 'package'>
  /** Absolute root of the repository. */
  readonly repository: string
}

/**
 * Where the files of a report are in the repository that the command ran in. What was bundled is at its source where only its
 * name tells, and what a build wrote for several architectures at what it was made of.
 */
export function repositoryPaths({ command, paths, cwd, config, repository }: GivenPaths): PlaceInRepository {
  const given = paths.length > 0 ? paths : ['dist']
  const isBundled = (path: string): boolean => (command === 'build' ? config.bundle['enabled'] === true && isEntryPoint(path) : isSource(path))
  const entries = given.filter(isBundled).map((path) => resolve(cwd, path))
  const rest = given.filter((path) => !isBundled(path))
  const inputs = rest.map((path) => ({ absolute: resolve(cwd, path), prefix: rest.length > 1 ? prefixOf(path, cwd) : '', isFile: statSync(resolve(cwd, path), { throwIfNoEntry: false })?.isDirectory() === false }))
  const below = (path: string): string | undefined => {
    const found = relative(repository, path)
    return found === '..' || found.startsWith(`..${sep}`) || isAbsolute(found) ? undefined : found.split(sep).join('/')
  }
  const ofEntry = (path: string): string | undefined => {
    const stem = path.slice(path.lastIndexOf('/') + 1).replace(/\..*$/, '')
    const entry = entries.find((each) => basename(each, extname(each)) === stem) ?? entries[0]
    return entry === undefined ? undefined : below(entry)
  }
  const placeIn = (path: string): RepositoryPlace | undefined => {
    // the longest prefix: of `packages/` and `packages/a/`, the second
    const input = inputs.filter(({ prefix }) => path.startsWith(prefix) || `${path}/` === prefix).sort((a, b) => b.prefix.length - a.prefix.length)[0]
    if (input === undefined) return placed(ofEntry(path) ?? below(resolve(cwd, path)))
    const { absolute, prefix, isFile } = input
    const within = path.slice(prefix.length)
    if (!isFile) {
      const file = join(absolute, within)
      return placed(entries.length > 0 && !existsSync(file) ? ofEntry(path) : below(file))
    }
    const isItself = `${path}/` === prefix || within === basename(absolute)
    return placed(below(absolute), isItself ? undefined : within)
  }
  return (shown) => placeIn(command === 'build' ? withoutVariant(shown, config) : shown) ?? { path: shown }
}

function placed(path: string | undefined, inside?: string): RepositoryPlace | undefined {
  return path === undefined ? undefined : { path, ...(inside === undefined ? {} : { inside }) }
}

/** The root of the repository that a folder is in: what holds `.git`, else the workspace of a GitHub runner, else the folder. */
export function repositoryRoot(cwd: string, workspace: string | undefined): string {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder
    if (dirname(folder) === folder) break
  }
  return workspace !== undefined && workspace !== '' && !relative(workspace, cwd).startsWith('..') ? resolve(workspace) : cwd
}

/** A build for architectures, or with packages, puts each variant into a folder of its own. */
function withoutVariant(path: string, { architectures, package: packages }: GivenPaths['config']): string {
  const kinds = packages['kinds']
  const isPacked = kinds !== undefined && kinds !== null && String(kinds) !== ''
  if (architectures.length < 2 && !isPacked) return path
  const names = architectures.length === 0 ? ['app'] : architectures.map((architecture) => nodeNames[architecture] ?? architecture)
  const variant = names.find((name) => path.startsWith(`${name}/`))
  return variant === undefined ? path : path.slice(variant.length + 1)
}
