import { basename } from 'node:path/posix'
import type { Diagnostic } from '../../core/diagnostic.ts'
import { ShrinkError } from '../../core/errors.ts'
import { readModule } from '../../formats/wasm/read/read-module.ts'
import { usedExports } from './used-exports.ts'

/** What is known of a build's modules after its scripts were read. */
export interface UnreachedExports {
  /** Exports that no script reaches, by the module's path. */
  readonly byPath: Readonly<Record<string, readonly string[]>>
  /** For modules whose exports all stay: why. */
  readonly diagnostics: readonly Diagnostic[]
}

export interface BuildFile {
  readonly path: string
  readonly size: number
}

/** Larger scripts are not followed: their syntax trees would not fit beside the rest. */
const largestScript = 8 * 2 ** 20

/** The host or the runtime calls these by itself. */
const calledByHosts = new Set(['_start', '_initialize', '__wasm_call_ctors', '__wbindgen_start', 'main', '__main_void'])

/**
 * Finds, for every module that exactly one script of the build loads, the functions that it exports and that script
 * cannot reach. Proven only: anything that cannot be followed keeps all exports, with the reason.
 */
export async function unreachedExports(
  files: readonly BuildFile[],
  read: (path: string) => Promise<Uint8Array | undefined>,
): Promise<UnreachedExports> {
  const modules = files.filter(({ path }) => /\.wasm$/i.test(path))
  if (modules.length === 0) return { byPath: {}, diagnostics: [] }
  const scripts = await scriptsThatLoad(files, modules, read)
  const byPath: Record<string, readonly string[]> = {}
  const diagnostics: Diagnostic[] = []
  for (const { path } of modules) {
    const loaders = scripts.filter(({ names }) => names.has(basename(path)))
    if (loaders.length === 0) continue
    const outcome = await unreachedBy(path, loaders, scripts, modules, read)
    if (Array.isArray(outcome)) {
      if (outcome.length > 0) byPath[path] = outcome
    } else if (outcome !== undefined) {
      diagnostics.push({ severity: 'info', code: 'transform/skipped', message: `all exports stay: ${outcome}`, location: { path } })
    }
  }
  return { byPath, diagnostics }
}

interface Script {
  readonly path: string
  readonly text: string
  /** File names of the build's modules that it mentions. */
  readonly names: ReadonlySet<string>
}

async function scriptsThatLoad(
  files: readonly BuildFile[],
  modules: readonly BuildFile[],
  read: (path: string) => Promise<Uint8Array | undefined>,
): Promise<Script[]> {
  const scripts: Script[] = []
  for (const { path, size } of files) {
    if (!/\.(?:[cm]?js|html?)$/i.test(path)) continue
    const bytes = size > largestScript ? undefined : await read(path)
    const text = bytes === undefined ? '' : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
    const names = new Set(modules.map((module) => basename(module.path)).filter((name) => text.includes(name)))
    if (names.size > 0 || text.includes('WebAssembly') || bytes === undefined) scripts.push({ path, text, names })
  }
  return scripts
}

/** Names, a reason to keep all, or undefined when the module cannot be read (which its own job reports). */
async function unreachedBy(
  path: string,
  loaders: readonly Script[],
  scripts: readonly Script[],
  modules: readonly BuildFile[],
  read: (path: string) => Promise<Uint8Array | undefined>,
): Promise<readonly string[] | string | undefined> {
  if (loaders.length > 1) return `${loaders.length} files name it (${loaders.map((loader) => loader.path).join(', ')})`
  const [loader] = loaders
  if (/html?$/i.test(loader!.path)) return `${loader!.path} names it`
  if (modules.filter((module) => basename(module.path) === basename(path)).length > 1) return 'another module of the build has its file name'
  const unclear = scripts.find(({ names }) => names.size === 0)
  if (unclear !== undefined) return `${unclear.path} may load modules whose names it does not show`
  try {
    const used = await usedExports(loader!.path, loader!.text)
    if ('reason' in used) return `${loader!.path}: ${used.reason}`
    const bytes = await read(path)
    if (bytes === undefined) return undefined
    return readModule(bytes)
      .exports.filter(({ kind, name }) => kind === 'function' && !used.names.has(name) && !calledByHosts.has(name))
      .map(({ name }) => name)
  } catch (error) {
    if (error instanceof ShrinkError) return undefined
    throw error
  }
}
