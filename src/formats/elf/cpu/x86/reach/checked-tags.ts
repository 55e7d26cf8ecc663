import { tagStores, type TagStore } from '../code/tag-stores.ts'
import type { Program } from '../code/program.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'
import { TagFlow } from './tag-flow.ts'

/** Bytes around a function in which others that work on the same objects are: as for flags of objects. */
const NEAR = 0x4000
/** Functions that are looked at, over all. */
const MOST_FOLLOWED = 256

/** A function that asks. */
interface Maker {
  readonly start: number
  /** Tags that it would store on other CPUs; see `keyOf`. */
  readonly skipped: ReadonlySet<string>
}

function keyOf({ offset, size, tag }: { readonly offset: number; readonly size: number; readonly tag: number }): string {
  return `${offset} ${size} ${tag}`
}

/**
 * Which variant of an object a function makes may be what a check found out: `enum Searcher { TwoWay, Sse2, Avx2 }` of Rust, of
 * which a number at some offset tells the variant. Where all that stores a number there is skipped on this CPU, in functions that ask,
 * and nobody near stores it without asking, no object is of that variant, and what is done for it does not run.
 */
export class CheckedTags {
  readonly #program: Program
  readonly #evaluations: ReadonlyMap<number, Evaluation>
  readonly #stores = new Map<number, readonly TagStore[]>()
  readonly #flows = new Map<number, TagFlow | undefined>()
  #makers: readonly Maker[] | undefined
  #left = MOST_FOLLOWED

  constructor(program: Program, evaluations: ReadonlyMap<number, Evaluation>) {
    this.#program = program
    this.#evaluations = evaluations
  }

  /** Does the instruction of function `index` at `at` run for nothing but variants that are not made on this CPU? */
  ruleOut(index: number, at: number): boolean {
    if (!this.#flows.has(index)) this.#flows.set(index, this.#follow(index))
    return this.#flows.get(index)?.isOnlyForRuledOut(at) === true
  }

  #follow(index: number): TagFlow | undefined {
    if (this.#left <= 0) return undefined
    const makers = this.#makersNear(index)
    const target = makers.length === 0 ? undefined : this.#program.functions.get(index)
    if (target === undefined) return undefined
    this.#left--
    return new TagFlow(target, this.#program, (offset, size, tag) => {
      const key = keyOf({ offset, size, tag })
      return makers.some(({ skipped }) => skipped.has(key)) && !this.#isMadeNear(index, offset, size, tag)
    })
  }

  #makersNear(index: number): readonly Maker[] {
    const { starts } = this.#program.graph
    this.#makers ??= [...this.#evaluations].filter(([, { decides }]) => decides).flatMap(([maker]) => this.#makerOf(maker) ?? [])
    return this.#makers.filter(({ start }) => Math.abs(start - starts[index]!) < NEAR)
  }

  /** What a function that asks stores only in code that does not run, in fields where it stores something else in code that does. */
  #makerOf(index: number): Maker | undefined {
    const stores = this.#storesOf(index)
    const run = new Set<string>()
    const fields = new Set<string>()
    for (const store of stores) {
      if (!this.#runs(index, store)) continue
      run.add(keyOf(store))
      fields.add(`${store.offset} ${store.size}`)
    }
    const skipped = new Set(stores.filter((store) => fields.has(`${store.offset} ${store.size}`)).map(keyOf).filter((key) => !run.has(key)))
    return skipped.size === 0 ? undefined : { start: this.#program.graph.starts[index]!, skipped }
  }

  /** Does code that may run near function `index` store the tag? */
  #isMadeNear(index: number, offset: number, size: number, tag: number): boolean {
    const { starts } = this.#program.graph
    const makes = (other: number): boolean => this.#storesOf(other).some((store) => store.offset === offset && store.size === size && store.tag === tag && this.#runs(other, store))
    for (let other = index; other >= 0 && starts[other]! > starts[index]! - 2 * NEAR; other--) if (makes(other)) return true
    for (let other = index + 1; other < starts.length && starts[other]! < starts[index]! + 2 * NEAR; other++) if (makes(other)) return true
    return false
  }

  #runs(index: number, { at }: TagStore): boolean {
    const evaluation = this.#evaluations.get(index)
    return evaluation === undefined || (evaluation.seen[at - evaluation.start]! & 1) !== 0
  }

  #storesOf(index: number): readonly TagStore[] {
    let known = this.#stores.get(index)
    if (known === undefined) {
      const target = this.#program.functions.get(index)
      this.#stores.set(index, (known = target === undefined ? [] : tagStores(target)))
    }
    return known
  }
}
