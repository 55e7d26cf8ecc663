import { readFile, stat } from 'node:fs/promises'
import { dirname, join, parse, posix, relative, resolve, sep } from 'node:path'
import type { EngineAsset, EngineOutput } from './engines/engine.ts'
import type { GraphModule } from './module-graph.ts'
import { slashed } from './paths.ts'
import { requiredByPlace } from './required-by-place.ts'
import { packageFolder } from './resolver.ts'

/** A file that code of the bundle reads from where its module lay. */
export interface FileBeside extends EngineAsset {
  /** What it was copied from, relative to the root. */
  readonly source: string
}

/** What a module reads by its own place and will not find there. */
export interface MissingBeside {
  readonly module: GraphModule
  /** Relative to the module's folder. */
  readonly files: readonly string[]
}

/** How a module knows where it lies; the last are ours for `import.meta` in CommonJS (`node-shims.ts`). */
const ownPlace = /\b__(?:dirname|filename)\b|\bimport\.meta\.(?:url|dirname|filename)\b|\b__shrinkF(?:ileUrl|ile|older)\b/

/** Code needs what it imports, too: a copy would not run. */
const code = /\.(?:[cm]?[jt]sx?|node)$/i

/** Emscripten's scripts put their folder and the name of their module or data together step by step. */
const scriptsData = /["'`]([\w-][\w.-]*\.(?:wasm|data|mem))["'`]/g

/** More than this of one module is rather a folder that was named than files that are read. */
const mostFiles = 100
const mostBytes = 16 * 2 ** 20

/**
 * The files that modules of a bundle read beside themselves: `readFileSync(join(__dirname, 'x.wasm'))`,
 * `new URL('x.css', import.meta.url)`. Modules that are put together lie where their chunk does, so the files have to lie
 * beside the chunk as they did beside the module. Files above the module's folder, and two of one name, cannot.
 *
 * @param root absolute
 */
export async function filesBeside(output: EngineOutput, root: string): Promise<{ readonly placed: readonly FileBeside[]; readonly missing: readonly MissingBeside[]; readonly unclear: readonly GraphModule[] }> {
  const placed: FileBeside[] = []
  const missing: MissingBeside[] = []
  const readers = output.chunks.filter((chunk) => ownPlace.test(chunk.code))
  const unclear: GraphModule[] = []
  if (readers.length === 0) return { placed, missing, unclear }
  const taken = new Map<string, Uint8Array | undefined>(output.chunks.map(({ path }) => [path, undefined]))
  for (const { path, bytes } of output.assets) taken.set(path, bytes)
  const bundled = new Set(output.graph.modules.map(({ id }) => id))
  for (const module of output.graph.modules) {
    const { files, required, isClear } = module.renderedBytes > 0 ? await readBy(module, root) : nothing
    if (!isClear && readers.some((chunk) => folder.test(chunk.code))) unclear.push(module)
    const own = files.filter((path) => required.has(path) || !bundled.has(slashed(relative(root, path))))
    const lacking = new Set<string>()
    for (const path of own) {
      const beside = slashed(relative(dirname(resolve(root, module.id)), path))
      if (beside.startsWith('../') || code.test(path)) {
        lacking.add(beside)
        continue
      }
      const bytes = await readFile(path)
      const named = readers.filter((chunk) => chunk.code.includes(posix.basename(beside)))
      const folders = new Set((named.length > 0 ? named : readers).map((chunk) => posix.dirname(chunk.path)))
      for (const target of [...folders].map((folder) => posix.join(folder, beside))) {
        if (!taken.has(target)) {
          taken.set(target, bytes)
          placed.push({ path: target, bytes, source: slashed(relative(root, path)) })
        } else if (taken.get(target) === undefined || Buffer.compare(taken.get(target)!, bytes) !== 0) lacking.add(beside)
      }
    }
    if (lacking.size > 0) missing.push({ module, files: [...lacking] })
  }
  return { placed, missing, unclear }
}

interface Read {
  /** Absolute paths of existing files of the module's package, or of the project, that it names by its own place; sorted. */
  readonly files: readonly string[]
  /** Those of them that it requires: it looks for them there, whether they are in the bundle or not. */
  readonly required: ReadonlySet<string>
  /** Is it known what the module uses its place for? */
  readonly isClear: boolean
}

const nothing: Read = { files: [], required: new Set(), isClear: true }

/** CommonJS of packages with `__dirname` and without a file that was found: a folder that is handed out, a computed path. */
const folder = /\b__dirname\b/

async function readBy(module: GraphModule, root: string): Promise<Read> {
  if (module.kind !== 'esm' && module.kind !== 'commonjs') return nothing
  const file = resolve(root, module.id)
  const text = await readFile(file, 'utf8').catch(() => '')
  if (!ownPlace.test(text)) return nothing
  const script = /\.[cm]?tsx?$|\.jsx$/.test(file) ? await withoutTypes(file, text) : text
  const { nodeFileTrace } = await import('@vercel/nft')
  const base = parse(file).root
  const { fileList, reasons } = await nodeFileTrace([file], {
    base,
    processCwd: root,
    // Only what is read counts: imports are in the bundle.
    resolve: async () => [],
    readFile: async (path) => (resolve(path) === file ? script : readFile(path).catch(() => null)),
  })
  const home = module.package === undefined ? root : (packageFolder(file) ?? root)
  const files: string[] = []
  let bytes = 0
  for (const path of [...fileList].map((each) => join(base, each)).sort()) {
    const types = reasons.get(relative(base, path))?.type ?? []
    if (path === file || !path.startsWith(home + sep) || !types.includes('asset')) continue
    const found = await stat(path).catch(() => undefined)
    if (found?.isFile() !== true) continue
    files.push(path)
    bytes += found.size
  }
  for (const [, name] of text.matchAll(scriptsData)) {
    const path = join(dirname(file), name!)
    if (!files.includes(path) && await isFile(path)) files.push(path)
  }
  const required = new Set<string>()
  for (const asked of await requiredByPlace(file, script)) {
    const path = await firstFile([asked, `${asked}.js`, `${asked}.json`, join(asked, 'index.js')])
    if (path !== undefined && path.startsWith(home + sep)) required.add(path)
  }
  for (const path of required) if (!files.includes(path)) files.push(path)
  const tooMuch = files.length > mostFiles || bytes > mostBytes
  const isClear = !tooMuch && (files.length > 0 || module.package === undefined || module.kind !== 'commonjs' || !folder.test(text))
  return { files: tooMuch ? files.filter((path) => required.has(path) || text.includes(posix.basename(path))) : files, required, isClear }
}

async function firstFile(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await isFile(path)) return path
  return undefined
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true
}

async function withoutTypes(file: string, text: string): Promise<string> {
  const { transform } = await import('rolldown/experimental')
  return (await transform(file, text, {})).code
}
