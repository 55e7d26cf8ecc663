import { argumentRegisters } from '../code/argument-registers.ts'
import type { Program } from '../code/program.ts'
import { withoutChoices } from '../checks/known.ts'
import { isSmallNumber } from '../checks/parameters.ts'
import { argumentsIn } from '../evaluation/answers-by-argument.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'
import { placeOf } from '../evaluation/state.ts'
import { anything, isExact, join, untouched, type Value } from '../../program/value.ts'
import type { Tracer, View } from './tracer.ts'

/** Instructions that may be evaluated for that, in a file. */
const STEPS = 25_000
/** How far up and down the calls it is looked for where a number comes from. */
const DEPTH = 3
const CALLERS = 8

/**
 * Functions where somebody may have set something else than what a check found out (`options.level.value_or(detect())`): variables that no check stores to
 * hold the numbers that functions which are reached put there, and calls pass and return the numbers that they may.
 */
export class OptionViews {
  readonly #program: Program
  readonly #evaluations: ReadonlyMap<number, Evaluation>
  readonly #tracer: Tracer
  readonly #views = new Map<number, View>()
  readonly #inProgress = new Set<number>()
  readonly #overridden = new Set<number>()
  readonly #budget = { left: STEPS }

  constructor(program: Program, evaluations: ReadonlyMap<number, Evaluation>, tracer: Tracer) {
    this.#program = program
    this.#evaluations = evaluations
    this.#tracer = tracer
  }

  /** May function `index` return something else than what a check found out, which nobody knows? */
  isOverridden(index: number): boolean {
    if (this.#overridden.has(index)) return true
    const result = this.#evaluations.get(index)?.results.get(0)
    return result?.detected === true && result.partial === true && result.words.length > 0
  }

  /** Function `index` returns what is in a variable that somebody may have set. */
  note(index: number): void {
    this.#overridden.add(index)
  }

  /** Undefined where it cannot be told. */
  of(index: number, isReached: (index: number) => boolean): View | undefined {
    const known = this.#views.get(index)
    if (known !== undefined || this.#budget.left <= 0 || this.#inProgress.has(index) || this.#inProgress.size > DEPTH) return known
    const view = this.#follow(index, () => this.#passed(index, isReached), isReached)
    if (view !== undefined) this.#views.set(index, view)
    return view
  }

  #follow(index: number, passed: () => ReadonlyMap<number, Value> | undefined, isReached: (index: number) => boolean): View | undefined {
    this.#inProgress.add(index)
    const evaluation = (other: number): Evaluation | undefined => this.of(other, isReached)?.evaluation
    const view = this.#tracer.settleWith(index, passed(), this.#budget, {
      isReached,
      evaluation,
      answer: (other, registers) => this.#answer(other, argumentsIn(registers), isReached),
      options: { contested: this.#tracer.contested, isOverridden: (other) => this.isOverridden(other), evaluation: (other) => evaluation(other) ?? this.#tracer.trace(other) },
    })
    this.#inProgress.delete(index)
    return view
  }

  #answer(index: number, passed: ReadonlyMap<number, Value>, isReached: (index: number) => boolean): Evaluation | undefined {
    if (passed.size === 0 || this.#budget.left <= 0 || this.#inProgress.size > DEPTH || this.#inProgress.has(index)) return undefined
    return this.#follow(index, () => passed, isReached)?.evaluation
  }

  /** What function `index` is called with, of all arguments of which every caller says what number they are. */
  #passed(index: number, isReached: (index: number) => boolean): ReadonlyMap<number, Value> | undefined {
    const { graph, named } = this.#program
    const from = graph.firstCaller[index]!
    const to = graph.firstCaller[index + 1]!
    if (this.#inProgress.size > DEPTH || named.has(index) || to - from > CALLERS) return undefined
    const passed = new Map(withoutChoices(this.#tracer.parametersOf(index)))
    const calls: (ReadonlyMap<number, Value> | undefined)[] = []
    for (let entry = from; entry < to; entry++) {
      const edge = graph.callerEdge[entry]!
      const caller = graph.edgeFrom[edge]!
      if (!isReached(caller)) continue
      const evaluation = this.of(caller, isReached)?.evaluation ?? this.#evaluations.get(caller)
      const at = graph.edgeAt[edge]!
      if (evaluation === undefined || (evaluation.seen[at - evaluation.start]! & 2) !== 0) calls.push(evaluation?.passed.get(at))
    }
    // what lies behind pointers that are passed, too
    const behind = [...passed.keys()].filter((place) => place < 0)
    for (const register of [...argumentRegisters, ...behind]) {
      let all: Value | undefined = calls[0]?.get(register)
      for (const call of calls) {
        const value = call?.get(register)
        all = all === undefined || value === undefined ? undefined : join(all, value)
      }
      if (all !== undefined && (register < 0 ? isExact(all) : isSmallNumber(register, all))) passed.set(register, all)
      else if (register < 0 && this.#tracer.contested.has(placeOf(register).offset)) passed.set(register, untouched)
      else if (register < 0) passed.delete(register)
      else if (passed.get(register)?.partial === true) passed.set(register, anything)
    }
    return passed
  }
}
