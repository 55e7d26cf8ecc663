import { copyFile, link, lstat, mkdir, readlink, realpath, symlink } from 'node:fs/promises'
import { basename, dirname, join, posix, resolve, sep } from 'node:path'
import type { Diagnostic } from '../core/diagnostic.ts'
import { ConfigError, UsageError } from '../core/errors.ts'
import { treePath, walk } from '../node/walk.ts'
import { selectAddOns } from './add-ons.ts'
import { outputLayout } from './layout.ts'
import { holdsOnlyPackages, isChosenFolder } from './chosen-folder.ts'
import { linkedStore } from './linked-store.ts'
import { readLockfile } from './lockfile.ts'
import { registryOptions } from './npmrc.ts'
import { readPackageJson } from './package-json.ts'
import type { PackageJson } from './package-json.ts'
import { selectPlatformPackages } from './platform-packages.ts'
import { declaredPlatform, fits } from './platform-names.ts'
import { platformName } from './platform.ts'
import type { NativePlatform } from './platform.ts'
import { placePrograms } from './programs.ts'
import { packageFiles } from './package-files.ts'
import { dropDanglingLinks, linkedPackage, linksToPackages } from './package-links.ts'
import { exists, findProject, packageOf, type Project, relativePath } from './project.ts'
import { npmRegistry } from './registry.ts'
import { leaveOut } from './selection.ts'
import type { Fetched, Selection, Unavailable } from './selection.ts'
import { traceFiles } from './trace.ts'

export interface PrepareOptions {
  /** Absolute: a folder with the built application. */
  readonly input: string
  /** Absolute: where in a project that folder counts as being; itself when left out. For bundles in temporary folders. */
  readonly origin?: string
  readonly platform: NativePlatform
  /** Packages may be fetched from the registry. */
  readonly online: boolean
  /** Place in the output → pattern of its source; see `placePrograms`. */
  readonly programs: Readonly<Record<string, string>>
  /** Packages and paths of the project that are taken whole: what code loads in ways that cannot be traced. */
  readonly include: readonly string[]
  /** Absolute folder that the patterns are relative to. */
  readonly cwd: string
  readonly signal: AbortSignal
}

