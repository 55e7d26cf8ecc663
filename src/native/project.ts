import { access, readdir, readlink } from 'node:fs/promises'
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

/** Managers that keep packages in a store within node_modules and link to them: where, and what makes them lay out as npm does. */
const stores: readonly { readonly folder: string; readonly manager: string; readonly hint: string }[] = [
  {
    folder: '.pnpm',
    manager: 'pnpm',
    hint: 'Set `node-linker=hoisted` in .npmrc and run `pnpm install`, or build from the output of `pnpm deploy` with that setting.',
  },
  { folder: '.bun', manager: 'Bun', hint: 'Set `linker = "hoisted"` below `[install]` in bunfig.toml and run `bun install`.' },
  { folder: '.store', manager: 'npm', hint: 'Run `npm install --install-strategy=hoisted`.' },
]

/**
 * @param folder absolute: what is built
 * @throws UsageError for installations that are not laid out as npm does
 */
export async function refuseOtherLayouts({ root }: Project, folder: string): Promise<void> {
  if (await exists(join(root, '.pnp.cjs'))) {
    throw new UsageError(
      'Yarn Plug’n’Play keeps packages in archives, where no other machine’s build can be put beside them',
      'Set `nodeLinker: node-modules` in .yarnrc.yml and run `yarn install`, or build from a copy installed with npm.',
    )
  }
  for (const { folder: store, manager, hint } of stores) {
    if (!(await exists(join(root, 'node_modules', store)))) continue
    // a package of a workspace has its own links, and its root often none
    for (const modules of modulesUpward(folder, root)) {
      if (!(await linksInto(modules, store))) continue
      throw new UsageError(`${manager} links packages into a store (node_modules/${store}), where no other machine’s build can be put beside them`, hint)
    }
  }
}

/** Every node_modules from a folder up to the project’s root, whether it is there or not. */
export function modulesUpward(folder: string, root: string): string[] {
  const found = [join(root, 'node_modules')]
  for (let at = folder; at !== root && dirname(at) !== at; at = dirname(at)) found.push(join(at, 'node_modules'))
  return found
}

/** Are packages of node_modules links into the store? A hoisted installation has the store's folder, but no links into it. */
async function linksInto(modules: string, store: string): Promise<boolean> {
  for (const name of await readdir(modules).catch(() => [])) {
    if (name.startsWith('.')) continue
    const inner = name.startsWith('@') ? await readdir(join(modules, name)).catch(() => []) : ['']
    for (const part of inner) {
      const link = await readlink(join(modules, name, part)).catch(() => undefined)
      if (link?.split(/[\\/]/).includes(store) === true) return true
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
