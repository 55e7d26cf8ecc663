import { Edge } from '../program/edges.ts'
import { join, plain, type Value } from '../program/value.ts'
import type { StepBudget } from './evaluate.ts'
import type { Evaluation } from './evaluation.ts'
import type { Guards } from './guards.ts'
import type { Program } from './program.ts'

/** Instructions that may be evaluated for it. */
const STEPS = 400_000
const CALLERS = 16
/** How far up the calls it is looked for where an argument comes from. */
const DEPTH = 3

/** Does the call of `edge` run, as far as is known? */
type Runs = (caller: number, edge: number) => boolean

/**
 * Evaluates functions with the arguments that all calls of them which run pass: a function that every caller tells to do
 * without a feature does not use it.
 */
export class ConstantArguments {
  readonly #program: Program
  readonly #guards: Guards
  /** Functions that others than their direct callers may call. */
  readonly #open: (index: number) => boolean
  readonly #budget: StepBudget = { left: STEPS }
  readonly #known = new Map<number, { key: string; evaluation: Evaluation | undefined }>()
  readonly #inProgress = new Set<number>()

  constructor(program: Program, guards: Guards, open: (index: number) => boolean) {
    this.#program = program
    this.#guards = guards
    this.#open = open
  }

  /** Undefined where nothing is known. */
  evaluation(index: number, runs: Runs): Evaluation | undefined {
    if (this.#inProgress.size >= DEPTH || this.#inProgress.has(index)) return this.#guards.evaluations.get(index)
    this.#inProgress.add(index)
    const found = this.#evaluate(index, runs)
    this.#inProgress.delete(index)
    return found
  }

  #evaluate(index: number, runs: Runs): Evaluation | undefined {
    const passed = this.#passed(index, runs)
    const key = [...(passed ?? [])].map(([place, { words, base }]) => `${place}=${base}:${words.join()}`).sort().join(' ')
    const known = this.#known.get(index)
    if (known?.key === key) return known.evaluation
    let evaluation = this.#guards.evaluations.get(index)
    if ((key !== '' || evaluation === undefined) && this.#budget.left > 0) evaluation = this.#guards.follow(index, passed ?? new Map(), this.#budget) ?? evaluation
    this.#known.set(index, { key, evaluation })
    return evaluation
  }

  /** What every call that runs passes; nothing where it is not known who calls. */
  #passed(index: number, runs: Runs): Map<number, Value> | undefined {
    const { graph } = this.#program
    const from = graph.firstCaller[index]!
    const to = graph.firstCaller[index + 1]!
    if (this.#open(index) || to - from > CALLERS) return undefined
    let common: Map<number, Value> | undefined
    for (let entry = from; entry < to; entry++) {
      const edge = graph.callerEdge[entry]!
      const caller = graph.edgeFrom[edge]!
      if (graph.edgeKind[edge] !== Edge.call || !runs(caller, edge)) continue
      const passed = this.evaluation(caller, runs)?.passed.get(graph.edgeAt[edge]!)
      if (passed === undefined) return undefined
      common = common === undefined ? new Map(passed) : both(common, passed)
      for (const [place, value] of common) if (value.base !== plain || value.words.length === 0) common.delete(place)
      if (common.size === 0) return undefined
    }
    return common
  }
}

function both(a: ReadonlyMap<number, Value>, b: ReadonlyMap<number, Value>): Map<number, Value> {
  const common = new Map<number, Value>()
  for (const [place, value] of a) {
    const joined = b.has(place) ? join(value, b.get(place)) : undefined
    if (joined !== undefined) common.set(place, joined)
  }
  return common
}
