import type { Context } from '../../core/context.ts'
import type { Architecture } from '../../core/requirement.ts'
import type { TreeView } from '../../core/tree.ts'
import { nodeArchitectureName } from '../../targets/index.ts'
import { type PackageIndex, packagesOf, type TreePackage } from '../packages.ts'
import { elfSystems, readPlatformName } from '../../core/platform-name.ts'
import { artifactsByPath, buildsOf, type NativeBuild } from './native-build.ts'

/** How a package comes by its native code. */
export type Convention =
  | 'prebuilds' // prebuilds/<platform>-<arch>/, found by node-gyp-build
  | 'optional-dependencies' // a package for each platform, chosen by npm
  | 'prebuild-install' // fetched by its install script
  | 'node-pre-gyp' // fetched by its install script
  | 'node-gyp' // compiled from binding.gyp
  | 'install-script' // made or fetched by a script of its own
  | 'napi-rs'
  | 'files' // in its own tarball

export interface PlatformBuild {
  /** As Node’s `process.platform` names it. */
  readonly os: string
  readonly architecture: Architecture
  /** `any`: linked statically, or an operating system with one C library. */
  readonly libc: 'glibc' | 'musl' | 'any'
  /** `installable`: npm has it as a package of its own, which is not in the tree. */
  readonly state: 'present' | 'installable'
  /** Of the files in the tree. */
  readonly bytes: number
  readonly paths: readonly string[]
  /** The package that holds it, where that is another one. */
  readonly packages: readonly string[]
}

/** A package that carries or loads native code, with every platform for which it has a build. */
export interface NativePackage {
  readonly owner: TreePackage
  readonly conventions: readonly Convention[]
  /** Files of the package and of its platform packages. */
  readonly builds: readonly NativeBuild[]
  /** Sorted by platform. */
  readonly platforms: readonly PlatformBuild[]
  /** binding.gyp is there: it can be compiled where no build is. */
  readonly compilable: boolean
}

const known = new WeakMap<TreeView, Promise<readonly NativePackage[]>>()

/** Packages with native code, sorted by path. Rules share one reading. */
export function nativePackagesOf(tree: TreeView, context: Context): Promise<readonly NativePackage[]> {
  let packages = known.get(tree)
  if (packages === undefined) {
    packages = readNativePackages(tree, context)
    known.set(tree, packages)
  }
  return packages
}

async function readNativePackages(tree: TreeView, context: Context): Promise<readonly NativePackage[]> {
  const index = await packagesOf(tree, context)
  const artifacts = artifactsByPath(tree)
  const builds = new Map(index.packages.map((owner) => [owner.path, buildsOf(owner, artifacts)]))
  /** Platform packages that some package chooses among: they are part of that package. */
  const parts = new Set<string>()
  const natives: NativePackage[] = []
  for (const owner of index.packages) {
    const platforms = platformDependencies(owner, index)
    for (const { installed } of platforms) if (installed !== undefined) parts.add(installed.path)
    const own = builds.get(owner.path) ?? []
    const conventions = conventionsOf(owner, own, platforms)
    if (own.length === 0 && conventions.length === 0) continue
    natives.push({
      owner,
      conventions,
      builds: [
        ...own,
        ...platforms.flatMap(({ installed }) => (installed === undefined ? [] : (builds.get(installed.path) ?? []))),
      ],
      platforms: matrixOf(own, platforms, builds),
      compilable: hasBindingGyp(owner),
    })
  }
  return natives.filter((native) => !parts.has(native.owner.path))
}

interface PlatformDependency {
  readonly name: string
  readonly os: string
  readonly architecture: Architecture
  readonly libc: 'glibc' | 'musl' | 'any'
  readonly installed: TreePackage | undefined
}

/** Optional dependencies whose name, or whose package.json where installed, says a platform. */
function platformDependencies(owner: TreePackage, index: PackageIndex): PlatformDependency[] {
  const found: PlatformDependency[] = []
  for (const name of Object.keys(owner.manifest.optionalDependencies).sort()) {
    const installed = index.resolve(owner.path, name)
    const claim = readPlatformName(name)
    const manifest = installed?.manifest
    const stated =
      manifest?.os?.length === 1 && manifest.cpu?.length === 1
        ? readPlatformName(`${manifest.os[0]}-${manifest.cpu[0]}`)
        : undefined
    const os = stated?.os ?? claim.os
    const architecture = stated?.architectures[0] ?? claim.architectures[0]
    if (os === undefined || architecture === undefined) continue
    const statedLibc = manifest?.libc?.length === 1 ? readPlatformName(`linux-${manifest.libc[0]}`).libc : undefined
    found.push({ name, os, architecture, libc: statedLibc ?? claim.libc ?? 'any', installed })
  }
  // Where musl has packages of its own (sharp’s linuxmusl-), those that name no C library are for glibc.
  if (!found.some((dependency) => dependency.libc === 'musl')) return found
  return found.map((dependency) =>
    dependency.os === 'linux' && dependency.libc === 'any' ? { ...dependency, libc: 'glibc' } : dependency,
  )
}

