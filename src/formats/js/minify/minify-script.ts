import type { EncodedSourceMap } from '@jridgewell/remapping'
import type { TraceMap } from '@jridgewell/trace-mapping'
import { measuredSize } from '../../../bytes/encoded-size.ts'
import { UnsupportedError } from '../../../core/errors.ts'
import type { Level, Measure } from '../../../core/transform.ts'
import type { ParsedScript, ParseGoal } from '../read/parse-script.ts'
import type { Edition } from '../read/syntax-features.ts'
import { ChainRunner, type ChainResult } from './chain-runner.ts'
import { chainsFor, fallbacks } from './chains.ts'
import { composeMaps } from './compose-maps.ts'
import { isNewer } from './minifiers.ts'
import { readOutput, syntaxLevelOf } from './output-check.ts'
import { renameLetters } from './rename/rename-letters.ts'

export interface MinifyOptions {
  readonly level: Level
  readonly measure: Measure
  /** How the code is parsed; see `ParseGoal`. */
  readonly goal: ParseGoal
  /** Names declared at the top may be renamed and dropped. Always so for modules and CommonJS. */
  readonly topLevel?: boolean
  /** Newest syntax that the output may use, unless the input uses newer. */
  readonly target: Edition
  readonly keepNames?: boolean
  /** Leave names alone: the text of functions is read at run time. */
  readonly keepText?: boolean
  /** Give names anew so that the compressor finds more repeats. On when left out, from level `balanced` on. */
  readonly rename?: boolean
  /** Produce a source map; composed with the map that the code came with where there is one. */
  readonly sourceMap?: { readonly name: string; readonly input?: TraceMap | undefined }
  readonly signal?: AbortSignal
}

export interface MinifiedScript {
  readonly code: string
  readonly map: EncodedSourceMap | undefined
  /** The steps that made it: `swc → oxc → rename`. */
  readonly chain: string
  /** Every result that was measured. */
  readonly race: readonly { readonly chain: string; readonly size: number }[]
  /** Steps that refused the code or whose result may not be used, and why. */
  readonly refused: readonly string[]
}

/** What the levels spend on names: candidates that are renamed, and times each name is looked at. */
const renaming: Readonly<Record<Level, { readonly candidates: number; readonly passes: number }>> = {
  fast: { candidates: 0, passes: 0 },
  balanced: { candidates: 1, passes: 5 },
  max: { candidates: 4, passes: 20 },
}

/** From this many code units on, `balanced` looks at names thrice, to stay below the time that terser takes. */
const LONG = 2 * 1024 * 1024

/**
 * Minifies one chunk with the chains of the level, and keeps the smallest in the chosen measure.
 *
 * The text must not begin with `#!`. Comments go, legal ones too: `legalComments` collects them beforehand.
 *
 * @throws UnsupportedError when no minifier has a result that may be used
 */
export async function minifyScript(code: string, options: MinifyOptions): Promise<MinifiedScript> {
  const { level, measure, signal } = options
  const runner = new ChainRunner(code, options)
  const chains = await chainsFor(level)
  const race: { chain: string; size: number }[] = []
  const measured = (result: ChainResult): ChainResult & { size: number } => {
    const size = measuredSize(new TextEncoder().encode(result.code), measure)
    race.push({ chain: result.chain, size })
    return { ...result, size }
  }

  const results: ChainResult[] = []
  for (const chain of chains) {
    const result = await runner.run(chain)
    if (result !== undefined) results.push(result)
  }
  // a lone result needs no measuring: brotli at its best takes longer than the minifiers
  const ranked: (ChainResult & { size: number })[] =
    results.length === 1
      ? [{ ...results[0]!, size: Infinity }]
      : distinct(results).map(measured).sort((a, b) => a.size - b.size)

  const { candidates, passes } = renaming[level]
  const renames = options.rename !== false && options.keepText !== true && measure !== 'raw'
  const wanted = renames ? Math.max(1, candidates) : 1
  let best: (ChainResult & { size: number }) | undefined
  let usable = 0
  for await (const result of withFallbacks(ranked, runner, () => usable)) {
    if (usable === wanted) break
    signal?.throwIfAborted()
    const script = await usableOutput(result, code, options, runner.refused)
    if (script === undefined) continue
    usable += 1
    if (best === undefined || result.size < best.size) best = result
    if (!renames || candidates === 0) continue
    const renamed = await renameLetters(script, {
      freezeTop: !runner.topLevel,
      keepNames: options.keepNames ?? false,
      passes: level === 'balanced' && script.text.length > LONG ? 3 : passes,
      signal,
    })
    const after = { ...result, chain: `${result.chain} → rename`, code: renamed }
    // at `balanced` gzip stands for brotli: it agrees on the sign, and takes a twentieth of the time
    const judge: Measure = level === 'max' ? measure : 'gzip'
    const size = measuredSize(new TextEncoder().encode(renamed), judge)
    const against = judge === measure && best.size !== Infinity ? best.size : measuredSize(new TextEncoder().encode(best.code), judge)
    race.push({ chain: after.chain, size })
    if (size < against) best = { ...after, size: judge === measure ? size : best.size }
  }
  if (best === undefined) throw new UnsupportedError(runner.refused[0] ?? 'no minifier accepts the code')
  return {
    code: best.code,
    map:
      options.sourceMap === undefined
        ? undefined
        : await composeMaps(best.maps, options.sourceMap.input, { name: options.sourceMap.name, text: code }),
    chain: best.chain,
    race,
    refused: runner.refused,
  }
}

/** The results in order; then, while none of them was usable, those of the fallbacks. */
async function* withFallbacks(
  ranked: readonly (ChainResult & { size: number })[],
  runner: ChainRunner,
  usable: () => number,
): AsyncGenerator<ChainResult & { size: number }> {
  yield* ranked
  for (const chain of fallbacks) {
    if (usable() > 0) return
    const result = await runner.run(chain)
    if (result !== undefined) yield { ...result, size: Infinity }
  }
}

/** Chains often arrive at the same text. */
function distinct(results: readonly ChainResult[]): ChainResult[] {
  const seen = new Set<string>()
  return results.filter(({ code }) => !seen.has(code) && seen.add(code))
}

/** The parsed output, or undefined where it may not be used: the reason is added to `refused`. */
async function usableOutput(
  result: ChainResult,
  code: string,
  options: MinifyOptions,
  refused: string[],
): Promise<ParsedScript | undefined> {
  const output = await readOutput(result.code, options.goal)
  if ('problem' in output) {
    refused.push(`${result.chain}: ${output.problem}`)
    return undefined
  }
  const level = await syntaxLevelOf(output.script)
  if (!isNewer(level, options.target)) return output.script
  const input = await readOutput(code, options.goal)
  const own = 'script' in input ? await syntaxLevelOf(input.script) : options.target
  if (!isNewer(level, own)) return output.script
  const limit = isNewer(own, options.target) ? own : options.target
  refused.push(`${result.chain}: the syntax of the output is ${level}, and may be ${limit} at most`)
  return undefined
}
