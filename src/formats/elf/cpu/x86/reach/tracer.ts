import { ControlFlow } from '../evaluation/control-flow.ts'
import type { Evaluation, FileLeaks } from '../evaluation/evaluation.ts'
import { argumentsIn } from '../evaluation/answers-by-argument.ts'
import { type Assumption, FunctionOrigins, type RestOfProgram, settled, usually } from './function-origins.ts'
import { LeakingVariables } from './leaking-variables.ts'
import { readsEnvironment } from '../code/environment.ts'
import type { Guards } from '../checks/guards.ts'
import type { Program } from '../code/program.ts'
import type { Settled } from '../checks/settled.ts'
import { IndexSet } from '../../program/index-set.ts'
import type { Value } from '../../program/value.ts'
import { settledArguments } from './settled-arguments.ts'

/** Instructions that may be evaluated to tell checks from other branches. */
const STEPS = 250_000
/** More of them where a kernel bears the name of a CPU, when all are used up: there a branch is likely to be a check. */
const RESERVE = 60_000
/** How much of that for one function. */
const RESERVE_FOR_ONE = 12_000
/** The same to tell where numbers lead that are known. */
const SETTLING = 80_000
/** Bytes of a function beyond which that is too dear. */
const SETTLED_SIZE = 6000
/** How far up and down the calls it is looked for where a number comes from. */
const DEPTH = 3
const CALLERS = 8

export interface View {
  readonly evaluation: Evaluation
  readonly control: ControlFlow
}

/**
 * Tells whether an instruction runs whatever checks of the CPU say. The guards that were found are not enough for that: a
 * check may keep what it found out in some object. So every branch counts as one that is not known to look at something else.
 */
export class Tracer implements RestOfProgram {
  readonly #program: Program
  readonly #guards: Guards
  readonly #traces = new Map<number, Evaluation | undefined>()
  /** What was found on the way to another, and might be known better when it is asked for by itself. */
  readonly #passing = new Map<number, Evaluation | undefined>()
  /** How often something was not looked into, as it was too far away. */
  #cuts = 0
  readonly #flows = new Map<number, ControlFlow>()
  readonly #unambiguous = new Map<number, View | undefined>()
  readonly #inHandlers = new Map<number, View | undefined>()
  readonly #near = new Map<number, View | undefined>()
  readonly #withEnvironment = new Map<number, View | undefined>()
  #nearDepth = 0
  #unambiguousDepth = 0
  readonly #settled = new Map<number, View>()
  readonly #settlingNow = new Set<number>()
  readonly #settling = { left: SETTLING }
  readonly #inProgress = new Set<number>()
  readonly variables: LeakingVariables
  readonly #budget = { left: STEPS }
  /** The same for the C library that is linked in, which chooses a lot, and Go's own packages: what they take is not taken from the program. */
  readonly #librarys = { left: STEPS }
  #reserve = RESERVE
  #depth = DEPTH
  /** Functions that are called with nothing but what the system gives them. */
  readonly #started: ReadonlySet<number>
  readonly #named: IndexSet
  readonly #exported: IndexSet
  readonly #hasAmbiguousFields: boolean
  /** Functions that ask for variables of the environment. */
  readonly #readsEnvironment: ReadonlySet<number>
  /** Functions that read such. */
  readonly #ambiguous = new Set<number>()

