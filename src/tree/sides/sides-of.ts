import { posix } from 'node:path'
import type { ArtifactReport } from '../../core/report.ts'
import { isOfBrowsers } from '../../targets/index.ts'
import type { HostingConfig } from './hosting-config.ts'
import { maxPages, pageScripts } from './page-scripts.ts'
import { isIn, isOfPackage, type ServedFolder, servedByLayout } from './served-folders.ts'

export interface Served extends ServedFolder {
  /** Everything in the folder is served, other than what the server runs. */
  readonly wholeFolder: boolean
  readonly paths: readonly string[]
}

/** Which files of a tree run in browsers and which on a server, where that is known. Paths as in the report. */
export interface Sides {
  readonly client: ReadonlySet<string>
  readonly server: ReadonlySet<string>
  /** What is client code, by how that is known. */
  readonly served: readonly Served[]
  /** All of the server's code is a Worker's. */
  readonly worker: boolean
}

export const noSides: Sides = { client: new Set(), server: new Set(), served: [], worker: false }

export interface SidesInput {
  /** Every file of the tree. */
  readonly paths: readonly string[]
  readonly artifacts: readonly ArtifactReport[]
  /** Their paths relative to the tree: `..` lies above it. */
  readonly configs: readonly (HostingConfig & { readonly path: string })[]
  readonly readText: (path: string) => Promise<string | undefined>
}

/**
 * Told by the configuration of wrangler or Firebase, by how frameworks lay out what they build, and by pages that load scripts. What
 * code outside of served folders imports is not only served, and stays undecided.
 */
export async function sidesOf({ paths, artifacts, configs, readText }: SidesInput): Promise<Sides> {
  const there = new Set(paths)
  const reach = reachThrough(artifacts)
  const folders = [...servedByConfig(configs), ...servedByLayout(paths).filter((folder) => folder.how !== 'beside-server' || isForPages(folder, paths, artifacts))]
  const served = (path: string): ServedFolder | undefined => (isOfPackage(path) ? undefined : folders.find(({ folder }) => isIn(folder, path)))
  const mains = configs.flatMap(({ main }) => (main !== undefined && there.has(main) ? [main] : []))
  const workers = [...mains, ...paths.filter((path) => /(?:^|\/)_worker\.js(?:\/|$)/.test(path) && served(path) !== undefined)]
  // Next.js has `server` beside `static`
  const beside = folders.filter(({ how, folder }) => how === 'beside-server' || (how === 'by-layout' && posix.basename(folder) === 'static')).map(({ folder }) => posix.join(posix.dirname(folder), 'server'))
  const known = artifacts.filter(({ path, properties }) => workers.includes(path) || (served(path) === undefined && (beside.some((folder) => isIn(folder, path)) || asksForNode(properties))))
  const pages: { readonly page: string; readonly loaded: ReadonlySet<string> }[] = []
  for (const page of paths.filter((path) => /\.html?$/i.test(path) && !isOfPackage(path)).slice(0, maxPages)) {
    pages.push({ page, loaded: reach(pageScripts(page, (await readText(page)) ?? '', (path) => there.has(path))) })
  }
  // what is installed beside a server's code is there for that
  const installed = known.length === 0 ? [] : artifacts.filter(({ path }) => isOfPackage(path) && !pages.some(({ loaded }) => loaded.has(path)))
  const server = reach([...known, ...installed].map(({ path }) => path))
  const elsewhere = reach(artifacts.filter(({ path }) => served(path) === undefined).map(({ path }) => path))
  const why = new Map<string, ServedFolder>()
  for (const { path } of artifacts) {
    const by = served(path)
    if (by !== undefined && !server.has(path) && !elsewhere.has(path)) why.set(path, by)
  }
  for (const { page, loaded } of pages) {
    for (const path of loaded) {
      if (!server.has(path) && !why.has(path) && !isOfPackage(path)) why.set(path, { folder: posix.dirname(page), how: 'loaded-by-page', why: `${page} loads it` })
    }
  }
  if (pages.some(({ loaded }) => loaded.size > 0)) {
    for (const { path, format } of artifacts) {
      if (format !== 'js' || why.has(path) || server.has(path) || isOfPackage(path)) continue
      if (pushedChunk.test(((await readText(path)) ?? '').slice(0, 4096))) why.set(path, { folder: posix.dirname(path), how: 'loaded-by-page', why: 'webpack loads it into pages' })
    }
  }
  if (why.size === 0) return noSides
  const scripts = artifacts.filter(({ path, format }) => (format === 'js' || format === 'wasm') && !why.has(path))
  const ofWorkers = reach(workers)
  return {
    client: new Set(why.keys()),
    server,
    served: grouped(why),
    worker: folders.some(({ how }) => how !== 'beside-server') && scripts.length > 0 && scripts.every(({ path }) => ofWorkers.has(path)),
  }
}

