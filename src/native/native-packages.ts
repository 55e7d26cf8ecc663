import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readPackageJson } from './package-json.ts'
import type { PackageJson } from './package-json.ts'
import { declaredPlatform } from './platform-names.ts'
import { exists, findProject, modulesUpward } from './project.ts'

/** Packages whose only use is to find or build an add-on next to the file that calls them. */
const loaders = ['node-gyp-build', 'node-gyp-build-optional-packages', 'bindings', 'prebuild-install', 'node-pre-gyp', '@mapbox/node-pre-gyp', 'cmake-js', 'pkg-prebuilds']

const installTools = /node-gyp|prebuild-install|node-pre-gyp|cmake-js|install-from-cache/

/**
 * The installed packages that load native code from places relative to their own files: a bundler must leave them as
 * they are, or they look for it beside the bundle.
 *
 * @param folder absolute; packages are those of the project it belongs to
 */
export async function nativePackages(folder: string): Promise<string[]> {
  const { root } = await findProject(folder)
  const found = new Set<string>()
  for (const modules of await modulesFolders(folder, root)) {
    for (const name of await packageNames(modules)) {
      const manifest = await readPackageJson(join(modules, name))
      if (manifest !== undefined && (await isNative(join(modules, name), manifest))) found.add(name)
    }
  }
  return [...found].sort()
}

/** Every node_modules from the folder up to the project's root, and what managers that link packages have of all of them. */
async function modulesFolders(folder: string, root: string): Promise<string[]> {
  return [...modulesUpward(folder, root), ...(await modulesInStores(root))]
}

/** @param root absolute: a folder with node_modules */
export async function modulesInStores(root: string): Promise<string[]> {
  const found: string[] = []
  for (const store of ['.pnpm', '.bun', '.store']) {
    const all = join(root, 'node_modules', store)
    if (await exists(join(all, 'node_modules'))) found.push(join(all, 'node_modules'))
    // told not to hoist, they have each package with its own only
    else for (const name of await readdir(all).catch(() => [])) found.push(join(all, name, 'node_modules'))
  }
  return found
}

export async function packageNames(modules: string): Promise<string[]> {
  const names: string[] = []
  for (const name of await readdir(modules).catch(() => [])) {
    if (name.startsWith('.')) continue
    if (name.startsWith('@')) for (const inner of await readdir(join(modules, name)).catch(() => [])) names.push(`${name}/${inner}`)
    else names.push(name)
  }
  return names
}

async function isNative(folder: string, manifest: PackageJson): Promise<boolean> {
  if (manifest.gypfile || manifest.cpu.length > 0) return true
  if (loaders.some((name) => manifest.dependencies[name] !== undefined)) return true
  const scripts = `${manifest.scripts['install'] ?? ''} ${manifest.scripts['postinstall'] ?? ''}`
  if (installTools.test(scripts)) return true
  const members = Object.keys(manifest.optionalDependencies).filter((name) => declaredPlatform(name, undefined) !== undefined)
  if (members.length > 1) return true
  for (const sign of ['binding.gyp', 'prebuilds', 'build/Release', 'bin/napi-v3', 'bin/napi-v6']) if (await exists(join(folder, sign))) return true
  const files = await readdir(folder).catch(() => [])
  return files.some((name) => name.endsWith('.node'))
}
