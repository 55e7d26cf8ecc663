import { access } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'

const lockfiles = ['package-lock.json', 'npm-shrinkwrap.json', 'yarn.lock', 'pnpm-lock.yaml', 'bun.lock', 'bun.lockb', '.pnp.cjs'] as const

/** The application that files of a folder belong to. */
export interface Project {
  /** Absolute: the nearest folder upward with a lockfile, else with node_modules, else the folder itself. */
  readonly root: string
}

export async function findProject(folder: string): Promise<Project> {
  return { root: (await upward(folder, lockfiles)) ?? (await upward(folder, ['node_modules'])) ?? folder }
}

async function upward(folder: string, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) if (await exists(join(folder, name))) return folder
  return dirname(folder) === folder ? undefined : upward(dirname(folder), names)
}

/** Every node_modules from a folder up to the project’s root, whether it is there or not. */
export function modulesUpward(folder: string, root: string): string[] {
  const found = [join(root, 'node_modules')]
  for (let at = folder; at !== root && dirname(at) !== at; at = dirname(at)) found.push(join(at, 'node_modules'))
  return found
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

/** `path` as seen from `root`, `/`-separated. */
export function relativePath(root: string, path: string): string {
  return relative(root, path).split(sep).join('/')
}

/** The package that a file belongs to: the path up to the last `node_modules/NAME`, or '' for the application's own. */
export function packageOf(path: string): string {
  const at = path.lastIndexOf('node_modules/')
  if (at < 0 || (at > 0 && path[at - 1] !== '/')) return ''
  const names = path.slice(at + 'node_modules/'.length).split('/')
  const length = names[0]!.startsWith('@') ? 2 : 1
  return path.slice(0, at + 'node_modules/'.length) + names.slice(0, length).join('/')
}