/** How webpack begins a chunk that a page loads later; on a server its chunks are CommonJS. */
const pushedChunk = /\b(?:self|window|globalThis|this)(?:\.|\[["'])webpack(?:Chunk|Jsonp)/

function servedByConfig(configs: SidesInput['configs']): ServedFolder[] {
  return configs.flatMap(({ path, served }) =>
    served.flatMap((folder): ServedFolder[] => {
      const known = { how: 'configured', why: `${path} serves it` } as const
      // the tree itself, or a folder that it lies in
      if (/^(?:\.?|\.\.(?:\/\.\.)*)$/.test(folder)) return [{ folder: '', ...known }]
      return folder.startsWith('../') ? [] : [{ folder, ...known }]
    }),
  )
}

const webFile = /\.(?:css|html|ico|png|jpe?g|webp|svg|woff2?)$|(?:^|\/)\.vite\//

/** `client` beside `server` may be the two sides of a library; what is served holds what only browsers make use of. */
function isForPages({ folder }: ServedFolder, paths: readonly string[], artifacts: readonly ArtifactReport[]): boolean {
  const within = artifacts.filter(({ path }) => isIn(folder, path))
  if (within.some(({ properties }) => asksForNode(properties))) return false
  return (
    paths.some((path) => isIn(folder, path) && webFile.test(path)) ||
    within.some(({ requirements }) => requirements.some(({ kind, name, need }) => kind === 'js-global' && need !== 'guarded' && isOfBrowsers(name)))
  )
}

/** Files that scripts ask for by relative paths, and what those ask for in turn. */
function reachThrough(artifacts: readonly ArtifactReport[]): (from: readonly string[]) => Set<string> {
  const byPath = new Map(artifacts.map((artifact) => [artifact.path, artifact]))
  return (from) => {
    const reached = new Set(from)
    for (const path of reached) {
      const imports = byPath.get(path)?.properties['localImports']
      for (const specifier of Array.isArray(imports) ? imports.map(String) : []) {
        const target = posix.join(posix.dirname(path), specifier.replace(/[?#].*$/, ''))
        const found = [target, `${target}.js`, `${target}.cjs`, `${target}.mjs`, `${target}/index.js`].find((each) => byPath.has(each))
        if (found !== undefined) reached.add(found)
      }
    }
    return reached
  }
}

function asksForNode({ builtins }: ArtifactReport['properties']): boolean {
  return Array.isArray(builtins) && builtins.length > 0
}

function grouped(why: ReadonlyMap<string, ServedFolder>): Sides['served'] {
  const groups = new Map<string, Served & { readonly paths: string[] }>()
  for (const [path, from] of why) {
    const by = from.folder === path ? { ...from, folder: posix.dirname(path) } : from
    const key = `${by.folder}\n${by.why}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { ...by, wholeFolder: from.folder !== path && by.how !== 'loaded-by-page', paths: [path] })
    else group.paths.push(path)
  }
  return [...groups.values()]
}
