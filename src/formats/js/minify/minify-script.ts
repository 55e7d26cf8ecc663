import type { EncodedSourceMap } from '@jridgewell/remapping'
import type { TraceMap } from '@jridgewell/trace-mapping'
import { measuredSize } from '../../../bytes/encoded-size.ts'
import { UnsupportedError } from '../../../core/errors.ts'
import type { Level, Measure } from '../../../core/transform.ts'
import type { ParseGoal } from '../read/parse-script.ts'
import type { Edition } from '../read/syntax-features.ts'
import { chainsFor, type Chain } from './chains.ts'
import { composeMaps, type StepMap } from './compose-maps.ts'
import { isNewer, type MinifierInput, minifiers } from './minifiers.ts'
import { readOutput, syntaxLevelOf } from './output-check.ts'

export interface MinifyOptions {
  readonly level: Level
  readonly measure: Measure
  /** How the code is parsed; see `ParseGoal`. */
  readonly goal: ParseGoal
  /** Names declared at the top may be renamed and dropped. Always so for modules and CommonJS. */
  readonly topLevel?: boolean
  /** Newest syntax that the output may use. */
  readonly target: Edition
  readonly keepNames?: boolean
  /** Leave names alone in the minifiers: the text of functions is read at run time. */
  readonly keepText?: boolean
  /** Give the names anew so that the compressor finds more repeats. On when left out, from level `balanced` on. */
  readonly rename?: boolean
  /** Produce a source map; with the map that the code came with where there is one. */
  readonly sourceMap?: { readonly name: string; readonly input?: TraceMap | undefined }
  readonly signal?: AbortSignal
}

export interface MinifiedScript {
  readonly code: string
  readonly map: EncodedSourceMap | undefined
  /** The steps that made it: `swc → oxc → rename`. */
  readonly chain: string
  /** Every result that was measured, in the order of the race. */
  readonly race: readonly { readonly chain: string; readonly size: number }[]
  /** Steps that refused the code, and why. */
  readonly refused: readonly string[]
}

interface Candidate {
  readonly chain: string
  readonly code: string
  readonly maps: readonly StepMap[]
  readonly size: number
}

/**
 * Minifies one chunk with the chains of the level, and keeps the smallest in the chosen measure.
 *
 * The text must not begin with `#!`; comments go, legal ones too.
 *
 * @throws UnsupportedError when every minifier refuses the code
 */
export async function minifyScript(code: string, options: MinifyOptions): Promise<MinifiedScript> {
  const race: { chain: string; size: number }[] = []
  const refused: string[] = []
  const steps = new Map<string, Promise<Candidate | undefined>>()
  const encoder = new TextEncoder()

  /** Results of common beginnings are shared: `swc → oxc` and `swc → terser` run swc once. */
  const runChain = (chain: Chain): Promise<Candidate | undefined> => {
    const key = chain.join(' → ')
    const known = steps.get(key)
    if (known !== undefined) return known
    const running = (async (): Promise<Candidate | undefined> => {
      const before = chain.length === 1 ? { code, maps: [] } : await runChain(chain.slice(0, -1))
      options.signal?.throwIfAborted()
      if (before === undefined) return undefined
      const input: MinifierInput = {
        code: before.code,
        goal: options.goal,
        target: options.target,
        keepNames: options.keepNames ?? false,
        mangle: !(options.keepText ?? false),
        topLevel: options.topLevel ?? options.goal !== 'script',
        sourceMap: options.sourceMap !== undefined,
      }
      try {
        const output = await minifiers[chain.at(-1)!](input)
        const maps = output.map === undefined ? before.maps : [...before.maps, output.map]
        const size = measuredSize(encoder.encode(output.code), options.measure)
        race.push({ chain: key, size })
        return { chain: key, code: output.code, maps, size }
      } catch (error) {
        if (!(error instanceof UnsupportedError)) throw error
        refused.push(error.message)
        return undefined
      }
    })()
    steps.set(key, running)
    return running
  }

  const candidates: Candidate[] = []
  for (const chain of await chainsFor(options.level)) {
    const candidate = await runChain(chain)
    if (candidate !== undefined) candidates.push(candidate)
  }
  candidates.sort((a, b) => a.size - b.size)
  const best = await firstUsable(candidates, code, options, refused)
  if (best === undefined) throw new UnsupportedError(refused[0] ?? 'no minifier accepts the code')
  return {
    code: best.code,
    map:
      options.sourceMap === undefined
        ? undefined
        : await composeMaps(best.maps, options.sourceMap.input, { name: options.sourceMap.name, text: code }),
    chain: best.chain,
    race,
    refused,
  }
}

/** The smallest whose output parses and whose syntax is no newer than asked for, or than the input's own. */
async function firstUsable(
  candidates: readonly Candidate[],
  code: string,
  options: MinifyOptions,
  refused: string[],
): Promise<Candidate | undefined> {
  let limit = options.target
  for (const candidate of candidates) {
    const output = await readOutput(candidate.code, options.goal)
    if ('problem' in output) {
      refused.push(`${candidate.chain}: ${output.problem}`)
      continue
    }
    const level = await syntaxLevelOf(output.script)
    if (isNewer(level, limit)) {
      const input = await readOutput(code, options.goal)
      const own = 'script' in input ? await syntaxLevelOf(input.script) : limit
      if (isNewer(own, limit)) limit = own
    }
    if (!isNewer(level, limit)) return candidate
    refused.push(`${candidate.chain}: the output's syntax is ${level}, and may be ${limit} at most`)
  }
  return undefined
}
