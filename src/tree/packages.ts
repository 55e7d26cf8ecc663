import { entriesOf } from '../core/package-entries.ts'
import type { Context } from '../core/context.ts'
import type { TreeFile, TreeView } from '../core/tree.ts'

/** A package of the tree; the application itself has the path ''. */
export interface TreePackage {
  /** Its folder in the tree, without a final `/`. */
  readonly path: string
  readonly name: string
  readonly version: string
  readonly manifest: Manifest
  /** Its own files: those of packages inside it are theirs. Sorted. */
  readonly files: readonly TreeFile[]
}

/** The fields of package.json that say what is native, and where it is found. Everything is checked on reading. */
export interface Manifest {
  readonly name?: string
  readonly version?: string
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly libc?: readonly string[]
  readonly dependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly scripts: Readonly<Record<string, string>>
  /** node-pre-gyp’s. */
  readonly modulePath?: string
  /** napi-rs’s. */
  readonly napi: boolean
  /** Files that it has for its users, as written: `bin`, `main`. */
  readonly entries: readonly string[]
}

export interface PackageIndex {
  /** Sorted by path. */
  readonly packages: readonly TreePackage[]
  ownerOf(path: string): TreePackage | undefined
  /** The package that `name` means in code of the package at `from`, as Node looks it up. */
  resolve(from: string, name: string): TreePackage | undefined
}

/** Larger package.json files are not ones. */
const maxManifestBytes = 1 << 20

const indexes = new WeakMap<TreeView, Promise<PackageIndex>>()

/** The packages of a tree. Rules share one reading of it. */
export function packagesOf(tree: TreeView, context: Context): Promise<PackageIndex> {
  let index = indexes.get(tree)
  if (index === undefined) {
    index = readPackages(tree, context)
    indexes.set(tree, index)
  }
  return index
}

async function readPackages(tree: TreeView, context: Context): Promise<PackageIndex> {
  const folders = new Map<string, Manifest>()
  for (const file of tree.files) {
    if (!file.path.endsWith('package.json') || file.link !== undefined || file.size > maxManifestBytes) continue
    const folder = file.path.slice(0, -'package.json'.length).replace(/\/$/, '')
    if (file.path !== 'package.json' && !file.path.endsWith('/package.json')) continue
    if (folder !== '' && !isPackageFolder(folder)) continue
    const manifest = readManifest(await context.readFile(file.path))
    if (manifest !== undefined) folders.set(folder, manifest)
  }
  if (!folders.has('')) folders.set('', emptyManifest)
  const files = new Map<string, TreeFile[]>([...folders.keys()].map((folder) => [folder, []]))
  const ownerFolder = (path: string): string => {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const folder = path.slice(0, at)
      if (folders.has(folder)) return folder
    }
    return ''
  }
  for (const file of tree.files) files.get(ownerFolder(file.path))?.push(file)
  const byPath = new Map<string, TreePackage>()
  for (const folder of [...folders.keys()].sort()) {
    const manifest = folders.get(folder)!
    byPath.set(folder, {
      path: folder,
      name: manifest.name ?? folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version: manifest.version ?? '',
      manifest,
      files: files.get(folder) ?? [],
    })
  }
  const links = linksOf(tree.files)
  const unplugged = unpluggedOf(byPath.values())
  return {
    packages: [...byPath.values()],
    ownerOf: (path) => byPath.get(ownerFolder(path)),
    resolve(from, name) {
      for (let folder = from; ; folder = parentOf(folder)) {
        if (!folder.endsWith('node_modules')) {
          const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`
          const found = byPath.get(links.get(path) ?? path)
          if (found !== undefined) return found
        }
        if (folder === '') return unpluggedFor(byPath.get(from), unplugged.get(name) ?? [])
      }
    },
  }
}

/** Packages are folders of `node_modules`, one level down, two for scopes; and workspaces of the application. */
function isPackageFolder(folder: string): boolean {
  const at = folder.lastIndexOf('node_modules/')
  if (at < 0) return true
  return /^(?:@[^/]+\/)?[^/]+$/.test(folder.slice(at + 'node_modules/'.length))
}

function parentOf(folder: string): string {
  const at = folder.lastIndexOf('/')
  return at < 0 ? '' : folder.slice(0, at)
}

/** Yarn's Plug'n'Play unpacks packages with native code, each into a folder of its own. */
const unpluggedFolder = /(?:^|\/)\.yarn\/unplugged\/[^/]+\/node_modules\//

function unpluggedOf(packages: Iterable<TreePackage>): ReadonlyMap<string, readonly TreePackage[]> {
  const byName = new Map<string, TreePackage[]>()
  for (const one of packages) {
    if (unpluggedFolder.test(`${one.path}/`)) byName.set(one.name, [...(byName.get(one.name) ?? []), one])
  }
  return byName
}

/** Its loader finds them by its own table. Without that: the only one of the name, or the one of the very version. */
function unpluggedFor(by: TreePackage | undefined, found: readonly TreePackage[]): TreePackage | undefined {
  const asked = by?.manifest
  const exactly = found.find(({ name, version }) => (asked?.optionalDependencies[name] ?? asked?.dependencies[name]) === version)
  return exactly ?? (found.length === 1 ? found[0] : undefined)
}

/** Symbolic links to folders, as pnpm and workspaces make them: where they lead inside the tree. */
function linksOf(files: readonly TreeFile[]): ReadonlyMap<string, string> {
  const links = new Map<string, string>()
  for (const { path, link } of files) {
    if (link === undefined || link.startsWith('/')) continue
    const parts = path.split('/').slice(0, -1)
    for (const part of link.split('/')) {
      if (part === '..') parts.pop()
      else if (part !== '.' && part !== '') parts.push(part)
    }
    links.set(path, parts.join('/'))
  }
  return links
}

const emptyManifest: Manifest = {
  dependencies: {},
  optionalDependencies: {},
  peerDependencies: {},
  scripts: {},
  napi: false,
  entries: [],
}

function readManifest(bytes: Uint8Array | undefined): Manifest | undefined {
  if (bytes === undefined) return undefined
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder().decode(bytes).replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
  if (!isObject(json)) return undefined
  const binary = json['binary']
  const modulePath = isObject(binary) ? text(binary['module_path']) : undefined
  return {
    ...optional('name', text(json['name'])),
    ...optional('version', text(json['version'])),
    ...optional('os', texts(json['os'])),
    ...optional('cpu', texts(json['cpu'])),
    ...optional('libc', texts(json['libc'])),
    ...optional('modulePath', modulePath),
    dependencies: map(json['dependencies']),
    optionalDependencies: map(json['optionalDependencies']),
    peerDependencies: map(json['peerDependencies']),
    scripts: map(json['scripts']),
    napi: isObject(json['napi']),
    entries: entriesOf(json),
  }
}

function optional<Key extends string, Value>(key: Key, value: Value | undefined): Partial<Record<Key, Value>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<Key, Value>>)
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function texts(value: unknown): readonly string[] | undefined {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : undefined
}

function map(value: unknown): Readonly<Record<string, string>> {
  if (!isObject(value)) return {}
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
