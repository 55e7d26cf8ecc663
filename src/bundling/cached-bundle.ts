import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import type { Diagnostic } from '../core/diagnostic.ts'
import type { ResultCache } from '../core/result-cache.ts'
import type { BundleContext, BundleResult } from './bundle.ts'
import type { BundleOptions } from './bundle-options.ts'
import { changedInput, stampInputs } from './input-stamps.ts'
import type { InputStamps } from './input-stamps.ts'
import { slashed } from './paths.ts'

/** Changes when the meaning of what is stored changes. */
const SCHEMA = 1
/** Earlier results that one set of options is remembered with: branches that are switched between. */
const REMEMBERED = 4

interface Remembered {
  readonly stamps: InputStamps
  /** Key of the result itself. */
  readonly result: string
}

interface Stored {
  readonly result: Omit<BundleResult, 'chunks' | 'assets' | 'cached'> & {
    readonly chunks: readonly (Omit<BundleResult['chunks'][number], 'bytes'> & { readonly text: string })[]
    readonly assets: readonly { readonly path: string; readonly base64: string }[]
  }
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * The result of an earlier build with the same options and tools, when every file and folder that it looked at is as it
 * was; otherwise that of `work`, which is remembered. Damaged or foreign entries count as misses.
 */
export async function cachedBundle(
  entries: readonly string[],
  options: BundleOptions,
  context: BundleContext & { readonly cache: ResultCache },
  work: (context: BundleContext) => Promise<BundleResult>,
): Promise<BundleResult> {
  const { cache } = context
  const key = digest(JSON.stringify([SCHEMA, 'bundle', toolVersions(), optionFacts(entries, options)]))
  const known = await readJson<readonly Remembered[]>(cache, key, [])
  for (const { stamps, result } of known) {
    if ((await changedInput(stamps, options.root, options.outFolder)) !== undefined) continue
    const stored = await readJson<Stored | undefined>(cache, result, undefined)
    if (stored === undefined) continue
    for (const diagnostic of stored.diagnostics) context.report(diagnostic)
    return restore(stored)
  }
  const diagnostics: Diagnostic[] = []
  const result = await work({
    ...context,
    report(diagnostic) {
      diagnostics.push(diagnostic)
      context.report(diagnostic)
    },
  })
  const { tsconfigFiles } = await import('./tsconfig-files.ts')
  const stamps = await stampInputs(result.moduleGraph, tsconfigFiles(result.moduleGraph, options), options.root, options.outFolder)
  const bytes = encode(store(result, diagnostics))
  const resultKey = digest(bytes)
  await cache.write(resultKey, bytes)
  await cache.write(key, encode([{ stamps, result: resultKey }, ...known].slice(0, REMEMBERED)))
  return result
}

/** Options as they matter: paths relative to the root, keys in one order. */
function optionFacts(entries: readonly string[], options: BundleOptions): unknown {
  const { root, ...rest } = options
  const sorted = Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1))
  return [entries.map((entry) => slashed(relative(root, entry))), sorted]
}

let versions: readonly string[] | undefined

/** Versions of everything whose code decides how the result comes out. */
function toolVersions(): readonly string[] {
  versions ??= [
    process.version.split('.')[0]!,
    ...['esbuild', 'rolldown', 'rollup', '@rollup/plugin-commonjs', '@rollup/plugin-json', '@swc/core', 'oxc-parser', 'oxc-minify', 'magic-string']
      .map((name) => `${name}@${versionOf(name)}`),
    `shrink-artifacts@${ownDigest()}`,
  ]
  return versions
}

/** Of the code of this folder: a change of it is a new tool, released or not. */
function ownDigest(): string {
  const hash = createHash('sha256')
  const folder = new URL('.', import.meta.url)
  for (const path of (readdirSync(folder, { recursive: true }) as string[]).sort()) {
    if (/\.(?:js|ts)$/.test(path) && !path.endsWith('.d.ts')) hash.update(path).update(readFileSync(new URL(slashed(path), folder)))
  }
  return hash.digest('hex')
}

/** Read as files: the packages themselves are not loaded for a result that is there already. */
function versionOf(name: string): string {
  for (let at = new URL('.', import.meta.url); ; at = new URL('..', at)) {
    try {
      const file = new URL(`node_modules/${name}/package.json`, at)
      const json = JSON.parse(readFileSync(file, 'utf8')) as { readonly version?: unknown }
      if (typeof json.version === 'string') return json.version
    } catch {
      // not there: one folder up
    }
    if (at.pathname === '/' || new URL('..', at).pathname === at.pathname) return 'unknown'
  }
}

function store({ chunks, assets, cached: _cached, ...rest }: BundleResult, diagnostics: readonly Diagnostic[]): Stored {
  const decoder = new TextDecoder()
  return {
    result: {
      ...rest,
      chunks: chunks.map(({ bytes, ...chunk }) => ({ ...chunk, text: decoder.decode(bytes) })),
      assets: assets.map(({ path, bytes }) => ({ path, base64: Buffer.from(bytes).toString('base64') })),
    },
    diagnostics,
  }
}

function restore({ result: { chunks, assets, ...rest } }: Stored): BundleResult {
  const encoder = new TextEncoder()
  return {
    ...rest,
    chunks: chunks.map(({ text, ...chunk }) => ({ ...chunk, bytes: encoder.encode(text) })),
    assets: assets.map(({ path, base64 }) => ({ path, bytes: new Uint8Array(Buffer.from(base64, 'base64')) })),
    cached: true,
  }
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value))
}

async function readJson<T>(cache: ResultCache, key: string, otherwise: T): Promise<T> {
  const bytes = await cache.read(key)
  if (bytes === undefined) return otherwise
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as T
  } catch {
    return otherwise
  }
}

function digest(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}
