import type { StepBudget } from '../evaluation/evaluate.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'
import { displacementOf } from '../code/displacement-of.ts'
import { numbersPassed } from '../code/numbers-passed.ts'
import { isSmallNumber } from './parameters.ts'
import type { Program } from '../code/program.ts'
import { modrmOfStore } from '../evaluation/skipped-stores.ts'
import { isZero, type Value } from '../../program/value.ts'

/** Instructions that may be evaluated for that, in a file. */
const STEPS = 20_000
/** Bytes of a function of which every store through a register may be to a field whose place it computes. */
const SMALL = 256
/** Callers of one beyond which it is a helper of many. */
const MOST_CALLERS = 16

/** Evaluates a function with what one call passes. */
type Follow = (index: number, passed: ReadonlyMap<number, Value>, budget: StepBudget) => Evaluation | undefined

/** Which fields of objects a call sets to a number that it passes: `set_parameter(context, USE_AVX2, 1)`. */
export class NumbersStored {
  readonly #program: Program
  readonly #evaluations: ReadonlyMap<number, Evaluation>
  readonly #follow: Follow
  readonly #budget: StepBudget = { left: STEPS }
  readonly #known = new Map<number, ReadonlySet<number>>()
  readonly #stores = new Map<number, ReadonlySet<number>>()

  constructor(program: Program, evaluations: ReadonlyMap<number, Evaluation>, follow: Follow) {
    this.#program = program
    this.#evaluations = evaluations
    this.#follow = follow
  }

  /** Offsets of fields that the call of `edge` has its callee set, if it may be one of `wanted`. */
  by(edge: number, wanted: ReadonlySet<number>): ReadonlySet<number> {
    const { edgeTo, firstCaller } = this.#program.graph
    const callee = edgeTo[edge]!
    if (firstCaller[callee + 1]! - firstCaller[callee]! > MOST_CALLERS || !this.#mayStore(callee, wanted)) return none
    let known = this.#known.get(edge)
    if (known === undefined) this.#known.set(edge, (known = this.#find(edge, callee)))
    return known
  }

  /** May function `index`, or one that it calls, store behind a pointer at one of `wanted`? */
  mayStoreTo(index: number, wanted: ReadonlySet<number>): boolean {
    return this.#mayStore(index, wanted) || [...this.#program.calls.of(index).callees.values()].some((callee) => this.#mayStore(callee, wanted))
  }

  #find(edge: number, callee: number): ReadonlySet<number> {
    const passed = new Map<number, Value>()
    let isNumber = false
    for (const [register, value] of this.#passedAt(edge)) {
      if (value.detected || !isSmallNumber(register, value)) continue // an object is one of several that it may be
      passed.set(register, value)
      isNumber ||= !isZero(value)
    }
    return (isNumber && this.#budget.left > 0 ? this.#follow(callee, passed, this.#budget)?.numbersStored : undefined) ?? none
  }

  #passedAt(edge: number): ReadonlyMap<number, Value> {
    const { graph, functions } = this.#program
    const caller = graph.edgeFrom[edge]!
    const evaluation = this.#evaluations.get(caller)
    if (evaluation !== undefined) return evaluation.passed.get(graph.edgeAt[edge]!) ?? nothing
    const code = functions.get(caller)
    return code === undefined ? nothing : numbersPassed(code, graph.edgeAt[edge]!, () => false)
  }

  /** Does it store anything to a field of `wanted`, as far as its instructions say where? */
  #mayStore(index: number, wanted: ReadonlySet<number>): boolean {
    let stores = this.#stores.get(index)
    if (stores === undefined) this.#stores.set(index, (stores = this.#storesOf(index)))
    if (stores.has(0)) return true
    for (const offset of wanted) if (stores.has(offset)) return true
    return false
  }

  /** 0 stands for any place, in a small function. */
  #storesOf(index: number): ReadonlySet<number> {
    const target = this.#program.functions.get(index)
    const offsets = new Set<number>()
    if (target === undefined) return offsets
    const { code, view, from, to, blocks } = target
    for (let at = from; at < to; at += blocks.lengths[at - from]! || 1) {
      const modrmAt = modrmOfStore(code, at)
      const offset = modrmAt === undefined ? undefined : displacementOf(code, view, modrmAt, 0)
      if (offset !== undefined && (offset > 0 || (offset === 0 && to - from <= SMALL))) offsets.add(offset)
    }
    return offsets
  }
}

const none: ReadonlySet<number> = new Set()
const nothing: ReadonlyMap<number, Value> = new Map()