function conventionsOf(
  owner: TreePackage,
  own: readonly NativeBuild[],
  platforms: readonly PlatformDependency[],
): Convention[] {
  const { dependencies, scripts, modulePath, napi } = owner.manifest
  const script = `${scripts['preinstall'] ?? ''} ${scripts['install'] ?? ''} ${scripts['postinstall'] ?? ''}`
  const conventions: Convention[] = []
  if (own.some((build) => build.place === 'prebuilds')) conventions.push('prebuilds')
  if (platforms.length > 0) conventions.push('optional-dependencies')
  if ('prebuild-install' in dependencies || /\bprebuild-install\b/.test(script)) conventions.push('prebuild-install')
  if (modulePath !== undefined || /node-pre-gyp/.test(script)) conventions.push('node-pre-gyp')
  if (hasBindingGyp(owner)) conventions.push('node-gyp')
  if (napi && (own.length > 0 || platforms.length > 0)) conventions.push('napi-rs')
  if (conventions.length === 0 && own.length > 0) conventions.push('files')
  const ownScript = scripts['install'] ?? scripts['postinstall']
  if (conventions.length > 0 && ownScript !== undefined && !/node-gyp|prebuild-install|node-pre-gyp/.test(ownScript)) {
    conventions.push('install-script')
  }
  return owner.path === '' && own.length === 0 ? [] : conventions
}

function hasBindingGyp(owner: TreePackage): boolean {
  const path = owner.path === '' ? 'binding.gyp' : `${owner.path}/binding.gyp`
  return owner.files.some((file) => file.path === path)
}

function matrixOf(
  own: readonly NativeBuild[],
  dependencies: readonly PlatformDependency[],
  builds: ReadonlyMap<string, readonly NativeBuild[]>,
): PlatformBuild[] {
  interface Cell {
    bytes: number
    present: boolean
    absent: boolean
    readonly paths: string[]
    readonly packages: string[]
  }
  const cells = new Map<string, Cell & Pick<PlatformBuild, 'os' | 'architecture' | 'libc'>>()
  const cellOf = (os: string, architecture: Architecture, libc: PlatformBuild['libc']): Cell => {
    const key = `${os}\0${architecture}\0${libc}`
    let cell = cells.get(key)
    if (cell === undefined) {
      cell = { os, architecture, libc, bytes: 0, present: false, absent: false, paths: [], packages: [] }
      cells.set(key, cell)
    }
    return cell
  }
  const add = (build: NativeBuild): void => {
    if (build.os === undefined) return
    for (const architecture of build.architectures) {
      const cell = cellOf(build.os, architecture, build.libc ?? 'any')
      cell.present = true
      cell.bytes += build.bytes
      cell.paths.push(build.path)
    }
  }
  for (const build of own) add(build)
  for (const { name, os, architecture, libc, installed } of dependencies) {
    // What an installed package holds is believed; what npm would choose by name is only known for the others.
    const inside = installed === undefined ? [] : (builds.get(installed.path) ?? [])
    const cell = cellOf(os, architecture, inside.length > 0 && libc === 'any' ? (inside[0]?.libc ?? 'any') : libc)
    cell.packages.push(name)
    if (installed === undefined) cell.absent = true
    else if (inside.length > 0 && !elfSystems.has(os)) cell.present = true
    for (const build of inside) add(build)
  }
  const platforms = [...cells.values()].map(({ present, absent, ...cell }) => ({
    ...cell,
    // Of two packages that one platform needs (sharp and its libvips), both must be there.
    state: present && !absent ? ('present' as const) : ('installable' as const),
  }))
  return platforms.sort((a, b) => (platformText(a) < platformText(b) ? -1 : 1))
}

/** `linux/x64 musl`, `darwin/arm64`. */
export function platformText({ os, architecture, libc }: Pick<PlatformBuild, 'os' | 'architecture' | 'libc'>): string {
  return `${os}/${nodeArchitectureName(architecture)}${libc === 'any' ? '' : ` ${libc}`}`
}

/** `sharp@0.35.5`; the application itself has no name of its own here. */
export function packageText(owner: TreePackage): string {
  if (owner.path === '') return 'the application'
  return owner.version === '' ? owner.name : `${owner.name}@${owner.version}`
}
