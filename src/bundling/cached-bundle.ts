import { relative, resolve } from 'node:path'
import { type InputStamps, inputsChanged, stampInputs, type StampScope } from '../cache/input-stamps.ts'
import { recall, remember } from '../cache/stamped-results.ts'
import type { Diagnostic } from '../core/diagnostic.ts'
import type { ResultCache } from '../core/result-cache.ts'
import type { BundleContext, BundleResult } from './bundle-result.ts'
import type { BundleOptions } from './bundle-options.ts'
import { slashed } from './paths.ts'

/** Changes when the meaning of what is stored changes. */
const SCHEMA = 3

interface Stored {
  readonly result: Omit<BundleResult, 'chunks' | 'assets' | 'cached'> & {
    readonly chunks: readonly (Omit<BundleResult['chunks'][number], 'bytes'> & { readonly text: string })[]
    readonly assets: readonly { readonly path: string; readonly base64: string }[]
  }
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * The result of an earlier build with the same options, when every file and folder that it looked at is as it was;
 * otherwise that of `work`, which is remembered.
 */
export async function cachedBundle(
  entries: readonly string[],
  options: BundleOptions,
  context: BundleContext & { readonly cache: ResultCache },
  work: (context: BundleContext) => Promise<BundleResult>,
): Promise<BundleResult> {
  const { cache } = context
  const scope: StampScope = options
  const question = [SCHEMA, 'bundle', optionFacts(entries, options)]
  const stored = await recall<Stored, InputStamps>(cache, question, (stamps) => !inputsChanged(stamps, scope))
  if (stored !== undefined) {
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
  const { bundleInputs } = await import('./bundle-inputs.ts')
  const looked = bundleInputs(result.moduleGraph, options)
  for (const asset of result.assets) if ('source' in asset) looked.files.add(resolve(options.root, asset.source))
  const inputs = stampInputs(looked, scope)
  const stamped = { ...result, inputs }
  await remember(cache, question, inputs, store(stamped, diagnostics))
  return stamped
}

/** Options as they matter: paths relative to the root, keys in one order. */
function optionFacts(entries: readonly string[], options: BundleOptions): unknown {
  const { root, ...rest } = options
  const sorted = Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1))
  return [entries.map((entry) => slashed(relative(root, entry))), sorted]
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
