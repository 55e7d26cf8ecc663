import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, relative, sep } from 'node:path'
import { ResolverFactory } from 'rolldown/experimental'
import { exportConditions, packageFields } from './bundle-options.ts'
import type { BundleOptions } from './bundle-options.ts'
import { markModuleImport, moduleFile } from './module-mark.ts'
import { slashed } from './paths.ts'
import { hasSideEffects } from './side-effects-flag.ts'

export type ImportKind = 'import' | 'require'

export interface PackageInfo {
  readonly name: string
  readonly version: string
  /** Absolute folder of its package.json. */
  readonly folder: string
  readonly sideEffects: unknown
  readonly type: unknown
  readonly main: unknown
  readonly module: unknown
  readonly exports: unknown
}

export type Resolution =
  | { readonly kind: 'file'; readonly path: string; readonly package?: PackageInfo; readonly sideEffects: boolean }
  | { readonly kind: 'external'; readonly id: string; readonly sideEffects: boolean }
  /** Mapped to nothing by a package's `browser` field. */
  | { readonly kind: 'empty' }

/** Another way of resolving one package: which of its published builds is taken. */
export interface Alternative {
  readonly conditions: readonly string[]
  readonly fields: readonly string[]
}

/** Finds the file that a specifier means; one instance a build. The same answers for every bundler. */
export interface Resolver {
  /** Undefined: nothing is there. */
  resolve(specifier: string, importer: string | undefined, kind: ImportKind): Resolution | undefined
  /** The package that a file belongs to. */
  packageOf(path: string): PackageInfo | undefined
  isExternal(specifier: string): boolean
  /** What `package.json#sideEffects` says of a file; true for the project's own. */
  hasSideEffects(path: string): boolean
  /** Must relative specifiers be asked for too? Bundlers otherwise resolve those themselves. */
  readonly decidesRelative: boolean
  /** Packages reached by a bare specifier so far, by name. */
  usage(): ReadonlyMap<string, PackageUsage>
}

/** How a package is reached: by which specifiers, and which file each came to. */
export interface PackageUsage {
  readonly info: PackageInfo
  /** Specifier → absolute path, for import statements. */
  readonly imported: Map<string, string>
  /** Specifier → absolute path, for `require`. */
  readonly required: Map<string, string>
}

export interface ResolverSettings {
  /** Package name → the build taken instead of the platform's usual one. */
  readonly alternatives: ReadonlyMap<string, Alternative>
  /** Packages, by name, and files, by absolute path, that stay outside the bundle: what it would be without them. */
  readonly excluded: ReadonlySet<string>
  /** Packages whose files are taken to have no side effects, whatever they say. */
  readonly assumedPure: ReadonlySet<string>
}

export const plainResolution: ResolverSettings = { alternatives: new Map(), excluded: new Set(), assumedPure: new Set() }

/** TypeScript's rule that `./a.js` in a source means `./a.ts` where that exists. */
export const extensionAlias: Readonly<Record<string, string[]>> = {
  '.js': ['.js', '.ts', '.tsx', '.jsx'],
  '.jsx': ['.jsx', '.tsx'],
  '.mjs': ['.mjs', '.mts'],
  '.cjs': ['.cjs', '.cts'],
}

export const extensions: readonly string[] = ['.tsx', '.ts', '.jsx', '.js', '.mts', '.mjs', '.cts', '.cjs', '.json', '.css', '.node']

