import type { EncodedSourceMap } from '@jridgewell/remapping'
import { estimatedSize, measuredSize } from '../../../bytes/encoded-size.ts'
import { UnsupportedError } from '../../../core/errors.ts'
import type { Level, Measure } from '../../../core/transform.ts'
import type { ParsedScript } from '../read/parse-script.ts'
import { ChainRunner, type ChainResult } from './chain-runner.ts'
import { fallbacks, type RankedResult, runChains } from './chains.ts'
import { composeMaps } from './compose-maps.ts'
import { isNewer } from './minifiers.ts'
import type { MinifyOptions } from './minify-options.ts'
import { readOutput, syntaxLevelOf } from './output-check.ts'
import { renameLetters } from './rename/rename-letters.ts'

export interface MinifiedScript {
  readonly code: string
  readonly map: EncodedSourceMap | undefined
  /** The steps that made it: `swc → oxc → rename`. */
  readonly chain: string
  /** Results that were measured; what was only ranked stands with its estimate. */
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

/** Passes of hill climbing at `max`: about as long as the race takes, whatever the length. */
function climbsFor(length: number, effort: number): number {
  return Math.round(effort * Math.min(12, Math.max(2, Math.round(3_000_000 / length))))
}

/**
 * Minifies one chunk with the chains of the level, and keeps the smallest in the chosen measure.
 *
 * The text must not begin with `#!`. Comments go, legal ones too: `legalComments` collects them beforehand.
 *
 * @throws UnsupportedError when no minifier has a result that may be used
 */
export async function minifyScript(code: string, options: MinifyOptions): Promise<MinifiedScript> {
  const { level, measure } = options
  const runner = new ChainRunner(code, options)
  const race: { chain: string; size: number }[] = []
  const refused: string[] = []
  // a lone result needs no measuring: brotli at its best takes longer than the minifiers
  const ranked = await runChains(level, runner, (text) => estimatedSize(encode(text), measure))
  const renames = options.rename !== false && options.keepText === undefined && measure !== 'raw'
  const { candidates } = renaming[level]
  const wanted = renames ? Math.max(1, candidates) : 1
  const usable: Usable[] = []
  for await (const result of withFallbacks(ranked, runner, () => usable.length)) {
    if (usable.length === wanted) break
    options.signal?.throwIfAborted()
    const script = await usableOutput(result, code, options, refused)
    if (script !== undefined) usable.push({ ...result, script })
  }
  const [first] = usable
  if (first === undefined) throw new UnsupportedError([...runner.refused, ...refused][0] ?? 'no minifier accepts the code')
  const best = renames && candidates > 0 ? await bestRenamed(usable, runner.topLevel, options, race) : first
  for (const { chain, rank } of ranked) if (rank !== Infinity) race.push({ chain, size: Math.round(rank) })
  return {
    code: best.code,
    map:
      options.sourceMap === undefined
        ? undefined
        : await composeMaps(best.maps, options.sourceMap.input, { name: options.sourceMap.name, text: code }),
    chain: best.chain,
    race,
    refused: [...runner.refused, ...refused],
  }
}

interface Usable extends ChainResult {
  readonly script: ParsedScript
}

/** The smallest of the results with names given anew, or of those without where that is smaller. */
async function bestRenamed(
  usable: readonly Usable[],
  topLevel: boolean,
  options: MinifyOptions,
  race: { chain: string; size: number }[],
): Promise<ChainResult> {
  const { level, measure, signal } = options
  // at `balanced` gzip stands for brotli: it agrees on the sign, and takes a twentieth of the time
  const judge: Measure = level === 'max' ? measure : 'gzip'
  const rename = (script: ParsedScript, climbs: number): Promise<string> =>
    renameLetters(script, {
      freezeTop: !topLevel,
      keepNames: options.keepNames ?? false,
      passes: level === 'balanced' && script.text.length > LONG ? 3 : renaming[level].passes,
      climbs,
      signal,
    })
  let best: Usable = usable[0]!
  let bestSize = measuredSize(encode(best.code), judge)
  const offer = (result: Usable): void => {
    const size = measuredSize(encode(result.code), judge)
    race.push({ chain: result.chain, size })
    if (size >= bestSize) return
    best = result
    bestSize = size
  }
  for (const result of usable) {
    signal?.throwIfAborted()
    offer({ ...result, chain: `${result.chain} → rename`, code: await rename(result.script, 0) })
  }
  const climbs = level === 'max' ? climbsFor(best.script.text.length, options.effort ?? 1) : 0
  if (climbs > 0) {
    const climbed = await rename(best.script, climbs)
    offer({ ...best, chain: `${best.chain.replace(/ → rename$/, '')} → rename, ${climbs} climbs`, code: climbed })
  }
  return best
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** The results in order; then, while none of them was usable, those of the fallbacks. */
async function* withFallbacks(
  ranked: readonly RankedResult[],
  runner: ChainRunner,
  usable: () => number,
): AsyncGenerator<ChainResult> {
  yield* ranked
  for (const chain of fallbacks) {
    if (usable() > 0) return
    const result = await runner.run(chain)
    if (result !== undefined) yield result
  }
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
