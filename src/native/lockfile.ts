import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError } from '../core/errors.ts'
import { parsePackageJson } from './package-json.ts'
import type { PackageJson } from './package-json.ts'

/** A package as the lockfile pins it. */
export interface LockedPackage {
  /** Where it is installed, from the lockfile's folder: `node_modules/a/node_modules/b`. Yarn's does not say. */
  readonly path?: string
  /** As the registry knows it. */
  readonly name: string
  readonly version: string
  /** Subresource integrity, one or several digests; undefined when the lockfile has none. */
  readonly integrity?: string
  /** URL of the tarball, when the lockfile says it. */
  readonly resolved?: string
  readonly manifest: PackageJson
}

export interface Lockfile {
  /** The file's name, for messages. */
  readonly name: string
  /** By place of installation; by `name@range` in Yarn's. */
  readonly packages: ReadonlyMap<string, LockedPackage>
}

/** A package as pinned for the place where it would be installed, or for the range that asks for it. */
export function lockedAt(lockfile: Lockfile | undefined, places: readonly string[], name: string, range: string): LockedPackage | undefined {
  const place = places.find((candidate) => lockfile?.packages.has(candidate))
  return lockfile?.packages.get(place ?? `${name}@${range}`)
}

const names = ['npm-shrinkwrap.json', 'package-lock.json'] as const

/**
 * npm's lockfile, versions 1 to 3 (npm docs, "package-lock.json"), else Yarn's, or undefined when the folder has none.
 * @throws ConfigError when it cannot be read as one
 */
export async function readLockfile(folder: string): Promise<Lockfile | undefined> {
  for (const name of names) {
    const text = await readFile(join(folder, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw new ConfigError(`${name}: cannot be read: ${error.code ?? error.message}`)
    })
    if (text !== undefined) return parseLockfile(name, text)
  }
  const yarn = await readFile(join(folder, 'yarn.lock'), 'utf8').catch(() => undefined)
  return yarn === undefined ? undefined : parseYarnLockfile(yarn)
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
