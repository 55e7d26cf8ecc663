import type { Level } from '../../../core/transform.ts'
import type { Chain, ChainResult, ChainRunner } from './chain-runner.ts'
import { hasUglify, type MinifierName } from './minifiers.ts'

/** What `fast` and `balanced` run. */
const fast: Chain = ['swc', 'oxc']

/** Tried in turn where the chains of a level have no result that may be used. */
export const fallbacks: readonly Chain[] = [['swc'], ['oxc'], ['esbuild'], ['terser']]

/** From how many of the smallest results so far the chains of the second and of the third round go on. */
const rounds = [2, 1] as const

export interface RankedResult extends ChainResult {
  /** Only comparable with each other; Infinity for a lone result, which nobody measures. */
  readonly rank: number
}

/** What `fast` makes, or the first fallback that takes the code; not checked, which is enough for a figure. */
export async function uncheckedResult(runner: ChainRunner): Promise<ChainResult | undefined> {
  for (const chain of [fast, ...fallbacks]) {
    const result = await runner.run(chain)
    if (result !== undefined) return result
  }
  return undefined
}

/**
 * The results of a level, best first. At `max` it is a race: every minifier alone, then each on the output of the best
 * others, as long as that makes it smaller.
 */
export async function runChains(
  level: Level,
  runner: ChainRunner,
  rank: (code: string) => number,
): Promise<readonly RankedResult[]> {
  if (level !== 'max') {
    const result = await runner.run(fast)
    return result === undefined ? [] : [{ ...result, rank: Infinity }]
  }
  const names: readonly MinifierName[] = ['esbuild', 'swc', 'oxc', 'terser', ...((await hasUglify()) ? (['uglify-js'] as const) : [])]
  const ranked: (RankedResult & { readonly steps: Chain })[] = []
  const seen = new Set<string>()
  const run = async (chains: readonly Chain[]): Promise<void> => {
    // those that have threads of their own work side by side
    const results = await Promise.all(chains.map((chain) => runner.run(chain)))
    for (const [index, result] of results.entries()) {
      // chains often arrive at the same text
      if (result === undefined || seen.has(result.code)) continue
      seen.add(result.code)
      ranked.push({ ...result, steps: chains[index]!, rank: rank(result.code) })
    }
    ranked.sort((a, b) => a.rank - b.rank || a.steps.length - b.steps.length)
  }
  await run(names.map((name) => [name]))
  for (const [round, parents] of rounds.entries()) {
    const best = ranked.slice(0, parents).filter(({ steps }) => steps.length === round + 1)
    await run(best.flatMap(({ steps }) => names.filter((name) => name !== steps.at(-1)).map((name) => [...steps, name])))
  }
  return ranked
}