export interface PreparedTree {
  /** Absolute path that each file was taken from, by its path in the tree. */
  readonly sources: ReadonlyMap<string, string>
  /** Packages without a build for the target: with any, the tree does not work there. */
  readonly unavailable: readonly Unavailable[]
  readonly fetched: readonly Fetched[]
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Fills `folder` with what the application needs on the platform: its own files, the files of packages that its code
 * reaches, and of each add-on the one build that loads there.
 *
 * @param folder absolute; made here
 * @param work absolute folder for packages that are fetched; kept as long as `folder` is read
 * @throws UsageError for layouts of Yarn that Node alone cannot follow, ConfigError for a lockfile that is none
 */
export async function prepareTree(options: PrepareOptions, folder: string, work: string): Promise<PreparedTree> {
  const { platform, signal } = options
  const root = await realpath(options.input)
  const origin = await realpath(options.origin ?? root)
  const around = await findProject(origin)
  const isChosen = origin === root && ((await isChosenFolder(root)) || (await holdsOnlyPackages(root)))
  const project = isChosen ? { root } : around
  const store = await linkedStore(around, origin)
  const inputPath = treePath(project.root, origin)
  const inside = inputPath === '' ? '' : `${inputPath}/`
  const diagnostics: Diagnostic[] = []

  const own = await ownFiles(root, isChosen, diagnostics)
  const scripts = own.filter((path) => /\.[cm]?js$/.test(path) && packageOf(path) === '').map((path) => join(root, path))
  const included = await includedFiles(options.include, project)
  const more = included.filter((path) => /\.[cm]?js$/.test(path)).map((path) => join(project.root, path))
  const trace = await traceFiles([...scripts, ...more], project, { root, as: origin }, isChosen, signal)
  const selection: Selection = {
    project,
    isChosen,
    platform,
    trace,
    lockfile: await readLockfile(around.root, store),
    registry: npmRegistry(work, await registryOptions(around.root), options.online, signal),
    files: new Map([
      ...trace.files,
      ...included.map((path) => [path, join(project.root, path)] as const),
      ...own.map((path) => [inside + path, join(root, path)] as const),
    ]),
    done: new Set(),
    unavailable: [],
    fetched: [],
    report: (diagnostic) => diagnostics.push(diagnostic),
  }
  refuseOutside(selection)
  await dropDetours(selection)
  await placePrograms(options.programs, options.cwd, inside, selection)
  await selectForPlatform(selection, signal)
  await dropDanglingLinks(selection)
  const sources = await materialize(selection, inputPath, folder, signal)
  return { sources, unavailable: selection.unavailable, fetched: selection.fetched, diagnostics }
}

/** Project-relative. A name is that of a package if one is installed, else a path. @throws ConfigError */
async function includedFiles(include: readonly string[], project: Project): Promise<string[]> {
  const { root } = project
  const files: string[] = []
  for (const item of include) {
    if (item.startsWith('/') || item.split('/').includes('..')) throw new ConfigError(`package.include: \`${item}\` is not in the project`)
    const folder = (await exists(join(root, 'node_modules', item))) ? `node_modules/${item}` : item
    const status = await lstat(join(root, folder)).catch(() => undefined)
    if (status === undefined) throw new ConfigError(`package.include: there is no package or path \`${item}\``)
    const linked = await linkedPackage(folder, project)
    if (linked !== undefined) files.push(folder, ...(await packageFiles(join(root, linked))).map((path) => `${linked}/${path}`))
    else if (status.isFile()) files.push(folder)
    else files.push(...(await packageFiles(join(root, folder))).map((path) => `${folder}/${path}`))
  }
  return files
}

function refuseOutside({ files, project }: Selection): void {
  const outside = [...files.keys()].find((path) => path.startsWith('../'))
  if (outside === undefined) return
  throw new UsageError(
    `the code refers to ${outside}, which is outside the project ${basename(project.root)}`,
    'Packages linked from elsewhere cannot be shipped: install a copy (npm pack, npm install FILE.tgz).',
  )
}

/** A link `node_modules` to that of a folder above: Node looks there anyway, and its packages may move to where the link is. */
async function dropDetours({ files }: Selection): Promise<void> {
  for (const [path, source] of files) {
    if (basename(path) !== 'node_modules' || !(await lstat(source)).isSymbolicLink()) continue
    const target = await realpath(source).catch(() => '')
    if (basename(target) === 'node_modules' && dirname(source).startsWith(join(dirname(target), sep))) files.delete(path)
  }
}

/** The folder's files without packages: of those only what is reached counts, unless a tool has chosen them already. */
async function ownFiles(root: string, isChosen: boolean, diagnostics: Diagnostic[]): Promise<string[]> {
  const walked = await walk(root)
  const counts = (path: string): boolean => isChosen || packageOf(path) === ''
  diagnostics.push(...walked.diagnostics.filter(({ location }) => counts(location?.path ?? '')))
  return walked.files.map(({ path }) => path).filter((path) => counts(path) && !isPrivate(path))
}

/** What lies in a project's folder and is never deployed: history, and the file with the registry's credentials. */
function isPrivate(path: string): boolean {
  return path.startsWith('.git/') || path === '.npmrc' || path === '.yarnrc.yml'
}

async function selectForPlatform(selection: Selection, signal: AbortSignal): Promise<void> {
  const links = await linksToPackages(selection)
  const packages = [...new Set([...selection.files.keys()].map(packageOf))].filter((path) => !links.has(path)).sort()
  for (const path of packages) {
    signal.throwIfAborted()
    const before = selection.unavailable.length
    const manifest = path === '' ? undefined : await readPackageJson(join(selection.project.root, path))
    if (manifest !== undefined && !(await runsThere(path, manifest, packages, selection))) continue
    const outcome = manifest === undefined ? 'none' : await selectPlatformPackages(path, manifest, selection)
    if (outcome !== 'unavailable') await selectAddOns(path, manifest, outcome === 'selected', selection)
    if (selection.unavailable.length > before && (await isOptional(path, selection))) {
      const [missing] = selection.unavailable.splice(before)
      const files = [...selection.files.keys()].filter((file) => packageOf(file) === path)
      for (const file of files) selection.files.delete(file)
      selection.report({
        severity: 'warning',
        code: 'native/left-out',
        message: `${missing!.name}@${missing!.version} is optional and has no build for ${platformName(selection.platform)}: ${missing!.why}`,
        hint: 'What needs it goes on without it, as its package.json promises.',
        location: { path },
      })
    }
  }
}

/** Builds that npm installed for this machine go; a package that is itself for other machines is missed. */
async function runsThere(path: string, manifest: PackageJson, packages: readonly string[], selection: Selection): Promise<boolean> {
  const declared = declaredPlatform(manifest.name, manifest)
  if (declared === undefined || fits(declared, selection.platform)) return true
  const files = [...selection.files.keys()].filter((file) => packageOf(file) === path)
  if (files.length === 0) return false
  const parents = await Promise.all(
    [...new Set([...selection.trace.dependents(path), ...packages])].map((parent) => readPackageJson(join(selection.project.root, parent))),
  )
  if (parents.some((parent) => parent?.optionalDependencies[manifest.name] !== undefined)) {
    leaveOut(selection, files, `${manifest.name} is for ${declared.cpu.join('|') || 'any'} on ${declared.os.join('|') || 'any'}`)
  } else {
    selection.unavailable.push({
      name: manifest.name,
      version: manifest.version,
      path,
      why: `its package.json says it is for ${declared.cpu.join(', ') || 'any processor'} on ${declared.os.join(', ') || 'any system'}`,
      neededBy: selection.trace.chainTo(path),
      exists: declared.cpu,
    })
  }
  return false
}

/** Do all that refer to it call it optional? */
async function isOptional(path: string, selection: Selection): Promise<boolean> {
  const dependents = selection.trace.dependents(path)
  if (path === '' || dependents.length === 0) return false
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
  for (const dependent of dependents) {
    const manifest = await readPackageJson(join(selection.project.root, dependent))
    if (manifest?.optionalDependencies[name] === undefined) return false
  }
  return true
}

async function materialize(selection: Selection, inputPath: string, folder: string, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  await mkdir(folder, { recursive: true })
  const sources = new Map<string, string>()
  const { places, kept } = outputLayout(selection.files.keys(), inputPath)
  if (kept !== undefined && inputPath !== '') {
    selection.report({
      severity: 'warning',
      code: 'native/layout',
      message: `the output keeps the folders of the project, since ${kept}: the application is in ${inputPath}/ of it`,
      location: { path: inputPath },
    })
  }
  for (const [path, place] of places) {
    signal.throwIfAborted()
    const source = selection.files.get(path)!
    const target = join(folder, place)
    await mkdir(dirname(target), { recursive: true })
    if ((await lstat(source)).isSymbolicLink()) await symlink(await linkText(source, place, selection.project, places), target)
    // The tree is only read: a second name for the same bytes is enough where the file system has it.
    else await link(source, target).catch(() => copyFile(source, target))
    sources.set(place, source)
  }
  return sources
}

/** What a link says in the output: what it leads to may have moved another way than the link itself. */
async function linkText(source: string, place: string, { root }: Project, places: ReadonlyMap<string, string>): Promise<string> {
  const text = await readlink(source)
  const target = relativePath(root, resolve(dirname(source), text))
  const moved = places.get(target) ?? movedFolder(target, places)
  return moved === undefined ? text : posix.relative(posix.dirname(place), moved) || '.'
}

function movedFolder(folder: string, places: ReadonlyMap<string, string>): string | undefined {
  for (const [path, place] of places) {
    const rest = path.startsWith(`${folder}/`) ? path.slice(folder.length) : undefined
    if (rest !== undefined && place.endsWith(rest)) return place.slice(0, -rest.length)
  }
  return undefined
}