  /** `started`: the entry point, what it starts, and initializers. */
  constructor(program: Program, guards: Guards, started: ReadonlySet<number>) {
    this.#program = program
    this.#guards = guards
    this.variables = new LeakingVariables(program, guards, (index) => this.#named.has(index) || this.#exported.has(index))
    this.#started = started
    this.#named = program.named
    this.#readsEnvironment = new Set([...program.graph.importCalls].filter(([, calls]) => calls.some(({ name }) => readsEnvironment.test(name))).map(([index]) => index))
    this.#hasAmbiguousFields = [...guards.leaks.ambiguous].some((offset) => guards.leaks.fields.has(offset))
    this.#exported = new IndexSet(program.graph.starts.length)
    for (const { address, exported, name } of program.image.functions) {
      const index = exported && program.isEntered(name) ? program.graph.functionAt(address) : undefined
      if (index !== undefined) this.#exported.add(index)
    }
  }

  /** Is function `index` called with nothing but what the system gives it? */
  isStarted(index: number): boolean {
    return this.#started.has(index)
  }

  /** May others than its direct callers call function `index`? */
  isOpen(index: number): boolean {
    return this.#started.has(index) || this.#exported.has(index) || this.#named.has(index)
  }

  /** Undefined where it cannot be told. */
  trace(index: number): Evaluation | undefined {
    if (this.#traces.has(index)) return this.#traces.get(index)
    if (this.#passing.has(index)) return this.#passing.get(index)
    const budget = this.#budgetOf(index)
    if (this.#inProgress.size >= this.#depth || this.#inProgress.has(index) || budget.left <= 0) {
      this.#cuts++
      return undefined
    }
    const cuts = this.#cuts
    this.#inProgress.add(index)
    const origins = new FunctionOrigins(this.#program, this, this.#guards.leaks, index, usually)
    const evaluation = this.#guards.trace(index, origins, budget)
    if (origins.readsAmbiguousFields) this.#ambiguous.add(index)
    this.#inProgress.delete(index)
    const isWhole = this.#cuts === cuts || this.#inProgress.size === 0
    ;(isWhole ? this.#traces : this.#passing).set(index, evaluation)
    if (this.#inProgress.size === 0) this.#passing.clear()
    return evaluation
  }

  /** May it hang on a check of the CPU whether the instruction at `at` runs? */
  dependsOnCheck(index: number, at: number): boolean {
    return this.checksOf(index, at)?.length !== 0
  }

  /** Branches that it hangs on whether the instruction at `at` runs, and that may be checks. Undefined where it cannot be told. */
  checksOf(index: number, at: number): readonly number[] | undefined {
    const evaluation = this.trace(index)
    if (evaluation === undefined) return undefined
    if ((evaluation.seen[at - evaluation.start]! & 1) === 0) return this.#checksInHandler(index, at)
    return this.#flowOf(index, evaluation).decidingOf(evaluation.open, at)
  }

  /** Does it hang on none of them whether one of the instructions at `places` runs? The same may be done on both sides of a check. */
  hangsOnNoneOf(index: number, places: readonly number[]): boolean {
    const evaluation = this.trace(index)
    const seen = evaluation === undefined ? [] : places.filter((at) => (evaluation.seen[at - evaluation.start]! & 1) !== 0)
    return seen.length > 1 && this.#flowOf(index, evaluation!).decidingOf(evaluation!.open, seen[0]!, undefined, seen.slice(1))?.length === 0
  }

  /** The same for a call of what bears the name of a CPU. */
  checksOfNamed(index: number, at: number): readonly number[] | undefined {
    const budget = this.#budgetOf(index)
    if (budget.left > 0 || this.#reserve <= 0 || this.#traces.has(index)) return this.checksOf(index, at)
    const used = budget.left
    const most = Math.min(this.#reserve, RESERVE_FOR_ONE)
    budget.left = most
    this.#depth = 1
    const checks = this.checksOf(index, at)
    this.#depth = DEPTH
    this.#reserve -= most - budget.left
    budget.left = used
    return checks
  }

  #flowOf(index: number, evaluation: Evaluation): ControlFlow {
    let flow = this.#flows.get(index)
    if (flow === undefined) this.#flows.set(index, (flow = this.#controlFlow(index, evaluation)))
    return flow
  }

  #budgetOf(index: number): { left: number } {
    return this.#program.isOfRuntimeLibrary(index) ? this.#librarys : this.#budget
  }

  #controlFlow(index: number, evaluation: Evaluation): ControlFlow {
    return new ControlFlow(this.#program.functions.get(index)!, evaluation)
  }

  /** The same where only handlers of exceptions lead there. */
  #checksInHandler(index: number, at: number): readonly number[] | undefined {
    const view = this.#view(this.#inHandlers, index, { handlers: true, ambiguousFields: true })
    return view === undefined || (view.evaluation.seen[at - view.evaluation.start]! & 1) === 0 ? undefined : view.control.decidingOf(view.evaluation.open, at)
  }

  /** Function `index` followed with other `Origins`, once. */
  #view(known: Map<number, View | undefined>, index: number, assumption: Assumption): View | undefined {
    if (known.has(index)) return known.get(index)
    const budget = this.#budgetOf(index)
    if (budget.left <= 0) return undefined
    const evaluation = this.#guards.trace(index, new FunctionOrigins(this.#program, this, this.#leaksFor(index, assumption), index, assumption), budget)
    const view = evaluation && { evaluation, control: this.#controlFlow(index, evaluation) }
    known.set(index, view)
    return view
  }

  /**
   * Does it hang on nothing but fields that hold what a check found out in some objects, and another number in others? Then
   * nobody can tell by the field's place whether the instruction at `at` is guarded.
   */
  hangsOnAmbiguousFields(index: number, at: number): boolean {
    if (!this.#hasAmbiguousFields) return false
    const usual = this.trace(index)
    const isSame = usual !== undefined && !this.#ambiguous.has(index)
    const view = isSame ? { evaluation: usual, control: this.#flowOf(index, usual) } : this.#view(this.#unambiguous, index, { handlers: false, ambiguousFields: false })
    return view !== undefined && view.control.decidingOf(view.evaluation.open, at)?.length === 0
  }

  /** Is what function `index` reads of the table at an address chosen by a field that holds what a check found out in some objects, and another number in others? */
  isIndexedByAmbiguousField(index: number, table: number): boolean {
    if (!this.#hasAmbiguousFields) return false
    return this.#view(this.#unambiguous, index, { handlers: false, ambiguousFields: false })?.evaluation.tablesByOthers.has(table) === true && this.trace(index)?.tablesByOthers.has(table) !== true
  }

  /** Does it hang on nothing but variables of the environment, which are taken to be unset elsewhere, whether the instruction at `at` runs? */
  runsByEnvironment(index: number, at: number): boolean {
    if (!this.#readsEnvironment.has(index)) return false
    const view = this.#view(this.#withEnvironment, index, { ...usually, environment: true })
    return view !== undefined && (view.evaluation.seen[at - view.evaluation.start]! & 1) !== 0 && view.control.decidingOf(view.evaluation.open, at)?.length === 0
  }

  /**
   * Does it hang on nothing but what calls return that are far from everything that asks about the CPU? That may be a check as far
   * as can be proved, but is no likely one: a file that could not be opened, memory that was not there.
   */
  hangsOnNothingNear(index: number, at: number): boolean {
    const view = this.#nearView(index)
    if (view === undefined || (view.evaluation.seen[at - view.evaluation.start]! & 1) === 0) return false
    return view.evaluation.open.size === 0 || !view.control.hangsOn(view.evaluation.open, at)
  }

  /** What the call at `at` passes, where it hangs on nothing near: what is not known of it is far from everything that asks about the CPU. */
  passedNear(index: number, at: number): ReadonlyMap<number, Value> | undefined {
    return this.hangsOnNothingNear(index, at) ? this.#nearView(index)?.evaluation.passed.get(at) : undefined
  }

  /** The same where results of what is far from all checks are none. What a caller hands on behind a check may hang on it, whatever it is. */
  argumentMayLeakNear(index: number, register: number): boolean {
    if (this.#started.has(index)) return false
    if (this.#exported.has(index)) return true
    const leaks = this.#leaksFor(index, { ...usually, nearOnly: true })
    // what a field holds goes through a pointer as an argument now and then: whoever asked said so himself where it is a check
    if (this.#named.has(index)) return leaks.anywhere || leaks.arguments
    if (!mayLeak(leaks) && !this.#isCalledBySomeAboutCpu(index)) return false
    return this.#mayBePassed(index, register, (caller) => (this.#isAboutCpu(caller) ? undefined : this.#nearView(caller)?.evaluation))
  }

  #isCalledBySomeAboutCpu(index: number): boolean {
    const { firstCaller, callerEdge, edgeFrom } = this.#program.graph
    for (let entry = firstCaller[index]!; entry < firstCaller[index + 1]!; entry++) if (this.#isAboutCpu(edgeFrom[callerEdge[entry]!]!)) return true
    return false
  }

  resultMayLeakNear(callee: number): boolean {
    return this.#program.near.asks(callee, this.#guards.evaluations)
  }

  /**
   * Does it hang on checks whose numbers are all known, and of which some lead there on this CPU? Those were followed: it is
   * guarded by none.
   */
  isLedTo(index: number, at: number, isReached: (index: number) => boolean): boolean {
    const usual = this.#guards.evaluations.get(index)
    const view = usual?.doubts === true && usual.seen.length <= SETTLED_SIZE ? this.settledAt(index, isReached) : undefined
    if (view === undefined) return false
    const { evaluation, control } = view
    return (evaluation.seen[at - evaluation.start]! & 1) !== 0 && control.decidingOf(evaluation.open, at, evaluation.either)?.length === 0
  }

  /** See `Guards`. */
  get contested(): ReadonlySet<number> {
    return this.#guards.contested
  }

  /** What function `index` is given of what checks found out. */
  parametersOf(index: number): ReadonlyMap<number, Value> | undefined {
    return this.#guards.parametersOf(index)
  }

  /** Functions that are given what checks found out. */
  informed(): Iterable<number> {
    return this.#guards.informed()
  }

  /** Function `index` where it is given `passed`, some of which checks found out, and some of which others pass. */
  givenOthers(index: number, passed: ReadonlyMap<number, Value>, isReached: (index: number) => boolean): View | undefined {
    return this.#settling.left <= 0 ? undefined : this.#settle(index, isReached, passed)
  }

  /** Function `index` where what checks find out has been found out. */
  settledAt(index: number, isReached: (index: number) => boolean): View | undefined {
    const known = this.#settled.get(index)
    if (known !== undefined || this.#settling.left <= 0) return known
    this.#settlingNow.add(index)
    const view = this.#settle(index, isReached, this.#passedWhenSettled(index, isReached))
    this.#settlingNow.delete(index)
    if (view !== undefined) this.#settled.set(index, view)
    return view
  }

  #passedWhenSettled(index: number, isReached: (index: number) => boolean): ReadonlyMap<number, Value> | undefined {
    if (this.#settlingNow.size > DEPTH || this.#named.has(index)) return undefined
    return settledArguments(this.#program, this.#guards, index, { isReached, viewOf: (caller) => (this.#settlingNow.has(caller) ? undefined : this.settledAt(caller, isReached)) })
  }

  #settle(index: number, isReached: (index: number) => boolean, passed?: ReadonlyMap<number, Value>): View | undefined {
    return this.settleWith(index, passed, this.#settling, {
      isReached,
      evaluation: (other) => (this.#settlingNow.size > DEPTH || this.#settlingNow.has(other) ? undefined : this.settledAt(other, isReached)?.evaluation),
      answer: (other, registers) => this.#settledAnswer(other, argumentsIn(registers), isReached),
      options: undefined,
    })
  }

  /** Function `index`, called with `passed`, where the rest of the program does what `others` say. */
  settleWith(index: number, passed: ReadonlyMap<number, Value> | undefined, budget: { left: number }, others: Settled): View | undefined {
    const origins = new FunctionOrigins(this.#program, this, this.#leaksFor(index, settled), index, settled)
    const evaluation = this.#guards.settle(index, origins, budget, others, passed)
    return evaluation && { evaluation, control: this.#controlFlow(index, evaluation) }
  }

  #settledAnswer(index: number, passed: ReadonlyMap<number, Value>, isReached: (index: number) => boolean): Evaluation | undefined {
    if (passed.size === 0 || this.#settling.left <= 0 || this.#settlingNow.size > DEPTH || this.#settlingNow.has(index)) return undefined
    this.#settlingNow.add(index)
    const view = this.#settle(index, isReached, passed)
    this.#settlingNow.delete(index)
    return view?.evaluation
  }

  #isAboutCpu(index: number): boolean {
    const evaluation = this.#guards.evaluations.get(index)
    return evaluation !== undefined && (evaluation.decides || evaluation.doubts)
  }

  #nearView(index: number): View | undefined {
    if (this.#nearDepth >= DEPTH) return undefined
    this.#nearDepth++
    const view = this.#view(this.#near, index, { handlers: false, ambiguousFields: true, nearOnly: true })
    this.#nearDepth--
    return view
  }

  /** What the C library that is linked in finds out is far from what the program does. */
  #leaksFor(index: number, { nearOnly }: Assumption): FileLeaks {
    return nearOnly === true && !this.#program.isOfRuntimeLibrary(index) ? this.#guards.ownLeaks : this.#guards.leaks
  }

  /** May the variable at `address` hold what CPUID says, as far as it is near function `index`, which reads it? */
  variableMayLeakNear(index: number, address: number): boolean {
    return this.variables.isLikely(address, this.#leaksFor(index, { ...usually, nearOnly: true }))
  }

  /** May the argument that function `index` gets in `register`? */
  argumentMayLeak(index: number, register: number): boolean {
    if (this.#started.has(index)) return false
    if (this.#exported.has(index)) return true // whoever calls it may have asked
    return mayLeak(this.#guards.leaks) && this.#mayBePassed(index, register, (caller) => this.trace(caller))
  }

  /** The same where fields that hold something else in some objects are no check's. */
  argumentMayLeakUnambiguously(index: number, register: number): boolean {
    if (this.#exported.has(index) || this.#unambiguousDepth >= DEPTH) return true
    this.#unambiguousDepth++
    const mayLeak = this.#mayBePassed(index, register, (caller) => this.#view(this.#unambiguous, caller, { handlers: false, ambiguousFields: false })?.evaluation)
    this.#unambiguousDepth--
    return mayLeak
  }

  #mayBePassed(index: number, register: number, trace: (caller: number) => Evaluation | undefined): boolean {
    const { graph } = this.#program
    const from = graph.firstCaller[index]!
    const to = graph.firstCaller[index + 1]!
    if (this.#named.has(index) || to - from > CALLERS) return true
    for (let entry = from; entry < to; entry++) {
      const edge = graph.callerEdge[entry]!
      const caller = trace(graph.edgeFrom[edge]!)
      if (caller === undefined) return true
      const at = graph.edgeAt[edge]!
      if ((caller.seen[at - caller.start]! & 2) === 0) continue
      const value = caller.passed.get(at)?.get(register)
      if (value === undefined || value.detected) return true
    }
    return false
  }
}

function mayLeak({ anywhere, arguments: areArguments, fields }: FileLeaks): boolean {
  return anywhere || areArguments || fields.size > 0
}
