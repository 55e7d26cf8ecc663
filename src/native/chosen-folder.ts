import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { entryFiles } from '../core/package-entries.ts'
import { modulesInStores, packageNames } from './native-packages.ts'
import { readPackageJson } from './package-json.ts'
import { exists } from './project.ts'

/**
 * Is the folder what a tool made to be deployed as it is (Next.js's `standalone`, Nitro's `.output/server`): with a
 * node_modules of its own, in which packages have only the files that the tool found in use? Then what lies in folders
 * above is no part of it. It is one where a package lacks what its package.json has for its users, and the same version
 * above it, if there is one above, does not.
 *
 * @param folder absolute
 */
export async function isChosenFolder(folder: string): Promise<boolean> {
  const above = await modulesAbove(dirname(folder))
  for (const modules of await modulesInside(folder)) {
    for (const name of await packageNames(modules)) {
      const own = await readPackageJson(join(modules, name))
      const missing = own === undefined ? undefined : await missingEntry(join(modules, name), own.entries)
      if (missing === undefined) continue
      if (above === undefined) return true
      const whole = await readPackageJson(join(above, name))
      if (whole?.version === own!.version && (await missingEntry(join(above, name), [missing])) === undefined) return true
    }
  }
  return false
}

/**
 * Are there packages, and no script of the application that would say which of them it uses? So it is in a layer of AWS Lambda
 * (`nodejs/node_modules`): whoever runs with it has the code.
 *
 * @param folder absolute
 */
export async function holdsOnlyPackages(folder: string): Promise<boolean> {
  return (await modulesInside(folder)).length > 0 && !(await holdsScript(folder))
}

async function holdsScript(folder: string): Promise<boolean> {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    if (entry.isDirectory() ? entry.name !== 'node_modules' && (await holdsScript(join(folder, entry.name))) : /\.[cm]?js$/.test(entry.name)) return true
  }
  return false
}

/** How far down a tool puts what it deploys: `functions/NAME.func`, `server`. */
const depth = 3

/** The folder's own node_modules; where it has none, those of the folders inside it. */
async function modulesInside(folder: string, left = depth): Promise<string[]> {
  const own = join(folder, 'node_modules')
  if (await exists(own)) return [own, ...(await modulesInStores(folder))]
  if (left === 0) return []
  const inner = (await readdir(folder, { withFileTypes: true }).catch(() => [])).filter((entry) => entry.isDirectory())
  return (await Promise.all(inner.map(({ name }) => modulesInside(join(folder, name), left - 1)))).flat()
}

async function missingEntry(folder: string, entries: readonly string[]): Promise<string | undefined> {
  for (const entry of entries) {
    const found = await Promise.all(entryFiles(join(folder, entry)).map(exists))
    if (!found.includes(true)) return entry
  }
  return undefined
}

async function modulesAbove(folder: string): Promise<string | undefined> {
  const modules = join(folder, 'node_modules')
  if (await exists(modules)) return modules
  return dirname(folder) === folder ? undefined : modulesAbove(dirname(folder))
}
