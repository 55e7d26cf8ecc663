import { basename } from 'node:path/posix'
import { findInlineWasm, inlineWasmMagic, inlineWasmPath } from '../../bytes/base64-wasm.ts'
import type { Diagnostic } from '../../core/diagnostic.ts'
import { ShrinkError } from '../../core/errors.ts'
import { textsGiven } from '../../formats/wasm/graph/texts-given.ts'
import type { WasmModule } from '../../formats/wasm/read/module.ts'
import { readModule } from '../../formats/wasm/read/read-module.ts'
import { type OtherScripts, usedExports } from './used-exports.ts'

/** What is known of a build's modules after its scripts were read. */
export interface UnreachedExports {
  /** Exports that no script reaches, by the module's path. */
  readonly byPath: Readonly<Record<string, readonly string[]>>
  /** For modules whose exports all stay: why. */
  readonly diagnostics: readonly Diagnostic[]
}

type Read = (path: string) => Promise<Uint8Array | undefined>

export interface BuildFile {
  readonly path: string
  readonly size: number
}

/** Larger scripts are not followed: their syntax trees would not fit beside the rest. */
const largestScript = 8 * 2 ** 20

/** The host or the runtime calls these by itself. */
const calledByHosts = new Set(['_start', '_initialize', '__wasm_call_ctors', '__wbindgen_start', 'main', '__main_void'])

/**
 * Finds, for every module that exactly one script of the build loads (or holds as base64), the functions that it
 * exports and that script cannot reach. Proven only: anything that cannot be followed keeps all exports, with the
 * reason.
 *
 * @param files all of the build, whatever input they come from: a script of one may load a module of another
 */
export async function unreachedExports(
  files: readonly BuildFile[],
  read: Read,
): Promise<UnreachedExports> {
  const moduleFiles = files.filter(({ path }) => /\.wasm$/i.test(path))
  const scripts = await readScripts(files, moduleFiles, read)
  const modules: readonly LoadedModule[] = [
    ...moduleFiles.map(({ path }) => ({ path, loaders: scripts.filter(({ names }) => names.has(basename(path))), bytes: () => read(path) })),
    ...scripts.flatMap((script) =>
      script.inlined.map((bytes, order) => ({ path: inlineWasmPath(script.path, order), loaders: [script], bytes: async () => bytes })),
    ),
  ]
  const byPath: Record<string, readonly string[]> = {}
  const diagnostics: Diagnostic[] = []
  for (const module of modules) {
    const { path } = module
    if (module.loaders.length === 0) continue
    const outcome = await unreachedBy(module, scripts, moduleFiles, read)
    if (Array.isArray(outcome)) {
      if (outcome.length > 0) byPath[path] = outcome
    } else if (outcome !== undefined) {
      diagnostics.push({ severity: 'info', code: 'transform/skipped', message: `all exports stay: ${outcome}`, location: { path } })
    }
  }
  return { byPath, diagnostics }
}

interface LoadedModule {
  readonly path: string
  /** The scripts that name or hold it. */
  readonly loaders: readonly Script[]
  bytes(): Promise<Uint8Array | undefined>
}

/** What is known of a script without keeping its text: trees of dependencies have thousands. */
interface Script {
  readonly path: string
  readonly size: number
  /** It may load modules: it names `WebAssembly` or a file of that kind, or cannot be read. */
  readonly mayLoad: boolean
  /** File names of the build's modules that it mentions. */
  readonly names: ReadonlySet<string>
  /** The modules that it holds as base64. */
  readonly inlined: readonly Uint8Array[]
}

/** Files whose text may be code, or say which files code loads. */
const readable = /\.(?:[cm]?[jt]sx?|x?html?|vue|svelte|astro|json|webmanifest|php|erb|py|rb)$/i

const code = /\.[cm]?js$/i

/** What names modules and loads none: declarations, and what npm writes and reads. */
const silent = /(?:\.d\.[cm]?ts|(?:^|\/)(?:package-lock|tsconfig)\.json)$/i

