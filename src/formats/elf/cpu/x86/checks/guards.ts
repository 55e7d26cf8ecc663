import { Edge } from '../../program/edges.ts'
import { featureTable, relative, type Value } from '../../program/value.ts'
import { Agenda, turnsOf } from './agenda.ts'
import { closedFunctions } from './closed-functions.ts'
import { ClosureMakers } from './closure-makers.ts'
import { type Answer, AnswersByArgument } from '../evaluation/answers-by-argument.ts'
import { goInternal, systemV } from '../evaluation/calling-convention.ts'
import { Callbacks } from './callbacks.ts'
import { Callees } from './callees.ts'
import type { CpuidModel } from '../evaluation/cpuid-model.ts'
import { isDetectorFunction, isDetectorObject, isDetectorTableFunction } from '../code/detectors.ts'
import { entriesFromAnywhere, entriesOf } from '../evaluation/entries.ts'
import { evaluate, resultRegardless, type StepBudget, storesOf } from '../evaluation/evaluate.ts'
import type { Evaluation, FileLeaks, Origins, Surroundings } from '../evaluation/evaluation.ts'
import { Fields } from './fields.ts'
import { FlagsOfObjects } from '../evaluation/flags-of-objects.ts'
import { FunctionSurroundings } from './function-surroundings.ts'
import { HandedOutKernels } from './handed-out-kernels.ts'
import { KernelUsers } from './kernel-users.ts'
import { type KeptWords, keptWords } from './kept-words.ts'
import { type Known, knownWhenSettled, withoutChoices } from './known.ts'
import { findLeaks, findOwnLeaks } from './leaks.ts'
import { handsOn, Parameters } from './parameters.ts'
import { NumbersStored } from './numbers-stored.ts'
import { PointerCallers } from './pointer-callers.ts'
import { OtherSetters } from './other-setters.ts'
import type { Program } from '../code/program.ts'
import { Results } from './results.ts'
import { ReturnedNumbers } from './returned-numbers.ts'
import { type ChosenEntries, TableChoices } from './table-choices.ts'
import { limits } from './search-limits.ts'
import type { Settled } from './settled.ts'
import { StructureSetters } from './structure-setters.ts'
import { Variables } from './variables.ts'

const nothingPassed: ReadonlyMap<number, Value> = new Map()
const noWords: KeptWords = { kept: [], changed: new Set() }

/** What the checks of the CPU decide, for one model of a CPU. */
export interface Guards {
  /** By function; those without an entry are not affected by any check that was found. */
  readonly evaluations: ReadonlyMap<number, Evaluation>
  /** Of those without, the ones that take entries of tables by what a check found out. */
  readonly chosenEntries: ReadonlyMap<number, ChosenEntries>
  /** Variables that hold what checks found out. */
  readonly variables: number
  /** Is one of them in [from, to)? */
  followsAny(from: number, to: number): boolean
  /** Functions that never return on this CPU, because of what CPUID says. */
  readonly dead: ReadonlySet<number>
  /** Functions evaluated, in all rounds. */
  readonly work: number
  /** The bounds were hit. */
  readonly incomplete: boolean
  /** Offsets at which checks store in objects, and others something else. */
  readonly contested: ReadonlySet<number>
  readonly leaks: FileLeaks
  /** The same without those of a C library that is linked into the program. */
  readonly ownLeaks: FileLeaks
  /** Does a function return something else than `value` where a check goes the other way? */
  returnsOther(index: number, value: Value): boolean
  /** Asks once more whether what is compared with kernels can be one, with what was found to be reached. True: evaluations changed. */
  refine(isReached: (index: number) => boolean): boolean
  /** Evaluates a function again, where it is of interest which branches may be checks. */
  trace(index: number, origins: Origins, budget: StepBudget): Evaluation | undefined
  /**
   * The same where variables hold what the functions that are reached store in them, and no longer what was there before: what then
   * decides is no check that was not followed.
   */
  settle(index: number, origins: Origins, budget: StepBudget, others: Settled, passed?: ReadonlyMap<number, Value>): Evaluation | undefined
  /** Functions that are given what checks found out. */
  informed(): Iterable<number>
  /** What function `index` is given of that. */
  parametersOf(index: number): ReadonlyMap<number, Value> | undefined
  /** Evaluates a function again, with arguments that the search did not follow. */
  follow(index: number, passed: ReadonlyMap<number, Value>, budget: StepBudget): Evaluation | undefined
}

