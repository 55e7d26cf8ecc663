import { Edge } from '../../program/edges.ts'
import { Access } from '../../program/sweep.ts'
import { address as addressValue, detectedAs, plain, type Value } from '../../program/value.ts'
import type { Program } from '../code/program.ts'
import type { Evaluation, GlobalStore } from '../evaluation/evaluation.ts'

const isFlag = ({ base, words }: Value): boolean => base === plain && words.length > 0 && words.every((word) => word >>> 0 < 256)

/** Tables of closures: destructor, size and alignment come before the functions (and one of those before another). */
const TABLE_HEAD = 0x28
/** Tables that a function is looked for in. */
const PLACES = 8

const nothing = (): undefined => undefined

type EvaluateFor = (index: number, parameters: ReadonlyMap<number, Value>, load: (at: number, size: number) => Value | undefined) => Evaluation | undefined

/** Closures that are run once (`Once`, `LazyLock` of Rust) and store what they find out through what they were given. */
export class ClosureMakers {
  readonly #program: Program
  readonly #evaluateFor: EvaluateFor
  /** Closures that find something out. */
  readonly #made = new Set<number>()
  /** Functions that make one of those, and are told where it is to put that: `OnceLock::initialize`. */
  readonly #told = new Set<number>()

  constructor(program: Program, evaluateFor: EvaluateFor) {
    this.#program = program
    this.#evaluateFor = evaluateFor
  }

  /** Notes whether function `index` has to be told where closures put what they find out. True: it was not known before. */
  note(index: number, { closures }: Evaluation): boolean {
    if (this.#told.has(index) || !closures.some(({ functions, isOpen }) => isOpen && functions.some((closure) => this.#made.has(closure)))) return false
    this.#told.add(index)
    return true
  }

  /** What closures that function `index` makes store, or has made, where it is known what they were given. */
  completed(index: number, evaluation: Evaluation): Evaluation {
    const found: GlobalStore[] = []
    this.#storesOf(evaluation, found)
    if (this.#told.size > 0) this.#storesOfTold(index, evaluation, found)
    return found.length === 0 ? evaluation : { ...evaluation, globalStores: [...evaluation.globalStores, ...found] }
  }

  #storesOfTold(index: number, { passed }: Evaluation, found: GlobalStore[]): void {
    const { graph } = this.#program
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      const maker = graph.edgeTo[edge]!
      const told = this.#told.has(maker) && graph.edgeKind[edge] === Edge.call ? passed.get(graph.edgeAt[edge]!) : undefined
      const inside = told && this.#evaluateFor(maker, told, nothing)
      if (inside !== undefined) this.#storesOf(inside, found)
    }
  }

  #storesOf(evaluation: Evaluation, found: GlobalStore[]): void {
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
