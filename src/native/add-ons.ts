import { join } from 'node:path'
import { ShrinkError, toDiagnostic } from '../core/errors.ts'
import type { BinaryKind } from '../bytes/binary-kind.ts'
import { readBinaryKind } from './read-binary-kind.ts'
import { lockedAt } from './lockfile.ts'
import { packageFiles } from './package-files.ts'
import type { PackageJson } from './package-json.ts'
import { platformInName, withoutPlatform } from './platform-names.ts'
import { platformName } from './platform.ts'
import { choosePrebuilds } from './prebuilds.ts'
import { packageOf } from './project.ts'
import { leaveOut } from './selection.ts'
import type { Selection } from './selection.ts'

/** Tools that a package's install script calls to get or make an add-on on the machine that installs. */
const installTools = /node-gyp|prebuild-install|node-pre-gyp|cmake-js|neon|cargo-cp-artifact|install-from-cache/

/** A file of a package that is machine code. */
interface Binary {
  /** Relative to the package. */
  readonly path: string
  readonly kind: BinaryKind
}

/**
 * The builds that a package (or the application itself) carries in its own files: `prebuilds/`, folders by platform such
 * as `bin/napi-v6/linux/x64`, `build/Release`, programs in `bin/{arch}/`. Those of the target take the place of the
 * others; what a file is for, its header says.
 *
 * @param packagePath project-relative folder; '' for the application's own files
 * @param hasPlatformPackage a build for the target is already there, as a package of its own
 */
export async function selectAddOns(
  packagePath: string,
  manifest: PackageJson | undefined,
  hasPlatformPackage: boolean,
  selection: Selection,
): Promise<void> {
  const found = await takenBinaries(packagePath, selection)
  drop(packagePath, found.filter(isIntermediate), 'node-gyp makes it on its way to the add-on', selection)
  const taken = found.filter((binary) => !isIntermediate(binary))
  const builds = packagePath !== '' && manifest !== undefined
  if (taken.length === 0 && !(builds && (await looksNative(packagePath, manifest, selection)))) return
  const all = (await binariesOf(packagePath, selection)).filter((binary) => !isIntermediate(binary))
  const foreign = taken.filter(({ kind, path }) => !isFor(kind, path, selection))
  const own = taken.filter((binary) => !foreign.includes(binary))

  const shadow = all.filter(({ path, kind }) => /^build\/(?:Release|Debug)\/[^/]+\.node$/.test(path) && isFor(kind, path, selection))
  const prebuilt = all.filter(({ path }) => path.startsWith('prebuilds/'))
  const chosen = shadow.length > 0 ? [] : choosePrebuilds(prebuilt.map(({ path }) => path.slice('prebuilds/'.length)), selection.platform)
  const wrongInside = chosen.filter((path) => !isFor(find(prebuilt, `prebuilds/${path}`).kind, path, selection))
  if (wrongInside.length > 0) {
    const path = `prebuilds/${wrongInside[0]!}`
    return unavailable(`${path} is ${describe(find(prebuilt, path).kind)}, whatever its folder says`, packagePath, manifest, all, selection)
  }
  for (const path of chosen) add(packagePath, `prebuilds/${path}`, selection)
  const notChosen = own.filter(({ path }) => path.startsWith('prebuilds/') && path.endsWith('.node') && !chosen.includes(path.slice(10)))
  drop(packagePath, notChosen, 'another build of the same add-on is used', selection)

  const replaced = new Set(chosen.length > 0 || shadow.length > 0 ? ['prebuilds'] : [])
  const missing: Binary[] = []
  for (const binary of foreign) {
    if (binary.path.startsWith('prebuilds/')) continue
    const counterparts = all.filter((other) => isCounterpart(binary, other) && isFor(other.kind, other.path, selection))
    if (counterparts.length > 0) replaced.add(binary.path)
    else if (binary.kind.kind === 'elf' || binary.path.endsWith('.node')) missing.push(binary)
    for (const { path } of counterparts) add(packagePath, path, selection)
  }
  const works =
    hasPlatformPackage || replaced.size > 0 || own.some(({ path }) => path.endsWith('.node') && !notChosen.some((other) => other.path === path))
  drop(packagePath, foreign.filter((binary) => !missing.includes(binary)), `not for ${platformName(selection.platform)}`, selection)
  const lost: Binary[] = []
  for (const binary of missing) {
    if (await restored(packagePath, manifest, binary, selection)) continue
    lost.push(binary)
    const isLeftover = works && !platformlessProgram(binary, all)
    if (!isLeftover && binary.kind.kind === 'elf') {
      return unavailable(`${binary.path} is ${describe(binary.kind)}`, packagePath, manifest, all, selection)
    }
    drop(packagePath, [binary], `not for ${platformName(selection.platform)}`, selection)
  }
  const hadNone = lost.length > 0 || (missing.length === 0 && builds && (await looksNative(packagePath, manifest, selection)))
  if (works || own.length > 0) return
  if (builds && hadNone) return unavailable(whyNone(manifest, prebuilt.length > 0), packagePath, manifest, all, selection)
  // The application's own prebuilds/: nothing says what they are for but that none of them is for the platform.
  if (!builds && prebuilt.length > 0) {
    unavailable(`${prebuilt[0]!.path} and the others beside it are for other platforms`, packagePath, manifest, all, selection)
  }
}