export function createResolver(options: BundleOptions, settings: ResolverSettings = plainResolution): Resolver {
  const factories = new Map<string, ResolverFactory>()
  const packages = new Map<string, PackageInfo | undefined>()
  const used = new Map<string, PackageUsage>()
  const external = externalMatcher(options)

  function factory(kind: ImportKind, alternative: Alternative | undefined): ResolverFactory {
    const key = `${kind} ${alternative === undefined ? '' : JSON.stringify(alternative)}`
    let found = factories.get(key)
    if (found === undefined) {
      const browser = options.platform === 'browser' || options.platform === 'worker'
      found = new ResolverFactory({
        conditionNames: [...(alternative?.conditions ?? exportConditions(options, kind))],
        mainFields: [...(alternative?.fields ?? packageFields(options, kind))],
        aliasFields: browser ? [['browser']] : [],
        extensions: [...extensions],
        extensionAlias: { ...extensionAlias },
        builtinModules: false,
        tsconfig: options.tsconfig === null ? 'auto' : { configFile: options.tsconfig, references: 'auto' },
      })
      factories.set(key, found)
    }
    return found
  }

  function packageOf(path: string): PackageInfo | undefined {
    const folder = packageFolder(path)
    if (folder === undefined) return undefined
    if (packages.has(folder)) return packages.get(folder)
    const info = readPackage(folder)
    packages.set(folder, info)
    return info
  }

  function resolveFile(specifier: string, importer: string | undefined, kind: ImportKind): Resolution | undefined {
    const folder = importer === undefined ? options.root : dirname(importer)
    const name = bareName(specifier)
    const alternative = name === undefined || kind === 'require' ? undefined : settings.alternatives.get(name)
    const { path, error } = importer === undefined
      ? factory(kind, alternative).sync(folder, specifier)
      : factory(kind, alternative).resolveFileSync(importer, specifier)
    if (error?.startsWith('Path is ignored')) return { kind: 'empty' }
    if (path === undefined || path === null) return undefined
    const file = path.replace(/[?#][^/]*$/, '')
    const info = packageOf(file)
    if (name !== undefined && info !== undefined) {
      const usage = used.get(name) ?? { info, imported: new Map(), required: new Map() }
      usage[kind === 'import' ? 'imported' : 'required'].set(specifier, file)
      used.set(name, usage)
    }
    if (settings.excluded.has(file) || (info !== undefined && settings.excluded.has(info.name))) {
      return { kind: 'external', id: `left-out:${info?.name ?? slashed(relative(options.root, file))}`, sideEffects: false }
    }
    const assumed = info !== undefined && settings.assumedPure.has(info.name)
    return {
      kind: 'file',
      path: file,
      ...(info === undefined ? {} : { package: info }),
      sideEffects: !assumed && (info === undefined || hasSideEffects(info.sideEffects, slashed(relative(info.folder, file)))),
    }
  }

  return {
    packageOf,
    isExternal: external,
    decidesRelative: settings.excluded.size > 0 || settings.assumedPure.size > 0,
    usage: () => used,
    hasSideEffects(path) {
      const info = packageOf(path)
      return info === undefined || hasSideEffects(info.sideEffects, slashed(relative(info.folder, path)))
    },
    resolve(specifier, importer, kind) {
      if (external(specifier)) return { kind: 'external', id: specifier, sideEffects: !isPlatformBuiltin(specifier, options) }
      const found = resolveFile(specifier, importer, kind)
      if (found?.kind === 'file' && options.platform === 'worker' && kind === 'import' && moduleFile.test(specifier)) {
        return { kind: 'external', id: markModuleImport(found.path, specifier), sideEffects: false }
      }
      if (found !== undefined) return found
      if (isPlatformBuiltin(specifier, options)) return { kind: 'external', id: specifier, sideEffects: false }
      return undefined
    },
  }
}

/** The folder of the installed package that a file lies in; undefined for the project's own. */
export function packageFolder(path: string): string | undefined {
  const at = path.lastIndexOf(`${sep}node_modules${sep}`)
  if (at < 0) return undefined
  const parts = path.slice(at + 14).split(sep)
  return `${path.slice(0, at + 14)}${parts.slice(0, parts[0]!.startsWith('@') ? 2 : 1).join(sep)}`
}

/** The package a bare specifier starts with; undefined for paths, URLs and `#imports`. */
export function bareName(specifier: string): string | undefined {
  if (/^(?:[./#\0]|[a-z]+:)/i.test(specifier)) return undefined
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

function externalMatcher(options: BundleOptions): (specifier: string) => boolean {
  const exact = new Set<string>()
  const prefixes: string[] = []
  for (const pattern of options.external) {
    if (pattern.endsWith('*')) prefixes.push(pattern.slice(0, -1))
    else {
      exact.add(pattern)
      prefixes.push(`${pattern}/`)
    }
  }
  if (options.externalAwsSdk) prefixes.push('@aws-sdk/', '@smithy/')
  return (specifier) => exact.has(specifier)
    || prefixes.some((prefix) => specifier.startsWith(prefix))
    || /^(?:node|cloudflare|bun|deno|https?|data):/.test(specifier)
    || isPlatformBuiltin(specifier, options)
}

/** On Node a built-in's name always means the built-in (a package `punycode` is reached as `punycode/`). */
function isPlatformBuiltin(specifier: string, options: BundleOptions): boolean {
  return specifier.startsWith('node:') || (options.platform === 'node' && isBuiltin(specifier))
}

function readPackage(folder: string): PackageInfo | undefined {
  try {
    const json: unknown = JSON.parse(readFileSync(`${folder}${sep}package.json`, 'utf8'))
    if (typeof json !== 'object' || json === null) return undefined
    const fields = json as Readonly<Record<string, unknown>>
    return {
      name: typeof fields['name'] === 'string' ? fields['name'] : slashed(folder).replace(/^.*\/node_modules\//, ''),
      version: typeof fields['version'] === 'string' ? fields['version'] : '0.0.0',
      folder,
      sideEffects: fields['sideEffects'],
      type: fields['type'],
      main: fields['main'],
      module: fields['module'],
      exports: fields['exports'],
    }
  } catch {
    return undefined
  }
}
