import { join } from 'node:path'
import { ShrinkError, toDiagnostic } from '../core/errors.ts'
import { modulesInStore } from './linked-store.ts'
import type { LockedPackage } from './locked-package.ts'
import { lockedAt } from './lockfile.ts'
import { linkedPackage } from './package-links.ts'
import { isUsedAtRunTime, packageFiles } from './package-files.ts'
import { readPackageJson } from './package-json.ts'
import type { PackageJson } from './package-json.ts'
import { declaredPlatform, fits, platformInName, withoutPlatform } from './platform-names.ts'
import type { DeclaredPlatform } from './platform-names.ts'
import { platformName } from './platform.ts'
import { exists, packageOf } from './project.ts'
import type { PackageSpec } from './registry.ts'
import { leaveOut } from './selection.ts'
import type { Selection } from './selection.ts'

/** An optional dependency that is made for some platforms only. */
interface Member {
  readonly name: string
  /** The range that its parent asks for. */
  readonly range: string
  readonly declared: DeclaredPlatform
  /** Where it is installed, relative to the project. */
  readonly installed: string | undefined
  /** The link to that from where the parent looks for it. */
  readonly link: string | undefined
  readonly locked: LockedPackage | undefined
}

/**
 * The builds of a package that are packages of their own, one a platform, named in its `optionalDependencies`: napi-rs,
 * esbuild, sharp. npm installs those of the machine that builds; here those of the target take their place, and what
 * they depend on comes with them.
 *
 * @param packagePath project-relative folder of the package
 * @returns whether it has a build for the target
 */
export async function selectPlatformPackages(
  packagePath: string,
  manifest: PackageJson,
  selection: Selection,
): Promise<'none' | 'selected' | 'unavailable'> {
  const members = await membersOf(packagePath, manifest, selection)
  // What only ever runs elsewhere (fsevents, a Windows helper) is not missed.
  const linux = members.filter(({ declared }) => declared.os.includes('linux'))
  const stems = new Set(linux.map(({ name }) => withoutPlatform(name)))
  // what was fetched for the target is whole
  const chosenWithout = selection.isChosen && (await exists(join(selection.project.root, packagePath, 'package.json')))
  let outcome: 'none' | 'selected' | 'unavailable' = 'none'
  for (const member of members) {
    if (member.installed !== undefined && !fits(member.declared, selection.platform)) {
      leaveOut(selection, filesUnder(member.installed, selection), `${member.name} is for ${describe(member.declared)}`)
    }
  }
  for (const stem of [...stems].sort()) {
    const family = members.filter(({ name }) => withoutPlatform(name) === stem)
    if (chosenWithout && family.every(({ installed }) => installed === undefined)) {
      selection.report({
        severity: 'info',
        code: 'native/left-out',
        message: `${manifest.name} has no build here for any machine: what chose the files of the folder did not find ${stem}* in use`,
        location: { path: packagePath },
      })
      continue
    }
    const fitting = family.filter(({ declared }) => fits(declared, selection.platform))
    if (fitting.length === 0) {
      selection.unavailable.push({
        name: manifest.name,
        version: manifest.version,
        path: packagePath,
        why: `none of its optional dependencies ${stem}* is for ${platformName(selection.platform)}`,
        neededBy: selection.trace.chainTo(packagePath),
        exists: family.map(({ declared }) => describe(declared)).sort(),
      })
      return 'unavailable'
    }
    for (const member of fitting) {
      const done = await include(member, packagePath, family, selection)
      outcome = done ? (outcome === 'none' ? 'selected' : outcome) : 'unavailable'
    }
  }
  return outcome
}

async function membersOf(packagePath: string, manifest: PackageJson, selection: Selection): Promise<Member[]> {
  const members: Member[] = []
  for (const [name, range] of Object.entries(manifest.optionalDependencies).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (name.split('/').includes('..')) continue
    const places = placesUpward(packagePath, name)
    const locked = lockedAt(selection.lockfile, places, name, range)
    let installed: string | undefined
    let link: string | undefined
    let own: PackageJson | undefined
    for (const place of places) {
      own = await readPackageJson(join(selection.project.root, place))
      if (own !== undefined) {
        installed = (await linkedPackage(place, selection.project)) ?? place
        if (installed !== place) link = place
        break
      }
    }
    const stated = locked?.manifest.cpu.length === 0 && locked.manifest.os.length === 0 ? undefined : locked?.manifest // Yarn's does not say
    const declared = declaredPlatform(name, own ?? stated)
    if (declared !== undefined) members.push({ name, range, declared, installed, link, locked })
  }
  return members
}

