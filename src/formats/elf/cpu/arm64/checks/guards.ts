import { number, relative, sameValue, type Value } from '../../program/value.ts'
import { unsetTokens } from '../code/unset-tokens.ts'
import { VariableAccesses } from '../code/variable-accesses.ts'
import { Agenda } from './agenda.ts'
import { ArgumentsPassed } from './arguments-passed.ts'
import { callersOfConstants } from './constant-answers.ts'
import { isDetectorFunction } from '../code/detectors.ts'
import { EntriesInside } from '../code/entries.ts'
import { evaluate } from '../evaluation/evaluate.ts'
import { Base, type Evaluation, type ParameterStore, type StepBudget } from '../evaluation/evaluation.ts'
import { codeOf, LARGEST_FUNCTION } from '../code/function-code.ts'
import { HandedOutKernels } from './handed-out-kernels.ts'
import type { HwcapModel } from '../evaluation/hwcap-model.ts'
import { NearFields } from '../evaluation/near-fields.ts'
import { AllocatedObjects } from './objects.ts'
import type { Program } from '../code/program.ts'
import { ProgramSurroundings } from './surroundings.ts'
import { Variables } from './variables.ts'
import { VariableStores } from './variable-stores.ts'

/** Bounds of the search: beyond them every path counts as possible. */
const limits = {
  rounds: 48,
  evaluations: 40_000,
  /** Instructions, over all functions. */
  steps: 5_000_000,
  /** Of following one function. */
  times: 8,
  /** What part of that counts where the same of its code ran as before. */
  unchanged: 1 / 3,
  /** Of asking again which kernels are handed out. */
  passes: 8,
  /** Steps from a check within which results and arguments are followed. */
  distance: 5,
} as const

/** Bytes of a function that hands on to one of the system. */
const WRAPPER = 32

/** What was tried is kept in a pointer beside the probe: it is not followed as far as what the system says. */
const PROBE_DISTANCE = 3

/** What the checks of the CPU decide, for one model of a CPU. */
export interface Guards {
  /** By function; those without an entry are not affected by any check that was found. */
  readonly evaluations: ReadonlyMap<number, Evaluation>
  /** Functions that never return on this CPU, because of what a check says. */
  readonly dead: ReadonlySet<number>
  /** Is what the variable holds known from checks? */
  isKnown(address: number): boolean
  /** Follows a function that no check affects, for what it calls through pointers. */
  follow(index: number): Evaluation | undefined
  /** Follows a function for what one call gives it. */
  followWith(index: number, parameters: readonly (Value | undefined)[]): Evaluation | undefined
  /**
   * Looks again at what compares something with a kernel (OpenSSL sees so whether it chose that one), now that it is known what
   * is reached: true when that changed what runs.
   */
  refine(isReached: (index: number) => boolean): boolean
  /** The bounds were hit. */
  readonly incomplete: boolean
}

/** Follows what checks of the CPU say through the program, until nothing new comes of it. */
export function findGuards(program: Program, model: HwcapModel): Guards {
  return new GuardSearch(program, model).run()
}

class GuardSearch {
  readonly #program: Program
  readonly #model: HwcapModel
  readonly #variables: Variables
  readonly #evaluations = new Map<number, Evaluation>()
  readonly #results = new Map<number, ReadonlyMap<number, Value>>()
  readonly #neverReturns = new Set<number>()
  readonly #arguments: ArgumentsPassed
  readonly #agenda: Agenda
  readonly #times = new Map<number, number>()
  readonly #givenUp = new Set<number>()
  readonly #budget: StepBudget = { left: limits.steps }
  readonly #accesses: VariableAccesses
  readonly #surroundings: ProgramSurroundings
  readonly #objects = new AllocatedObjects()
  readonly #kernels: HandedOutKernels
  readonly #fields: NearFields
  readonly #entries: EntriesInside
  readonly #stores: VariableStores
  /** Functions that look at fields which tell what the CPU has. */
  readonly #fieldReaders = new Set<number>()
  #work = 0
  #passes = 0

