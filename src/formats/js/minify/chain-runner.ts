import { UnsupportedError } from '../../../core/errors.ts'
import { guessNesting } from '../../../core/nesting.ts'
import type { StepMap } from './compose-maps.ts'
import type { MinifyOptions } from './minify-options.ts'
import { type MinifierName, minifiers } from './minifiers.ts'

/**
 * What takes time by the cube of the nesting: swc a minute for `if(a)` 800 times, terser five seconds for `a?b:` 400 times
 * (docs/js.md). esbuild and oxc take milliseconds.
 */
const slowWhereDeep: ReadonlySet<MinifierName> = new Set(['swc', 'terser', 'uglify-js'])

/** In the units of `guessNesting`; the deepest of 9400 published files comes to 4506. */
const deepest = 5000

/** Minifiers, each working on the output of the one before. */
export type Chain = readonly MinifierName[]

export interface ChainResult {
  /** `swc → oxc` */
  readonly chain: string
  readonly code: string
  /** Source maps of the steps, in order. */
  readonly maps: readonly StepMap[]
}

/** Runs chains on one text. Common beginnings run once: `swc → oxc` and `swc → terser` share swc. */
export class ChainRunner {
  readonly topLevel: boolean
  readonly #code: string
  readonly #options: MinifyOptions
  readonly #results = new Map<string, Promise<ChainResult | undefined>>()
  readonly #refusals = new Map<string, string>()

  constructor(code: string, options: MinifyOptions) {
    this.#code = code
    this.#options = options
    this.topLevel = options.topLevel ?? options.goal !== 'script'
  }

  /** Why steps refused their input, in an order that does not depend on which ended first. */
  get refused(): string[] {
    return [...this.#refusals].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, message]) => message)
  }

  /** Undefined when a step refuses its input: a minifier that cannot read new syntax is no reason to fail. */
  run(chain: Chain): Promise<ChainResult | undefined> {
    const key = chain.join(' → ')
    const known = this.#results.get(key)
    if (known !== undefined) return known
    const result = this.#run(chain, key)
    this.#results.set(key, result)
    return result
  }

  async #run(chain: Chain, key: string): Promise<ChainResult | undefined> {
    const before = chain.length === 1 ? { chain: '', code: this.#code, maps: [] } : await this.run(chain.slice(0, -1))
    return before === undefined ? undefined : this.#step(chain.at(-1)!, key, before)
  }

  async #step(name: Chain[number], key: string, before: ChainResult): Promise<ChainResult | undefined> {
    const options = this.#options
    options.signal?.throwIfAborted()
    try {
      if (slowWhereDeep.has(name) && guessNesting(before.code) > deepest) throw new UnsupportedError(`${name} takes minutes for code that nests so deep`)
      const { code, map } = await minifiers[name]({
        code: before.code,
        goal: options.goal,
        target: options.target,
        keepNames: options.keepNames ?? false,
        keepText: options.keepText,
        topLevel: this.topLevel,
        sourceMap: options.sourceMap !== undefined,
      })
      return { chain: key, code, maps: map === undefined ? before.maps : [...before.maps, map] }
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error
      this.#refusals.set(key, error.message)
      return undefined
    }
  }
}
