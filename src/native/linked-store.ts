import { readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from '../core/errors.ts'
import { exists, modulesUpward, type Project } from './project.ts'

/**
 * Managers that keep each package in a folder of its own, beside links to what it needs
 * (`node_modules/.pnpm/sharp@0.34.5/node_modules/sharp`), and link to it from where it is asked for.
 */
export type StoreFolder = '.pnpm' | '.bun' | '.store'

const stores: readonly StoreFolder[] = ['.pnpm', '.bun', '.store']

/**
 * The store that packages of a folder are linked from. A hoisted installation has the store's folder, but no links into it.
 *
 * @param folder absolute: what is built
 * @throws UsageError for installations that are laid out in ways that Node alone cannot follow
 */
export async function linkedStore({ root }: Project, folder: string): Promise<StoreFolder | undefined> {
  if (await exists(join(root, '.pnp.cjs'))) {
    throw new UsageError(
      'Yarn Plug’n’Play keeps packages in archives, where no other machine’s build can be put beside them',
      'Set `nodeLinker: node-modules` in .yarnrc.yml and run `yarn install`, or build from a copy installed with npm.',
    )
  }
  for (const store of stores) {
    if (!(await exists(join(root, 'node_modules', store)))) continue
    // a package of a workspace has its own links, and its root often none
    for (const modules of modulesUpward(folder, root)) {
      const target = await linkInto(modules, store)
      if (target === undefined) continue
      if (!/[\\/]package[\\/]?$/.test(target)) return store
      throw new UsageError(
        'Yarn’s linker `pnpm` keeps packages in folders without their names, where no other machine’s build can be put beside them',
        'Set `nodeLinker: node-modules` in .yarnrc.yml and run `yarn install`, or build from a copy installed with npm.',
      )
    }
  }
  return undefined
}

async function linkInto(modules: string, store: string): Promise<string | undefined> {
  for (const name of await readdir(modules).catch(() => [])) {
    if (name.startsWith('.')) continue
    const inner = name.startsWith('@') ? await readdir(join(modules, name)).catch(() => []) : ['']
    for (const part of inner) {
      const link = await readlink(join(modules, name, part)).catch(() => undefined)
      if (link?.split(/[\\/]/).includes(store) === true) return link
    }
  }
  return undefined
}

/** Of a package in a store, the folder that holds it and what it needs; undefined elsewhere. */
export function modulesInStore(packagePath: string): string | undefined {
  return /^(?:.*\/)?node_modules\/\.(?:pnpm|bun|store)\/(?:@[^/]+\/)?[^/]+\/node_modules(?=\/)/.exec(packagePath)?.[0]
}