/** Objects, and the first copy of the add-on, which lies beside them. */
function isIntermediate({ path }: Binary): boolean {
  return /(?:^|\/)build\/(?:Release|Debug)\/obj(?:\.target)?\//.test(path)
}

/** A program whose place does not say what machine it is for, and of which there is one: nothing else can stand in. */
function platformlessProgram(binary: Binary, all: readonly Binary[]): boolean {
  return !binary.path.endsWith('.node') && !binary.path.startsWith('build/') && platformInName(binary.path).cpu.length === 0 && all.length === 1
}

function whyNone(manifest: PackageJson, hasPrebuilds: boolean): string {
  if (hasPrebuilds) return 'its prebuilds/ has no folder for that platform'
  const script = manifest.scripts['install'] ?? manifest.scripts['postinstall']
  return script === undefined
    ? 'its tarball has sources only (binding.gyp), which npm compiles on the machine that installs'
    : `its tarball has no build; \`${script}\` downloads or compiles one on the machine that installs`
}

/** Machine code among the files chosen so far. */
async function takenBinaries(packagePath: string, selection: Selection): Promise<Binary[]> {
  const binaries: Binary[] = []
  for (const [path, file] of selection.files) {
    if (packageOf(path) !== packagePath) continue
    const kind = await readBinaryKind(file)
    if (kind !== undefined) binaries.push({ path: packagePath === '' ? path : path.slice(packagePath.length + 1), kind })
  }
  return binaries.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** Machine code in the package's folder. Of the application itself: what was chosen, which is all of its folder. */
async function binariesOf(packagePath: string, selection: Selection): Promise<Binary[]> {
  if (packagePath === '') return takenBinaries('', selection)
  const folder = join(selection.project.root, packagePath)
  const binaries: Binary[] = []
  for (const path of await packageFiles(folder)) {
    if (/\.(?:[cm]?[jt]s|json|md|map|c|cc|cpp|h|hpp|txt)$/.test(path)) continue
    const kind = await readBinaryKind(join(folder, path))
    if (kind !== undefined) binaries.push({ path, kind })
  }
  return binaries
}

async function looksNative(packagePath: string, manifest: PackageJson, selection: Selection): Promise<boolean> {
  const scripts = `${manifest.scripts['install'] ?? ''} ${manifest.scripts['postinstall'] ?? ''}`
  if (manifest.gypfile || installTools.test(scripts)) return true
  const files = await packageFiles(join(selection.project.root, packagePath))
  return files.some((path) => path === 'binding.gyp' || path.startsWith('prebuilds/'))
}

/** By the header; of two builds for one machine, by the C library that the path names. */
function isFor(kind: BinaryKind, path: string, { platform }: Selection): boolean {
  if (kind.kind !== 'elf' || kind.architecture !== platform.architecture) return false
  const { libc } = platformInName(path)
  return libc.length === 0 || libc.includes(platform.libc)
}

/** The same file but for the words of platform in its path, or a library beside such a file. */
function isCounterpart(binary: Binary, other: Binary): boolean {
  if (other.path === binary.path || other.path.startsWith('prebuilds/')) return false
  const folder = (path: string): string => withoutPlatform(path.slice(0, path.lastIndexOf('/') + 1))
  const named = platformInName(other.path)
  if (named.cpu.length === 0 && named.os.length === 0) return false
  if (withoutPlatform(binary.path) === withoutPlatform(other.path)) return true
  return binary.path.includes('/') && folder(binary.path) === folder(other.path) && /\.so(?:\.|$)/.test(other.path)
}

/**
 * An install script may have put a program of this machine over what the package ships (esbuild's does): then the
 * package's own file, from its tarball, is right. What install scripts compile is in no tarball.
 */
async function restored(
  packagePath: string,
  manifest: PackageJson | undefined,
  binary: Binary,
  selection: Selection,
): Promise<boolean> {
  const locked = manifest === undefined ? undefined : lockedAt(selection.lockfile, [packagePath], manifest.name, manifest.version)
  if (packagePath === '' || manifest === undefined || locked?.integrity === undefined || binary.path.startsWith('build/')) return false
  try {
    const { folder, integrity } = await selection.registry.fetch({
      name: locked.name,
      version: locked.version,
      integrity: locked.integrity,
      ...(locked.resolved === undefined ? {} : { resolved: locked.resolved }),
    })
    if (!(await packageFiles(folder)).includes(binary.path)) return false
    const kind = await readBinaryKind(join(folder, binary.path))
    if (kind !== undefined && !isFor(kind, binary.path, selection)) return false
    const path = `${packagePath}/${binary.path}`
    selection.files.set(path, join(folder, binary.path))
    selection.fetched.push({ name: locked.name, version: locked.version, integrity, path })
    selection.report({
      severity: 'info',
      code: 'native/replaced',
      message: `an install script had put a program of this machine here; the file that ${locked.name} ships is used`,
      location: { path },
    })
    return true
  } catch (error) {
    if (!(error instanceof ShrinkError)) throw error
    selection.report({ ...toDiagnostic(error, packagePath), severity: 'warning' })
    return false
  }
}

function add(packagePath: string, path: string, selection: Selection): void {
  const full = packagePath === '' ? path : `${packagePath}/${path}`
  if (!selection.files.has(full)) selection.files.set(full, join(selection.project.root, full))
}

function drop(packagePath: string, binaries: readonly Binary[], why: string, selection: Selection): void {
  leaveOut(selection, binaries.map(({ path }) => (packagePath === '' ? path : `${packagePath}/${path}`)), why)
}

function unavailable(
  why: string,
  packagePath: string,
  manifest: PackageJson | undefined,
  all: readonly Binary[],
  selection: Selection,
): void {
  selection.unavailable.push({
    name: manifest?.name ?? 'the application',
    version: manifest?.version ?? '',
    path: packagePath,
    why,
    neededBy: selection.trace.chainTo(packagePath),
    exists: [...new Set(all.map(({ path, kind }) => `${path}: ${describe(kind)}`))],
  })
}

function find(binaries: readonly Binary[], path: string): Binary {
  return binaries.find((binary) => binary.path === path)!
}

function describe(kind: BinaryKind): string {
  if (kind.kind !== 'elf') return kind.kind === 'pe' ? 'PE (Windows)' : 'Mach-O (macOS)'
  return `ELF for ${kind.architecture ?? `machine ${kind.machine}`}`
}

