import { Access } from '../../program/sweep.ts'
import { address as addressValue, detectedAs, plain, type Value } from '../../program/value.ts'
import type { Program } from '../code/program.ts'
import type { Evaluation, GlobalStore } from '../evaluation/evaluation.ts'

const isFlag = ({ base, words }: Value): boolean => base === plain && words.length > 0 && words.every((word) => word >>> 0 < 256)

/** Tables of closures: destructor, size and alignment come before the functions (and one of those before another). */
const TABLE_HEAD = 0x28
/** Tables that a function is looked for in. */
const PLACES = 8

type EvaluateFor = (index: number, parameters: ReadonlyMap<number, Value>, load: (at: number, size: number) => Value | undefined) => Evaluation | undefined

/** Closures that are run once (`Once`, `LazyLock` of Rust) and store what they find out through what they were given. */
export class ClosureMakers {
  readonly #program: Program
  readonly #evaluateFor: EvaluateFor
  readonly #made = new Set<number>()

  constructor(program: Program, evaluateFor: EvaluateFor) {
    this.#program = program
    this.#evaluateFor = evaluateFor
  }

  /** What closures that function makes store, where it is known what they were given. */
  completed(evaluation: Evaluation): Evaluation {
    if (evaluation.closures.length === 0) return evaluation
    const found: GlobalStore[] = []
    for (const { functions, parameters } of evaluation.closures) {
      for (const closure of functions) {
        const inside = this.#evaluateFor(closure, parameters, this.#initialPointers)
        for (const store of inside?.globalStores ?? []) {
          // what the check said, or a flag by which way it went
          const isFound = store.value?.detected === true || (inside?.decides === true && store.value !== undefined && isFlag(store.value))
          if (isFound) found.push({ ...store, value: detectedAs(store.value!, true), isMadeOnce: true })
        }
      }
    }
    return found.length === 0 ? evaluation : { ...evaluation, globalStores: [...evaluation.globalStores, ...found] }
  }

  /** The functions that make a closure of this one; none the second time. */
  makersOf(index: number): readonly number[] {
    if (this.#made.has(index)) return []
    this.#made.add(index)
    const { pointed, accesses, sweep, graph } = this.#program
    const kind = sweep.accessKind.values()
    const from = sweep.accessFrom.values()
    const makers: number[] = []
    for (const place of pointed.placesOf(index).slice(0, PLACES)) {
      for (const access of accesses.range(place - TABLE_HEAD, place)) {
        const maker = kind[access] === Access.take ? graph.functionOf(from[access]!) : -1
        if (maker >= 0) makers.push(maker)
      }
    }
    return makers
  }

  /** What a pointer to a function that the program may replace holds at first: when a closure is run once, it still does. */
  readonly #initialPointers = (at: number, size: number): Value | undefined => {
    const address = size === 8 ? this.#program.image.slots.get(at)?.address : undefined
    return address !== undefined && this.#program.graph.functionAt(address) !== undefined ? addressValue(address) : undefined
  }
}