/** Where Node would look for a package, nearest first. */
export function placesUpward(packagePath: string, name: string): string[] {
  const places: string[] = []
  for (let folder = packagePath; ; folder = folder.slice(0, folder.lastIndexOf('/'))) {
    if (!folder.endsWith('node_modules') && !/(?:^|\/)node_modules\/@[^/]+$/.test(folder)) {
      places.push(folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`)
    }
    if (!folder.includes('/')) {
      if (folder !== '') places.push(`node_modules/${name}`)
      return [...new Set(places)]
    }
  }
}

async function include(
  member: Member,
  packagePath: string,
  family: readonly Member[],
  selection: Selection,
): Promise<boolean> {
  if (member.link !== undefined) selection.files.set(member.link, join(selection.project.root, member.link))
  const known = member.installed ?? placeFor(member, packagePath, family, selection)
  if (selection.done.has(known)) return true
  selection.done.add(known)
  if (member.installed !== undefined) {
    await addFolder(member.installed, join(selection.project.root, member.installed), selection)
    leaveOutOtherLibc(member.installed, selection)
    return withDependencies(member.installed, join(selection.project.root, member.installed), selection)
  }
  try {
    const spec = await specOf(member, packagePath, selection)
    const fetched = await selection.registry.fetch(spec)
    const place = known
    await addFolder(place, fetched.folder, selection)
    leaveOutOtherLibc(place, selection)
    selection.fetched.push({ name: spec.name, version: spec.version, integrity: fetched.integrity, path: place })
    selection.report({
      severity: 'info',
      code: 'native/replaced',
      message: `${spec.name}@${spec.version} from the registry (${fetched.integrity.slice(0, 20)}…)`,
      location: { path: place },
    })
    return await withDependencies(place, fetched.folder, selection)
  } catch (error) {
    if (!(error instanceof ShrinkError)) throw error
    selection.report(toDiagnostic(error, packagePath))
    return false
  }
}

/** A libvips comes with its sharp. */
async function withDependencies(place: string, folder: string, selection: Selection): Promise<boolean> {
  const manifest = await readPackageJson(folder)
  if (manifest === undefined || Object.keys(manifest.optionalDependencies).length === 0) return true
  return (await selectPlatformPackages(place, manifest, selection)) !== 'unavailable'
}

/** As the lockfile pins it; else as the parent asks for it, which is nearly always one exact version. */
async function specOf(member: Member, packagePath: string, selection: Selection): Promise<PackageSpec> {
  const { locked, name } = member
  if (locked?.integrity !== undefined) {
    return {
      name: locked.name,
      version: locked.version,
      integrity: locked.integrity,
      ...(locked.resolved === undefined ? {} : { resolved: locked.resolved }),
    }
  }
  const version = locked?.version ?? member.range
  const spec = /^\d+\.\d+\.\d+[\w.+-]*$/.test(version) ? { name, version } : await selection.registry.resolve(name, version)
  const parent = packagePath || 'package.json'
  selection.report({
    severity: 'warning',
    code: 'native/lockfile',
    message: `${selection.lockfile?.name ?? 'no lockfile'} ${selection.lockfile === undefined ? 'pins' : 'does not pin'} ${name}; ${spec.version} is taken, which ${parent} asks for, with the registry's digest`,
    hint:
      selection.lockfile?.name === 'package-lock.json'
        ? 'npm leaves optional packages of other platforms out at times (npm/cli#4828): remove node_modules and the lockfile and install again.'
        : 'A package-lock.json made by npm pins the packages of every platform with their digests.',
    location: { path: packagePath },
  })
  return spec
}

/**
 * Beside the sibling that npm installed, since builds find their libraries relative to themselves, and a folder inside the
 * input may be deployed by itself (`.vercel/output/functions/NAME.func`); else where the lockfile has it, or below its parent.
 * In a store, beside its parent: there is what the parent needs.
 */
function placeFor(member: Member, packagePath: string, family: readonly Member[], { fetched }: Selection): string {
  const modules = modulesInStore(packagePath)
  if (modules !== undefined) return `${modules}/${member.name}`
  const sibling = family.find(({ installed }) => installed !== undefined)
  if (sibling !== undefined) return `${sibling.installed!.slice(0, -(sibling.name.length + 1))}/${member.name}`
  const below = `${packagePath === '' ? '' : `${packagePath}/`}node_modules/`
  // What a package needs that was itself fetched (libvips) is where that was put, unless the lockfile nests it.
  const nested = member.locked?.path?.startsWith(below) === true
  const parent = nested ? undefined : fetched.find(({ path }) => path === packagePath)
  if (parent !== undefined) return `${packagePath.slice(0, packagePath.lastIndexOf('node_modules/'))}node_modules/${member.name}`
  return member.locked?.path ?? below + member.name
}

async function addFolder(place: string, folder: string, selection: Selection): Promise<void> {
  for (const file of await packageFiles(folder)) {
    if (isUsedAtRunTime(file)) selection.files.set(`${place}/${file}`, join(folder, file))
  }
}

/** A package for one machine may have an add-on for each C library (koffi: `linux_x64/` and `musl_x64/`), of which it loads the one that fits. */
function leaveOutOtherLibc(place: string, selection: Selection): void {
  const addOns = [...selection.files.keys()].filter((path) => path.startsWith(`${place}/`) && path.endsWith('.node')).map((path) => path.slice(place.length + 1))
  const isFor = (libc: string, path: string): boolean => platformInName(path).libc.includes(libc)
  const { libc } = selection.platform
  const other = libc === 'musl' ? 'glibc' : 'musl'
  // what names neither is for glibc where a brother is for musl
  const fitting = new Set(addOns.filter((path) => isFor(libc, path) || (libc === 'glibc' && !isFor(other, path))).map(withoutPlatform))
  const spare = addOns.filter((path) => !isFor(libc, path) && (isFor(other, path) || libc === 'musl') && fitting.has(withoutPlatform(path)))
  leaveOut(selection, spare.map((path) => `${place}/${path}`), `not for ${platformName(selection.platform)}`)
}

function filesUnder(packagePath: string, selection: Selection): string[] {
  return [...selection.files.keys()].filter((path) => packageOf(path) === packagePath)
}

function describe({ os, cpu, libc }: DeclaredPlatform): string {
  return [os.join('|') || 'any', cpu.join('|') || 'any', ...(libc.length > 0 ? [libc.join('|')] : [])].join('-')
}
