import { CodeAddresses } from '../../program/code-addresses.ts'
import { Edge } from '../../program/edges.ts'
import { join, plain, type Value } from '../../program/value.ts'
import type { StepBudget } from '../evaluation/evaluate.ts'
import { entriesFromAnywhere } from '../evaluation/entries.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'
import { placeOf } from '../evaluation/state.ts'
import type { Guards } from './guards.ts'
import type { FunctionCode } from '../code/function-code.ts'
import { numbersPassed } from '../code/numbers-passed.ts'
import type { Program } from '../code/program.ts'

/** Instructions that may be evaluated for features that few functions have, and for those of many. */
const STEPS = { few: 400_000, many: 100_000 } as const
const CALLERS = 16
/** Bytes of a function beyond which it is only followed where a check matters in it anyway: what hands flags on is small. */
const SIZE = 5000
/** Bytes of a function in which it is read what stands before a call. */
const LARGEST = 65_536
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
  readonly #budgets: { readonly few: StepBudget; readonly many: StepBudget } = { few: { left: STEPS.few }, many: { left: STEPS.many } }
  #budget: StepBudget = this.#budgets.many
  readonly #known = new Map<number, { key: string; evaluation: Evaluation | undefined }>()
  readonly #inProgress = new Set<number>()
  /** What pointers in data lead to, in order. */
  #pointed: CodeAddresses | undefined
  /** By function: see `#placesEntered`. */
  readonly #entered = new Map<number, ReadonlySet<number> | undefined>()
  /** Functions followed whatever they are called with. */
  readonly #unaware = new Map<number, Evaluation | undefined>()

  constructor(program: Program, guards: Guards, open: (index: number) => boolean) {
    this.#program = program
    this.#guards = guards
    this.#open = open
  }

  /** Undefined where nothing is known. `isOfFew`: it is asked because of features that few functions have. */
  evaluation(index: number, runs: Runs, isOfFew: boolean): Evaluation | undefined {
    this.#budget = isOfFew ? this.#budgets.few : this.#budgets.many
    return this.#evaluation(index, runs)
  }

  #evaluation(index: number, runs: Runs): Evaluation | undefined {
    // one that calls itself may well call itself with a number
    if (this.#inProgress.has(index)) return this.#whateverPassed(index)
    if (this.#inProgress.size >= DEPTH) return this.#guards.evaluations.get(index)
    this.#inProgress.add(index)
    const found = this.#evaluate(index, runs)
    this.#inProgress.delete(index)
    return found
  }

  #evaluate(index: number, runs: Runs): Evaluation | undefined {
    // it will not be followed for what it is called with
    if (!this.#mayFollow(index) && !this.#known.has(index)) return this.#whateverPassed(index)
    const passed = this.#passed(index, runs)
    const key = [...(passed ?? [])].map(([place, { words, base }]) => `${place}=${base}:${words.join()}`).sort().join(' ')
    const known = this.#known.get(index)
    if (known?.key === key) return known.evaluation
    const evaluation = passed === undefined || key === '' ? this.#whateverPassed(index) : (this.#follow(index, passed) ?? this.#guards.evaluations.get(index))
    this.#known.set(index, { key, evaluation })
    return evaluation
  }

  #whateverPassed(index: number): Evaluation | undefined {
    const known = this.#guards.evaluations.get(index)
    if (known !== undefined) return known
    if (!this.#unaware.has(index)) this.#unaware.set(index, this.#follow(index, new Map()))
    return this.#unaware.get(index)
  }

  #follow(index: number, passed: ReadonlyMap<number, Value>): Evaluation | undefined {
    return this.#mayFollow(index) ? this.#guards.follow(index, passed, this.#budget) : undefined
  }

  #mayFollow(index: number): boolean {
    const { starts, ends } = this.#program.graph
    return this.#budget.left > 0 && ends[index]! - starts[index]! <= SIZE
  }

  /** What every call that runs passes; nothing where it is not known who calls. */
  #passed(index: number, runs: Runs): Map<number, Value> | undefined {
    const { graph } = this.#program
    const from = graph.firstCaller[index]!
    const to = graph.firstCaller[index + 1]!
    if (this.#open(index) || to - from > CALLERS) return undefined
    let common: Map<number, Value> | undefined
    const calls: number[] = []
    for (let entry = from; entry < to; entry++) {
      const edge = graph.callerEdge[entry]!
      const caller = graph.edgeFrom[edge]!
      if (graph.edgeKind[edge] !== Edge.call || !runs(caller, edge)) continue
      // what is read there takes no evaluation, and may say at once that nothing is known
      if (!this.#isTooLarge(caller)) calls.push(edge)
      else if ((common = commonOf(common, this.#numbersPassed(caller, graph.edgeAt[edge]!))) === undefined) return undefined
    }
    for (const edge of calls) {
      const at = graph.edgeAt[edge]!
      const evaluation = this.#evaluation(graph.edgeFrom[edge]!, runs)
      // what its own callers tell it keeps it from that call
      if (evaluation !== undefined && (evaluation.seen[at - evaluation.start]! & 1) === 0) continue
      common = commonOf(common, evaluation === undefined ? this.#numbersPassed(graph.edgeFrom[edge]!, at) : evaluation.passed.get(at))
      if (common === undefined) return undefined
    }
    // what a check stored in an object where others set something else may be that
    for (const place of common?.keys() ?? []) if (place < 0 && this.#guards.contested.has(placeOf(place).offset)) common!.delete(place)
    return common
  }

  /** Is a function not followed for what it passes? */
  #isTooLarge(index: number): boolean {
    const { starts, ends } = this.#program.graph
    return ends[index]! - starts[index]! > SIZE && !this.#guards.evaluations.has(index)
  }

  #numbersPassed(caller: number, at: number): ReadonlyMap<number, Value> | undefined {
    const { starts, ends } = this.#program.graph
    const code = ends[caller]! - starts[caller]! > LARGEST ? undefined : this.#program.functions.get(caller)
    if (code === undefined) return undefined
    if (!this.#entered.has(caller)) this.#entered.set(caller, this.#placesEntered(caller, code))
    const entered = this.#entered.get(caller)
    return entered && numbersPassed(code, at, (address) => entered.has(address))
  }

  /** Where control comes into a function by other ways than its own direct jumps; undefined where that may be anywhere. */
  #placesEntered(index: number, code: FunctionCode): ReadonlySet<number> | undefined {
    const cases = this.#program.jumpTables.allCases(code)
    if (cases === undefined) return undefined
    // JMP to what a table of pointers holds: whatever points into the function
    const places = new Set([...cases, ...entriesFromAnywhere(this.#program, index).inside.keys()])
    const pointed = (this.#pointed ??= pointedAt(this.#program))
    for (let at = pointed.lastIn(code.start + 1, code.end - 1); at >= 0; at = pointed.lastIn(code.start + 1, at - 1)) places.add(at)
    return places
  }
}

/** Addresses in code that pointers hold. */
function pointedAt({ image }: Program): CodeAddresses {
  const pointed = new CodeAddresses(image.code)
  const { targets } = image.codePointers
  for (let pointer = 0; pointer < targets.length; pointer++) pointed.add(targets[pointer]!)
  return pointed
}

/** What is passed there as well, of numbers; undefined where that is nothing. */
function commonOf(common: Map<number, Value> | undefined, passed: ReadonlyMap<number, Value> | undefined): Map<number, Value> | undefined {
  if (passed === undefined) return undefined
  const joined = common === undefined ? new Map(passed) : both(common, passed)
  for (const [place, value] of joined) if (value.base !== plain || value.words.length === 0) joined.delete(place)
  return joined.size === 0 ? undefined : joined
}

function both(a: ReadonlyMap<number, Value>, b: ReadonlyMap<number, Value>): Map<number, Value> {
  const common = new Map<number, Value>()
  for (const [place, value] of a) {
    const joined = b.has(place) ? join(value, b.get(place)) : undefined
    if (joined !== undefined) common.set(place, joined)
  }
  return common
}
