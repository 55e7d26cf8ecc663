import { posix } from 'node:path'

/** A folder, or a file, that is sent to browsers, and how that is known. */
export interface ServedFolder {
  /** '' is the tree itself. */
  readonly folder: string
  readonly how: 'configured' | 'beside-server' | 'by-layout' | 'loaded-by-page'
  /** The same for people. */
  readonly why: string
}

/** What frameworks write beside their server's code. */
const besideServer: readonly string[] = ['client', 'public']
const script = /\.[cm]?js$/

/**
 * Folders that are served, told by how the tree is laid out: `_worker.js` of Cloudflare Pages has its assets beside it; a
 * build of React Router, Astro or SvelteKit has `client` beside `server`, one of Nitro `public` beside it; Next.js has what
 * it serves in `_next/static`, and where it is built in `static` beside BUILD_ID. Vercel’s Build Output API has `static` beside
 * `functions`.
 *
 * @param paths of every file, relative to the tree
 */
export function servedByLayout(paths: readonly string[]): ServedFolder[] {
  const found = new Map<string, ServedFolder>()
  const note = (folder: string, why: string, how: ServedFolder['how'] = 'by-layout'): void => {
    found.set(folder, { folder, how, why })
  }
  /** Folders with a script somewhere in them. */
  const withScripts = new Set<string>()
  const nextBuilds = new Set<string>()
  for (const path of paths) {
    if (isOfPackage(path)) continue
    if (script.test(path)) {
      for (let at = posix.dirname(path); at !== '.' && !withScripts.has(at); at = posix.dirname(at)) withScripts.add(at)
    }
    const worker = /^(?:(.*)\/)?_worker\.js(?:\/|$)/.exec(path)
    if (worker !== null) note(worker[1] ?? '', '_worker.js lies in it')
    const next = /^((?:.*\/)?_next\/static)\//.exec(path)
    if (next !== null) note(next[1]!, 'Next.js serves it')
    const vercel = /^((?:.*\/)?)functions\/.+\.func\/\.vc-config\.json$/.exec(path)
    if (vercel !== null) note(`${vercel[1]!}static`, 'Vercel serves it')
    if (posix.basename(path) === 'BUILD_ID') {
      note(posix.join(posix.dirname(path), 'static'), 'Next.js serves it')
      nextBuilds.add(posix.dirname(path))
    }
  }
  for (const path of paths) {
    // `self.__BUILD_MANIFEST = …`: on Node it reads the .json beside it
    const folder = posix.dirname(path)
    if (nextBuilds.has(posix.basename(folder) === 'server' ? posix.dirname(folder) : folder) && /(?:-manifest|required-server-files)\.js$/.test(path)) note(path, 'Next.js has it for its edge runtime')
  }
  for (const folder of withScripts) {
    const name = posix.basename(folder)
    if (besideServer.includes(name) && withScripts.has(posix.join(posix.dirname(folder), 'server'))) note(folder, 'server lies beside it', 'beside-server')
  }
  return [...found.values()]
}

/** What is installed is laid out as its author likes: `next/dist/client` runs on the server, too. */
export function isOfPackage(path: string): boolean {
  return `/${path}`.includes('/node_modules/')
}

export function isIn(folder: string, path: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`)
}
