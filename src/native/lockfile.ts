import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { ConfigError } from '../core/errors.ts'
import type { StoreFolder } from './linked-store.ts'
import type { LockedPackage, Lockfile } from './locked-package.ts'
import { parseBunLockfile } from './lockfile-bun.ts'
import { parsePnpmLockfile } from './lockfile-pnpm.ts'
import { parsePackageJson } from './package-json.ts'

/** A package as pinned for the place where it would be installed, or for the range that asks for it. */
export function lockedAt(lockfile: Lockfile | undefined, places: readonly string[], name: string, range: string): LockedPackage | undefined {
  const place = places.find((candidate) => lockfile?.packages.has(candidate))
  return lockfile?.packages.get(place ?? `${name}@${range}`) ?? onlyVersion(lockfile, name)
}

/** Where packages stand by their version, a range means the one version there is of the package; of several, it is not known which. */
function onlyVersion(lockfile: Lockfile | undefined, name: string): LockedPackage | undefined {
  if (lockfile === undefined || !byVersion.has(lockfile.name)) return undefined
  const all = [...lockfile.packages.values()].filter((locked) => locked.name === name)
  return all.length === 1 ? all[0] : undefined
}

const byVersion: ReadonlySet<string> = new Set(['pnpm-lock.yaml', 'lock.yaml', 'bun.lock'])

const names = ['npm-shrinkwrap.json', 'package-lock.json'] as const

/**
 * The lockfile of the manager that packages are linked by; else npm's, versions 1 to 3 (npm docs, "package-lock.json"),
 * Yarn's, pnpm's, Bun's, or undefined when the folder has none.
 * @throws ConfigError when it cannot be read as one
 */
export async function readLockfile(folder: string, store?: StoreFolder): Promise<Lockfile | undefined> {
  if (store === '.pnpm') return readPnpmLockfile(folder)
  if (store === '.bun') return readBunLockfile(folder)
  for (const name of names) {
    const text = await readFile(join(folder, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw new ConfigError(`${name}: cannot be read: ${error.code ?? error.message}`)
    })
    if (text !== undefined) return parseLockfile(name, text)
  }
  const yarn = await readFile(join(folder, 'yarn.lock'), 'utf8').catch(() => undefined)
  if (yarn !== undefined) return parseYarnLockfile(yarn)
  return (await readPnpmLockfile(folder)) ?? readBunLockfile(folder)
}

/**
 * Yarn's lockfile, version 1: entries of `name@range, name@range:` with indented fields. Later versions of Yarn write
 * digests of their own archives instead of the registry's: those pin versions only.
 */
export function parseYarnLockfile(text: string): Lockfile {
  const packages = new Map<string, LockedPackage>()
  for (const block of text.split(/\r?\n(?=\S)/)) {
    const header = /^(?!#|__metadata)(.+):\s*$/m.exec(block)?.[1]
    const version = /^ {2}version:? "?([^"\s]+)"?\s*$/m.exec(block)?.[1]
    if (header === undefined || version === undefined) continue
    const integrity = /^ {2}integrity "?(\S+?)"?\s*$/m.exec(block)?.[1]
    for (const part of header.split(',')) {
      const spec = /^"?((?:@[^@/]+\/)?[^@/"]+)@(?:npm:)?([^"]+)"?$/.exec(part.trim().replaceAll('"', ''))
      const manifest = spec === null ? undefined : parsePackageJson({ name: spec[1], version })
      if (spec === null || manifest === undefined) continue
      packages.set(`${spec[1]!}@${spec[2]!}`, { name: spec[1]!, version, ...(integrity === undefined ? {} : { integrity }), manifest })
    }
  }
  return { name: 'yarn.lock', packages }
}

export function parseLockfile(name: string, text: string): Lockfile {
  let json: unknown
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    const conflict = text.includes('<<<<<<<') ? ' Resolve the merge conflict in it: npm install does.' : ''
    throw new ConfigError(`${name} is not JSON: ${(error as Error).message}`, `Restore it, or make it anew with npm install.${conflict}`)
  }
  if (!isObject(json)) throw new ConfigError(`${name} is not a lockfile`, 'Make it anew with npm install.')
  const packages = new Map<string, LockedPackage>()
  if (isObject(json['packages'])) {
    for (const [path, entry] of Object.entries(json['packages'])) {
      if (path.includes('node_modules/')) add(packages, path, entry)
    }
  } else if (isObject(json['dependencies'])) {
    addNested(packages, 'node_modules/', json['dependencies'], 0)
  } else if (!('lockfileVersion' in json)) {
    throw new ConfigError(`${name} has no packages`, 'Make it anew with npm install.')
  }
  return { name, packages }
}

/** Version 1: a tree of `dependencies`. */
function addNested(packages: Map<string, LockedPackage>, prefix: string, dependencies: Record<string, unknown>, depth: number): void {
  if (depth > 100) return
  for (const [name, entry] of Object.entries(dependencies)) {
    add(packages, prefix + name, entry)
    if (isObject(entry) && isObject(entry['dependencies'])) {
      addNested(packages, `${prefix}${name}/node_modules/`, entry['dependencies'], depth + 1)
    }
  }
}

function add(packages: Map<string, LockedPackage>, path: string, entry: unknown): void {
  const manifest = parsePackageJson(entry)
  if (manifest === undefined || manifest.version === '' || !isPlaceOfPackage(path)) return
  const { integrity, resolved } = entry as Record<string, unknown>
  packages.set(path, {
    path,
    name: manifest.name === '' ? nameAt(path) : manifest.name, // an alias says what it stands for
    version: manifest.version,
    ...(typeof integrity === 'string' ? { integrity } : {}),
    ...(typeof resolved === 'string' && /^https?:/.test(resolved) ? { resolved } : {}),
    manifest,
  })
}

/** What `pnpm deploy` makes has no lockfile but the store's own, of what is installed. */
async function readPnpmLockfile(folder: string): Promise<Lockfile | undefined> {
  for (const path of ['pnpm-lock.yaml', 'node_modules/.pnpm/lock.yaml']) {
    const text = await readFile(join(folder, path), 'utf8').catch(() => undefined)
    if (text !== undefined) return parsePnpmLockfile(basename(path), text)
  }
  return undefined
}

async function readBunLockfile(folder: string): Promise<Lockfile | undefined> {
  const text = await readFile(join(folder, 'bun.lock'), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : parseBunLockfile(text)
}

/** Paths are written to: `../` and absolute ones are not places. */
function isPlaceOfPackage(path: string): boolean {
  return !path.startsWith('/') && !path.includes('\\') && path.split('/').every((name) => name !== '..' && name !== '.' && name !== '')
}

/** `@scope/name` or `name`, from the last `node_modules/` on. */
export function nameAt(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