/** Follows what CPUID says through the program, until nothing new comes of it. */
export function findGuards(program: Program, model: CpuidModel): Guards {
  return new GuardSearch(program, model).run()
}

class GuardSearch {
  readonly #program: Program
  readonly #evaluations = new Map<number, Evaluation>()
  readonly #variables: Variables
  readonly #fields: Fields
  readonly #callees: Callees
  readonly #known: Known
  readonly #kernels: HandedOutKernels
  readonly #results: Results
  readonly #parameters: Parameters
  readonly #choices: TableChoices
  readonly #answers = new AnswersByArgument({
    evaluate: (index, parameters) => this.#evaluateFor(index, parameters),
    regardless: (index, parameters) => this.#resultRegardless(index, parameters),
  })
  readonly #numbers: ReturnedNumbers
  readonly #stored: NumbersStored
  readonly #structureSetters: StructureSetters
  readonly #featureSlots = new Set<number>()
  readonly #times = new Map<number, number>()
  readonly #budget: StepBudget = { left: limits.steps }
  #refinements = 0
  #hugeLeft: number = limits.stepsOfHuge
  #toldLeft: number = limits.stepsOfTold
  readonly #agenda: Agenda
  readonly #closures: ClosureMakers
  readonly #callbacks: Callbacks
  readonly #users: KernelUsers
  #work = 0

  constructor(program: Program, model: CpuidModel) {
    this.#program = program
    this.#agenda = new Agenda(program.graph)
    this.#closures = new ClosureMakers(program, (index, parameters, load) => this.#evaluateFor(index, parameters, load))
    this.#callbacks = new Callbacks(program)
    this.#users = new KernelUsers(program, model.features)
    this.#variables = new Variables(program, this.#agenda)
    this.#choices = new TableChoices(program, this.#variables)
    this.#stored = new NumbersStored(program, this.#evaluations, (index, passed, budget) => this.#evaluateFor(index, passed, undefined, budget))
    this.#structureSetters = new StructureSetters(program, this.#variables, this.#stored)
    this.#fields = new Fields(program)
    this.#parameters = new Parameters(program)
    this.#kernels = new HandedOutKernels(program, model.features, this.#evaluations)
    this.#results = new Results(program, this.#agenda, {
      isVariable: (at) => this.#variables.has(at),
      isTold: (index) => this.#parameters.of(index) !== undefined,
      returnedRegardless: (index) => this.#resultRegardless(index, this.#parameters.of(index)),
    })
    this.#numbers = new ReturnedNumbers(program, (index) => this.#resultRegardless(index, undefined))
    this.#callees = new Callees(program, this.#results.neverReturns)
    this.#known = {
      model,
      load: (at, size, reader) => (this.#featureSlots.has(at) ? relative(featureTable, 0) : this.#variables.load(at, size, reader)),
      loadField: (offset, size, reader) => this.#fields.load(offset, size, reader),
      contested: undefined,
      flags: new FlagsOfObjects(program, (index) => program.detectors.functions.has(index) || this.#variables.areNamedBy(index)),
      initially: (at, size) => this.#variables.initially(at, size),
      evaluations: this.#evaluations,
      stores: (index) => this.#evaluations.get(index)?.parameterStores,
      results: this.#results.found,
      kernels: this.#kernels,
      answer: (index, registers) => this.#answerOf(index, registers)?.values,
      answerOfOther: undefined,
      numbers: (caller, callee) => (this.#variables.callersOfSetters.has(caller) ? this.#numbers.of(callee) : undefined),
      numbersOfAny: (callee) => this.#numbers.of(callee),
      written: (index, registers) => this.#answerOf(index, registers),
    }
    for (const [place, slot] of program.image.slots) {
      if (slot.import !== undefined && isDetectorObject(slot.import)) this.#featureSlots.add(place)
    }
  }

  run(): Guards {
    const { detectors, graph } = this.#program
    if (!detectors.any) return this.#guards(false)
    this.#variables.followNamed()
    const work = new Set<number>()
    for (const index of detectors.functions) {
      this.#agenda.addTo(work, index, 0)
    }
    for (const place of this.#featureSlots) for (const index of this.#variables.accessors(place, 8)) this.#agenda.addTo(work, index, 1)
    for (const [index, calls] of graph.importCalls) {
      if (calls.some((call) => isDetectorFunction(call.name) || isDetectorTableFunction(call.name))) this.#agenda.addTo(work, index, 1)
    }
    for (const told of detectors.told) {
      for (let entry = graph.firstCaller[told]!; entry < graph.firstCaller[told + 1]!; entry++) this.#agenda.addTo(work, graph.edgeFrom[graph.callerEdge[entry]!]!, 1)
    }
    for (const index of this.#variables.allAccessors()) this.#agenda.addTo(work, index, 1)
    let isComplete = this.#search(work)
    const asking = new Set<number>()
    for (const index of this.#kernels.mayAsk()) if (!this.#evaluations.has(index)) this.#agenda.addTo(asking, index, limits.takers)
    if (isComplete) isComplete = this.#search(asking)
    return this.#guards(!isComplete)
  }

  /** Evaluates functions and those that they affect, until nothing changes; false when the bounds were reached. */
  #search(functions: ReadonlySet<number>): boolean {
    let work = functions
    for (let round = 0; work.size > 0 && round < limits.rounds && this.#work < limits.evaluations && this.#budget.left > 0; round++) {
      this.#agenda.next = new Set()
      const { now, later } = turnsOf(this.#program.graph, work, (index) => this.#times.has(index))
      for (const index of later) this.#agenda.next.add(index)
      for (const index of now) {
        if (this.#work >= limits.evaluations || this.#budget.left <= 0) break
        this.#evaluate(index)
      }
      for (const index of this.#fields.takeReaders()) this.#agenda.add(index, 3)
      work = this.#agenda.next
    }
    return work.size === 0 && this.#budget.left > 0 && this.#hugeLeft > 0
  }

  /** What is compared with kernels that nobody who is reached hands out. */
  #refine(isReached: (index: number) => boolean): boolean {
    // functions that take the address of a kernel, so that it is known whether they hand it out
    const takers = new Set<number>()
    for (const index of this.#kernels.takers()) if (!this.#evaluations.has(index) && !this.#times.has(index)) this.#agenda.addTo(takers, index, limits.takers)
    this.#search(takers)
    const changed = this.#kernels.update(isReached)
    this.#refinements++
    for (const index of changed) this.#times.delete(index)
    // beyond the bounds every path counts as possible
    const isFollowed = this.#refinements <= limits.refinements && this.#search(changed)
    for (const index of isFollowed ? [] : changed) this.#evaluations.delete(index)
    // what the bounds of the search did not let be followed will not be followed next time
    return changed.size > 0 || [...takers].some((index) => this.#times.has(index))
  }

  /** Who reads fields that others set as well, and that were taken for a check's. */
  #readersOf(contested: ReadonlySet<number>): ReadonlySet<number> {
    const readers = new Set<number>()
    if (!this.#fields.contest(contested)) return readers
    for (const index of this.#fields.takeReaders()) this.#agenda.addTo(readers, index, 3)
    return readers
  }

  #guards(incomplete: boolean): Guards {
    let setters = new OtherSetters(this.#program, this.#evaluations, this.#stored)
    const contested = setters.offsets(() => true, true)
    const readers = this.#readersOf(contested)
    const isComplete = !incomplete && this.#search(readers)
    if (readers.size > 0) setters = new OtherSetters(this.#program, this.#evaluations, this.#stored)
    const unfollowed = { uninformed: this.#parameters.uninformed, untold: this.#results.untold, closed: closedFunctions(this.#program, this.#evaluations, this.#results.untold), pointerCallers: new PointerCallers(this.#program), mixed: this.#parameters.mixed(), setters }
    const leaks = findLeaks(this.#program, this.#evaluations, this.#variables, unfollowed)
    return {
      evaluations: this.#evaluations,
      chosenEntries: this.#choices.found,
      variables: this.#variables.count,
      followsAny: (from, to) => this.#variables.anyIn(from, to),
      dead: this.#results.neverReturns,
      work: this.#work,
      incomplete: !isComplete,
      contested,
      leaks,
      ownLeaks: findOwnLeaks(this.#program, this.#evaluations, this.#variables, unfollowed, leaks),
      refine: (isReached) => this.#refine(isReached),
      returnsOther: (index, value) => this.#results.returnsOther(index, value),
      follow: (index, passed, budget) => {
        const target = this.#program.functions.get(index)
        if (target === undefined) return undefined
        const parameters = new Map([...passed, ...(this.#parameters.of(index) ?? [])])
        return evaluate(this.#program.decoder, target, parameters, this.#surroundings(index), systemV, budget, entriesOf(this.#program, index, this.#evaluations))
      },
      informed: () => this.#parameters.functions(),
      parametersOf: (index) => this.#parameters.of(index),
      settle: (index, origins, budget, others, passed = withoutChoices(this.#parameters.of(index))) => {
        const target = this.#program.functions.get(index)
        if (target === undefined) return undefined
        const load = (at: number, size: number): Value | undefined => (this.#featureSlots.has(at) ? relative(featureTable, 0) : this.#variables.settled(at, size, this.#evaluations, others))
        const surroundings = new FunctionSurroundings(this.#program, knownWhenSettled(this.#known, load, others), this.#callees, index, origins, undefined)
        return evaluate(this.#program.decoder, target, passed, surroundings, systemV, budget, entriesOf(this.#program, index, this.#evaluations))
      },
      trace: (index, origins, budget) => {
        const target = this.#program.functions.get(index)
        if (target === undefined) return undefined
        return evaluate(this.#program.decoder, target, this.#parameters.of(index), this.#surroundings(index, origins), systemV, budget, entriesFromAnywhere(this.#program, index))
      },
    }
  }

  /** What function `index` is told when it is evaluated. */
  #surroundings(index: number, origins?: Origins, otherwise?: Surroundings['load']): Surroundings {
    return new FunctionSurroundings(this.#program, this.#known, this.#callees, index, origins, otherwise)
  }

  #evaluate(index: number): void {
    const { decoder, isGo } = this.#program
    const target = this.#program.functions.get(index)
    const times = (this.#times.get(index) ?? 0) + 1
    if (target === undefined || times > (target.end - target.start > limits.largeFunction ? limits.timesLarge : limits.times)) return
    const isHuge = target.end - target.start > limits.hugeFunction
    const isTold = isHuge && this.#hugeLeft <= 0 && this.#toldLeft > 0 && this.#parameters.of(index) !== undefined
    if (isHuge && this.#hugeLeft <= 0 && !isTold) return
    this.#times.set(index, times)
    if (!this.#agenda.isWhole(index)) {
      if (this.#choices.follow(index, this.#surroundings(index), this.#budget)) {
        this.#agenda.next.delete(index)
        return
      }
      this.#agenda.needWhole(index)
    }
    this.#choices.drop(index)
    // what was found out since it was put down for the next round is known now
    this.#agenda.next.delete(index)
    this.#work++
    const { left } = this.#budget
    const convention = isGo ? goInternal : systemV
    const evaluation = evaluate(decoder, target, this.#parameters.of(index), this.#surroundings(index), convention, this.#budget, entriesOf(this.#program, index, this.#evaluations))
    if (isTold) this.#toldLeft -= left - this.#budget.left
    else if (isHuge) this.#hugeLeft -= left - this.#budget.left
    if (evaluation === undefined) {
      this.#evaluations.delete(index)
      return
    }
    this.#evaluations.set(index, evaluation)
    this.#structureSetters.note(index, evaluation)
    const distance = this.#agenda.distanceOf(index)
    this.#spreadExits(index, evaluation, distance)
    this.#results.spread(index, evaluation, distance)
    if (evaluation.ignoresOthers && distance <= limits.wanted) this.#variables.followSetter(index, distance)
    this.#results.spreadPointer(index, evaluation, distance)
    if (this.#closures.note(index, evaluation) && this.#agenda.callerCount(index) <= limits.callers) this.#agenda.addCallers(index, distance)
    const mayKeep = distance <= 1 || (distance <= 3 && evaluation.seen.length < limits.largeFunction)
    const words = mayKeep ? keptWords(this.#program, this.#variables, index, evaluation, (load) => storesOf(decoder, target, this.#parameters.of(index), this.#surroundings(index, undefined, load), this.#budget)) : noWords
    this.#variables.spread(index, this.#closures.completed(index, evaluation), distance, words)
    // Go's packages keep what they found out in package variables; its calling convention makes every spill look like a field
    if (isGo) return
    if (this.#answers.note(index, evaluation, distance === 0) && distance <= 3 && this.#agenda.callerCount(index) <= limits.callers) this.#agenda.addCallers(index, distance)
    // what is stored to a field that is followed anyway counts wherever it is
    if (distance <= 2 || evaluation.fieldStores.some(({ offset }) => this.#fields.has(offset))) this.#fields.spread(evaluation)
    if (distance <= 3 && (evaluation.leaks.fields.size > 0 || evaluation.leaks.frames.size > 0 || evaluation.leaks.anywhere || evaluation.leaks.threadLocals.size > 0 || this.#results.found.has(index))) for (const maker of this.#closures.makersOf(index)) this.#agenda.add(maker, distance + 1)
    this.#spreadArguments(index, evaluation, distance)
    if (distance <= limits.arguments) this.#spreadCallbacks(index, evaluation, distance)
  }

  /** What function `index` does when it is called with `parameters`. */
  #evaluateFor(index: number, parameters: ReadonlyMap<number, Value>, otherwise?: (at: number, size: number) => Value | undefined, budget: StepBudget = this.#budget): Evaluation | undefined {
    const target = this.#program.functions.get(index)
    if (target === undefined) return undefined
    return evaluate(this.#program.decoder, target, parameters, this.#surroundings(index, undefined, otherwise), systemV, budget)
  }

  /** What function `index` does when it is called with `registers`, where it answers by its arguments. */
  #answerOf(index: number, registers: readonly (Value | undefined)[]): Answer | undefined {
    const { starts, ends } = this.#program.graph
    return this.#answers.of(index, ends[index]! - starts[index]!, registers)
  }

  #resultRegardless(index: number, parameters: ReadonlyMap<number, Value> | undefined): Value | undefined {
    const { decoder, functions } = this.#program
    return resultRegardless(decoder, functions.get(index)!, parameters, this.#surroundings(index), this.#budget, entriesOf(this.#program, index, this.#evaluations))
  }

  readonly #exits = new Map<number, string>()

  /** Functions that this one jumps into the middle of are evaluated where what they get or whether they get there hangs on a check. */
  #spreadExits(index: number, evaluation: Evaluation, distance: number): void {
    const matters = evaluation.decides || [...evaluation.exits.values()].some(({ registers }) => registers.some((value) => value?.detected === true))
    if (!matters && !this.#exits.has(index)) return
    const key = [...evaluation.exits].map(([at, { registers }]) => `${at}:${registers.map((value) => (value?.detected === true ? value.words.join() : '')).join()}`).join(' ')
    if (this.#exits.get(index) === key) return
    this.#exits.set(index, key)
    for (const target of this.#program.entrances.enteredFrom(index)) this.#agenda.add(target, distance)
  }

  /** What functions that are given to others are called with there. */
  #spreadCallbacks(index: number, evaluation: Evaluation, distance: number): void {
    if (this.#callbacks.note(index, evaluation) && this.#agenda.callerCount(index) <= limits.callers) for (const caller of this.#callbacks.mayHandTo(index)) this.#agenda.add(caller, distance + 1)
    for (const { callback, edge, passed } of this.#callbacks.handedBy(index, evaluation)) if (this.#parameters.pass(callback, edge, passed)) this.#agenda.add(callback, distance + 1)
  }

  #spreadArguments(index: number, evaluation: Evaluation, distance: number): void {
    const { graph } = this.#program
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      if (graph.edgeKind[edge] !== Edge.call) continue
      const callee = graph.edgeTo[edge]!
      const passed = evaluation.passed.get(graph.edgeAt[edge]!) ?? (this.#parameters.isPassedBy(callee, edge) ? nothingPassed : undefined)
      if (passed === undefined) continue
      const isSetter = this.#variables.setters.has(callee)
      if (isSetter && distance <= limits.arguments && handsOn(passed)) this.#variables.followSetter(index, distance)
      const changed = this.#parameters.pass(callee, edge, passed, isSetter, this.#structureSetters.of(callee))
      if (changed && (distance <= limits.arguments || (distance <= limits.argumentsOfUsers && this.#users.has(callee)))) this.#agenda.add(callee, distance + 1)
      else if (changed) this.#parameters.drop(callee)
    }
  }
}