async function readScripts(
  files: readonly BuildFile[],
  modules: readonly BuildFile[],
  read: Read,
): Promise<Script[]> {
  const scripts: Script[] = []
  const moduleNames = [...new Set(modules.map(({ path }) => basename(path)))]
  for (const { path, size } of files) {
    if (!readable.test(path) || silent.test(path)) continue
    const bytes = size > largestScript ? undefined : await read(path)
    if (bytes === undefined) {
      scripts.push({ path, size, mayLoad: true, names: new Set(), inlined: [] })
      continue
    }
    const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const searched = basename(path) === 'package.json' ? Buffer.from(entriesOfPackage(whole.toString('utf8'))) : whole
    scripts.push({
      path,
      size,
      mayLoad: searched.includes('WebAssembly') || searched.includes('.wasm'),
      names: new Set(moduleNames.filter((name) => searched.includes(name))),
      inlined: code.test(path) && whole.includes(inlineWasmMagic) ? findInlineWasm(whole.toString('utf8')).map((found) => found.bytes) : [],
    })
  }
  return scripts
}

/** What a package offers to be imported; what it publishes and what has side effects says nothing of that. */
function entriesOfPackage(text: string): string {
  try {
    const { exports, main, module, browser, imports, bin } = JSON.parse(text) as Readonly<Record<string, unknown>>
    return JSON.stringify([exports, main, module, browser, imports, bin])
  } catch {
    return text
  }
}

/** Names, a reason to keep all, or undefined when the module cannot be read (which its own job reports). */
async function unreachedBy(
  { path, loaders, bytes: readBytes }: LoadedModule,
  scripts: readonly Script[],
  moduleFiles: readonly BuildFile[],
  read: Read,
): Promise<readonly string[] | string | undefined> {
  if (loaders.length > 1) return `${loaders.length} files name it (${loaders.map((loader) => loader.path).join(', ')})`
  const loader = loaders[0]!
  if (!code.test(loader.path)) return `${loader.path} names it`
  if (moduleFiles.filter((module) => basename(module.path) === basename(path)).length > 1) return 'another module of the build has its file name'
  const others = scripts.filter((script) => script !== loader)
  const unclear = others.find(({ mayLoad }) => mayLoad)
  if (unclear !== undefined) return `${unclear.path} may load modules, too`
  try {
    const text = await readText(loader.path, read)
    if (text === undefined) return undefined
    const bytes = await readBytes()
    if (bytes === undefined) return undefined
    let parsed: WasmModule | undefined
    const module = (): WasmModule => (parsed ??= readModule(bytes))
    const used = await usedExports(loader.path, text, await wordsOf(others, read), (name) => textsGiven(module(), name))
    if ('reason' in used) return `${loader.path}: ${used.reason}`
    return module().exports
      .filter(({ kind, name }) => kind === 'function' && !used.names.has(name) && !calledByHosts.has(name))
      .map(({ name }) => name)
  } catch (error) {
    if (error instanceof ShrinkError) return undefined
    throw error
  }
}

/** Scripts of more bytes than this are not searched for words: then any method may be called. */
const searchedBytes = 32 * 2 ** 20

async function wordsOf(scripts: readonly Script[], read: Read): Promise<OtherScripts> {
  const sources = scripts.filter(({ path }) => !/\.(?:json|webmanifest)$/i.test(path))
  const words = new Set<string>()
  let computed = sources.reduce((sum, { size }) => sum + size, 0) > searchedBytes
  for (const { path } of computed ? [] : sources) {
    const text = await readText(path, read)
    for (const [word] of text?.matchAll(/[\w$]+/g) ?? []) words.add(word)
    computed ||= text === undefined || /\]\s*(?:\?\.)?\s*\(/.test(text)
  }
  return { words, computed }
}

async function readText(path: string, read: Read): Promise<string | undefined> {
  const bytes = await read(path)
  return bytes === undefined ? undefined : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}
