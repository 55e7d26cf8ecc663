import { access, lstat, readdir } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { UsageError } from '../core/errors.ts'

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

/** @throws UsageError for installations that are not laid out as npm does */
export async function refuseOtherLayouts({ root }: Project): Promise<void> {
  if (await exists(join(root, '.pnp.cjs'))) {
    throw new UsageError(
      'Yarn Plug’n’Play keeps packages in archives, where no other machine’s build can be put beside them',
      'Set `nodeLinker: node-modules` in .yarnrc.yml and run `yarn install`, or build from a copy installed with npm.',
    )
  }
  const store = join(root, 'node_modules', '.pnpm')
  if ((await exists(store)) && (await linksInto(join(root, 'node_modules'), '.pnpm'))) {
    throw new UsageError(
      'pnpm links packages into a store (node_modules/.pnpm), where no other machine’s build can be put beside them',
      'Set `node-linker=hoisted` in .npmrc and run `pnpm install`, or build from the output of `pnpm deploy` with that setting.',
    )
  }
}

/** Are packages of node_modules links? A hoisted pnpm installation has the store's folder, but no links into it. */
async function linksInto(modules: string, store: string): Promise<boolean> {
  for (const name of await readdir(modules)) {
    if (name.startsWith('.') || name === store) continue
    const inner = name.startsWith('@') ? await readdir(join(modules, name)).catch(() => []) : ['']
    for (const part of inner) {
      const status = await lstat(join(modules, name, part)).catch(() => undefined)
      if (status?.isSymbolicLink() === true) return true
    }
  }
  return false
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