  constructor(program: Program, model: HwcapModel) {
    this.#program = program
    this.#model = model
    this.#agenda = new Agenda(program.graph)
    this.#accesses = new VariableAccesses(program)
    this.#variables = new Variables(program.image, (at) => this.#accesses.isNeverStored(at))
    this.#kernels = new HandedOutKernels(program, model.features, this.#evaluations)
    this.#fields = new NearFields(program, this.#evaluations, (index) => this.#kernels.isKernel(index), (at, by) => this.#kernels.isNeverHandedOut(at, by))
    this.#entries = new EntriesInside(program, this.#evaluations)
    this.#stores = new VariableStores(program, { evaluations: this.#evaluations, agenda: this.#agenda, variables: this.#variables, accesses: this.#accesses, objects: this.#objects })
    this.#surroundings = new ProgramSurroundings(program, model, {
      evaluations: this.#evaluations,
      results: this.#results,
      neverReturns: this.#neverReturns,
      distance: this.#agenda.distance,
      variables: this.#variables,
      accesses: this.#accesses,
      objects: this.#objects,
      kernels: this.#kernels,
      fields: this.#fields,
      entries: this.#entries,
      budget: this.#budget,
    })
    this.#arguments = new ArgumentsPassed(program, {
      evaluations: this.#evaluations,
      objects: this.#objects,
      agenda: this.#agenda,
      wasFollowed: (index) => this.#times.has(index),
    })
  }

  run(): Guards {
    const { detectors, graph } = this.#program
    const result = {
      evaluations: this.#evaluations,
      dead: this.#neverReturns,
      isKnown: (at: number): boolean => this.#variables.has(at),
      follow: (index: number): Evaluation | undefined => this.#follow(index),
      followWith: (index: number, parameters: readonly (Value | undefined)[]): Evaluation | undefined => this.#followWith(index, parameters),
      refine: (isReached: (index: number) => boolean): boolean => this.#refine(isReached),
    }
    if (!detectors.any) {
      this.#followConstants()
      return { ...result, incomplete: false }
    }
    for (const index of detectors.functions) this.#agenda.add(index, 0)
    for (const index of detectors.probes) this.#agenda.add(index, PROBE_DISTANCE)
    for (const index of detectors.triers) {
      this.#agenda.add(index, 0)
      this.#agenda.addCallers(index, 0)
    }
    for (const [index, calls] of graph.importCalls) {
      if (!calls.some(({ name }) => isDetectorFunction(name) || name === 'dlsym')) continue
      this.#agenda.add(index, isDetectorCall(calls) ? 0 : 1)
      // what is asked for may be an argument: dav1d_getauxval
      if (isDetectorCall(calls) && graph.ends[index]! - graph.starts[index]! <= WRAPPER) this.#agenda.addCallers(index, 0)
    }
    for (const at of detectors.entries) this.#agenda.add(graph.functionOf(at), 0)
    for (const index of detectors.auxiliary) this.#agenda.addCallers(index, 0)
    for (const [place, slot] of this.#program.image.slots) {
      // called through the GOT, or kept in a variable by the loader
      if (slot.import !== undefined && isDetectorFunction(slot.import)) for (const index of this.#accesses.accessors(place, 8)) this.#agenda.add(index, 0)
    }
    for (const at of detectors.resolvers) {
      const index = graph.functionAt(at)
      if (index === undefined) continue
      const [low, high] = this.#model.hwcap
      this.#arguments.declare(index, [number(low, high | 0x4000_0000, true), relative(Base.resolverArgument, 0)])
      this.#agenda.add(index, 0)
    }
    for (const at of detectors.hwcap) this.#declare(at, this.#model.hwcap)
    for (const at of detectors.hwcap2) this.#declare(at, this.#model.hwcap2)
    for (const at of detectors.haveLse) {
      this.#variables.declare(at, 1, number(this.#model.features.has('lse') ? 1 : 0, 0, true))
      for (const index of this.#accesses.accessors(at, 1)) this.#agenda.add(index, 0)
    }
    for (const at of unsetTokens(this.#program)) {
      this.#variables.declare(at, 1, number(0xff, 0, true))
      for (const index of this.#accesses.accessors(at, 1)) this.#agenda.add(index, limits.distance)
    }
    const isComplete = this.#search() && this.#followTakers() && this.#followFields()
    return { ...result, incomplete: !isComplete }
  }

  /** Follows what is on the agenda and whatever that affects, until nothing changes; false when the bounds were reached. */
  #search(): boolean {
    for (let round = 0; !this.#agenda.isEmpty; round++) {
      const work = this.#agenda.take()
      if (round >= limits.rounds) return false
      this.#surroundings.forget()
      for (const index of work) {
        if (this.#work >= limits.evaluations || this.#budget.left <= 0) {
          this.#agenda.take()
          return false
        }
        this.#evaluate(index)
      }
    }
    return true
  }

  /** Where nothing asks the system about the CPU, what is chosen was decided when the program was compiled. */
  #followConstants(): void {
    if (this.#program.isGo || !this.#kernels.any) return
    for (const index of callersOfConstants(this.#program)) {
      const code = codeOf(this.#program, index)
      const evaluation = code === undefined ? undefined : evaluate(code, undefined, this.#surroundings.of(index), 2, this.#budget)
      if (evaluation !== undefined) this.#evaluations.set(index, evaluation)
    }
  }

  /** Functions that take the address of a kernel, so that it is known whether they hand it out. */
  #followTakers(): boolean {
    for (const index of this.#kernels.takers) if (!this.#evaluations.has(index)) this.#agenda.add(index, limits.distance + 1)
    return this.#search()
  }

  /** Functions that look at what others keep in structures before they call kernels. */
  #followFields(): boolean {
    for (const index of this.#fields.find()) if (index >= 0 && !this.#evaluations.has(index)) this.#agenda.add(index, limits.distance + 1)
    if (!this.#search()) return false
    for (const index of this.#fields.readers) {
      if (index < 0) continue
      this.#fieldReaders.add(index)
      this.#agenda.add(index, limits.distance + 1)
    }
    return this.#search()
  }

  /** What is compared with kernels that nobody who is reached hands out. */
  #refine(isReached: (index: number) => boolean): boolean {
    const changed = this.#kernels.update(isReached)
    if (changed.size === 0) return false
    this.#passes++
    for (const index of changed) this.#agenda.add(index, this.#agenda.distance.get(index)!)
    // beyond the bounds every path counts as possible
    if (this.#passes > limits.passes || !this.#search()) for (const index of changed) this.#evaluations.delete(index)
    return true
  }

  #declare(at: number, [low, high]: readonly [number, number]): void {
    this.#variables.declare(at, 8, number(low, high, true))
    for (const index of this.#accesses.accessors(at, 8)) this.#agenda.add(index, 0)
  }

  #follow(index: number): Evaluation | undefined {
    const known = this.#evaluations.get(index)
    const code = known === undefined ? codeOf(this.#program, index) : undefined
    return code === undefined ? known : evaluate(code, this.#arguments.of(index), this.#surroundings.of(index), 2, { left: LARGEST_FUNCTION })
  }

  #followWith(index: number, parameters: readonly (Value | undefined)[]): Evaluation | undefined {
    const code = codeOf(this.#program, index)
    return code === undefined ? undefined : evaluate(code, parameters, this.#surroundings.of(index), 2, { left: LARGEST_FUNCTION })
  }

  #evaluate(index: number): void {
    const times = this.#times.get(index) ?? 0
    const code = codeOf(this.#program, index)
    if (code === undefined) return
    if (times >= limits.times) {
      if (!this.#givenUp.has(index)) this.#giveUp(index) // what it sees changes too often
      this.#givenUp.add(index)
      return
    }
    this.#work++
    this.#times.set(index, times + 1)
    const evaluation = evaluate(code, this.#arguments.of(index), this.#surroundings.of(index), this.#program.isGo ? 9 : 2, this.#budget)
    if (evaluation === undefined) {
      this.#giveUp(index)
      return
    }
    const before = this.#evaluations.get(index)
    if (sameCode(before?.seen, evaluation.seen)) this.#times.set(index, times + limits.unchanged)
    this.#evaluations.set(index, evaluation)
    // where it jumps into others may be other places now
    for (const entered of this.#entries.enteredFrom(index)) {
      if (this.#evaluations.has(entered) && !sameCode(before?.seen, evaluation.seen)) this.#agenda.add(entered, this.#agenda.distance.get(entered)!)
    }
    const distance = this.#agenda.distance.get(index) ?? 0
    // first the variables, as a result may be the address of one
    const setsUp = this.#surroundings.setsUp(index)
    this.#stores.spread(index, evaluation, distance, evaluation.decides && setsUp, this.#arguments.of(index))
    this.#spreadResults(index, evaluation, before, distance)
    this.#spreadFields(index, evaluation, distance)
    // what is found in a field may be an argument
    const passesOn = distance < limits.distance || this.#fieldReaders.has(index)
    if (passesOn && setsUp) this.#arguments.spread(index, evaluation, distance)
  }

  /** Every path through it counts as possible, and nothing is known of what it returns and passes. */
  #giveUp(index: number): void {
    this.#evaluations.delete(index)
    const distance = this.#agenda.distance.get(index)!
    if (this.#results.delete(index) || this.#neverReturns.delete(index)) this.#agenda.addCallers(index, distance)
    this.#arguments.forgetThoseOf(index, distance)
    for (const entered of this.#entries.enteredFrom(index)) if (this.#evaluations.has(entered)) this.#agenda.add(entered, distance)
  }

  // ---- what it tells the others

  #spreadResults(index: number, evaluation: Evaluation, before: Evaluation | undefined, distance: number): void {
    if (!evaluation.returns && evaluation.decides && !this.#neverReturns.has(index) && this.#hasReturn(index)) {
      this.#neverReturns.add(index)
      this.#agenda.addCallers(index, distance)
    } else if (evaluation.returns && this.#neverReturns.delete(index)) this.#agenda.addCallers(index, distance)
    if (distance > limits.distance) return
    const values = this.#surroundings.resultsOf(evaluation, this.#surroundings.setsUp(index))
    const known = this.#results.get(index)
    // what it stores through its arguments
    const writes = writesOf(evaluation)
    let changed = known === undefined ? values.size > 0 || writes.length > 0 : known.size !== values.size || !sameStores(before === undefined ? [] : writesOf(before), writes)
    for (const [register, value] of values) if (!sameValue(known?.get(register), value)) changed = true
    if (!changed) return
    this.#results.set(index, values)
    this.#agenda.addCallers(index, distance)
  }

  #hasReturn(index: number): boolean {
    const code = codeOf(this.#program, index)
    if (code === undefined) return false
    for (let at = (code.start - code.base) / 4; at < (code.end - code.base) / 4; at++) if (code.words[at] === (0xd65f_03c0 | 0)) return true
    return false
  }

  #spreadFields(index: number, evaluation: Evaluation, distance: number): void {
    for (const store of [...evaluation.stores, ...evaluation.storesInObjects]) {
      const readers = store.base < Base.firstObject ? undefined : this.#objects.store(store, evaluation.decides)
      if (readers === undefined) continue
      for (const reader of readers) this.#agenda.add(reader, distance + 1)
      // whoever is given the object has to be looked at
      this.#agenda.add(index, distance)
    }
  }
}

function writesOf({ stores }: Evaluation): readonly ParameterStore[] {
  return stores.filter(({ base }) => base < Base.resolverArgument)
}

function sameStores(a: readonly ParameterStore[], b: readonly ParameterStore[]): boolean {
  return a.length === b.length && a.every((store, at) => store.base === b[at]!.base && store.offset === b[at]!.offset && store.size === b[at]!.size && sameValue(store.value, b[at]!.value))
}

function sameCode(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && a.every((seen, at) => seen === b[at])
}

function isDetectorCall(calls: readonly { readonly name: string }[]): boolean {
  return calls.some(({ name }) => isDetectorFunction(name))
}
