import { branchTarget, Flow, flowOf } from '../../../../isa/arm64/control-flow.ts'
import { Edge } from '../program/edges.ts'
import { Access } from '../program/sweep.ts'
import { detectedAs, join, number, plain, relative, sameValue, type Value } from '../program/value.ts'
import { AccessIndex } from './access-index.ts'
import { functionsWithAddressTaken } from './address-taken.ts'
import { isDetectorFunction } from './detectors.ts'
import { EntriesInside } from './entries.ts'
import { evaluate } from './evaluate.ts'
import { Base, type Evaluation, type StepBudget } from './evaluation.ts'
import { codeOf, LARGEST_FUNCTION } from './function-code.ts'
import { HandedOutKernels } from './handed-out-kernels.ts'
import type { HwcapModel } from './hwcap-model.ts'
import { NearFields } from './near-fields.ts'
import { AllocatedObjects } from './objects.ts'
import type { Program } from './program.ts'
import { ProgramSurroundings } from './surroundings.ts'
import { Variables } from './variables.ts'

/** Bounds of the search: beyond them every path counts as possible. */
const limits = {
  rounds: 14,
  evaluations: 40_000,
  /** Instructions, over all functions. */
  steps: 4_000_000,
  times: 8,
  /** Of asking again which kernels are handed out. */
  passes: 8,
  callers: 400,
  /** Callers that are followed for what they pass beside one that passes what a check says. */
  awaited: 24,
  /** Steps from a check within which results and arguments are followed. */
  distance: 5,
} as const

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
  readonly #parameters = new Map<number, (Value | undefined)[]>()
  readonly #distance = new Map<number, number>()
  readonly #times = new Map<number, number>()
  readonly #budget: StepBudget = { left: limits.steps }
  readonly #accesses: AccessIndex
  readonly #surroundings: ProgramSurroundings
  readonly #objects = new AllocatedObjects()
  readonly #kernels: HandedOutKernels
  readonly #fields: NearFields
  readonly #entries: EntriesInside
  /** Functions whose arguments hang on callers that were not followed before. */
  readonly #awaited = new Set<number>()
  /** Functions that look at fields which tell what the CPU has. */
  readonly #fieldReaders = new Set<number>()
  readonly #addressTaken: ReadonlySet<number>
  #next = new Set<number>()
  #work = 0
  #passes = 0

  constructor(program: Program, model: HwcapModel) {
    this.#program = program
    this.#model = model
    this.#accesses = new AccessIndex(program)
    this.#variables = new Variables(program.image, (at) => this.#accesses.isNeverStored(at))
    this.#kernels = new HandedOutKernels(program, model.features, this.#evaluations)
    this.#fields = new NearFields(program, this.#evaluations, (index) => this.#kernels.isKernel(index))
    this.#entries = new EntriesInside(program, this.#evaluations)
    this.#surroundings = new ProgramSurroundings(program, model, {
      evaluations: this.#evaluations,
      results: this.#results,
      neverReturns: this.#neverReturns,
      distance: this.#distance,
      variables: this.#variables,
      accesses: this.#accesses,
      objects: this.#objects,
      kernels: this.#kernels,
      fields: this.#fields,
      entries: this.#entries,
      budget: this.#budget,
    })
    this.#addressTaken = functionsWithAddressTaken(program)
  }

  run(): Guards {
    const { detectors, graph } = this.#program
    const result = {
      evaluations: this.#evaluations,
      dead: this.#neverReturns,
      isKnown: (at: number): boolean => this.#variables.has(at),
      follow: (index: number): Evaluation | undefined => this.#follow(index),
      refine: (isReached: (index: number) => boolean): boolean => this.#refine(isReached),
    }
    if (!detectors.any) return { ...result, incomplete: false }
    const work = new Set<number>()
    for (const index of detectors.functions) this.#enqueue(work, index, 0)
    for (const [index, calls] of graph.importCalls) {
      if (calls.some(({ name }) => isDetectorFunction(name) || name === 'dlsym')) this.#enqueue(work, index, isDetectorCall(calls) ? 0 : 1)
    }
    for (const index of detectors.auxiliary) this.#enqueueCallers(work, index, 0)
    for (const [place, slot] of this.#program.image.slots) {
      // called through the GOT, or kept in a variable by the loader
      if (slot.import !== undefined && isDetectorFunction(slot.import)) for (const index of this.#accesses.accessors(place, 8)) this.#enqueue(work, index, 0)
    }
    for (const at of detectors.resolvers) {
      const index = graph.functionAt(at)
      if (index === undefined) continue
      const [low, high] = this.#model.hwcap
      this.#parameters.set(index, [number(low, high | 0x4000_0000, true), relative(Base.resolverArgument, 0)])
      this.#enqueue(work, index, 0)
    }
    for (const at of detectors.hwcap) this.#declare(work, at, this.#model.hwcap)
    for (const at of detectors.hwcap2) this.#declare(work, at, this.#model.hwcap2)
    for (const at of detectors.haveLse) {
      this.#variables.declare(at, 1, number(this.#model.features.has('lse') ? 1 : 0, 0, true))
      for (const index of this.#accesses.accessors(at, 1)) this.#enqueue(work, index, 0)
    }
    let isComplete = this.#search(work)
    if (isComplete) isComplete = this.#followTakers() && this.#followFields()
    return { ...result, incomplete: !isComplete }
  }

  /** Follows functions and those that they affect, until nothing changes; false when the bounds were reached. */
  #search(functions: ReadonlySet<number>): boolean {
    let work = functions
    for (let round = 0; work.size > 0 && round < limits.rounds && this.#work < limits.evaluations && this.#budget.left > 0; round++) {
      this.#next = new Set()
      this.#surroundings.forget()
      for (const index of [...work].sort((a, b) => a - b)) {
        if (this.#work >= limits.evaluations || this.#budget.left <= 0) break
        this.#evaluate(index)
      }
      work = this.#next
    }
    return work.size === 0
  }

  /** Functions that take the address of a kernel, so that it is known whether they hand it out. */
  #followTakers(): boolean {
    const takers = new Set<number>()
    for (const index of this.#kernels.takers) if (!this.#evaluations.has(index)) this.#enqueue(takers, index, limits.distance + 1)
    return this.#search(takers)
  }

  /** Functions that look at what others keep in structures before they call kernels. */
  #followFields(): boolean {
    const functions = new Set<number>()
    for (const index of this.#fields.find()) if (index >= 0 && !this.#evaluations.has(index)) this.#enqueue(functions, index, limits.distance + 1)
    if (!this.#search(functions)) return false
    for (const index of this.#fields.readers) if (index >= 0) this.#enqueue(this.#fieldReaders, index, limits.distance + 1)
    return this.#search(this.#fieldReaders)
  }

  /** What is compared with kernels that nobody who is reached hands out. */
  #refine(isReached: (index: number) => boolean): boolean {
    const changed = this.#kernels.update(isReached)
    if (changed.size === 0) return false
    this.#passes++
    // beyond the bounds every path counts as possible
    if (this.#passes > limits.passes || !this.#search(changed)) for (const index of changed) this.#evaluations.delete(index)
    return true
  }

  #declare(work: Set<number>, at: number, [low, high]: readonly [number, number]): void {
    this.#variables.declare(at, 8, number(low, high, true))
    for (const index of this.#accesses.accessors(at, 8)) this.#enqueue(work, index, 0)
  }

  #enqueue(set: Set<number>, index: number, distance: number): void {
    const known = this.#distance.get(index)
    if (known === undefined || known > distance) this.#distance.set(index, distance)
    set.add(index)
  }

  #follow(index: number): Evaluation | undefined {
    const known = this.#evaluations.get(index)
    const code = known === undefined ? codeOf(this.#program, index) : undefined
    return code === undefined ? known : evaluate(code, this.#parameters.get(index), this.#surroundings.of(index), 2, { left: LARGEST_FUNCTION })
  }

  #evaluate(index: number): void {
    const times = (this.#times.get(index) ?? 0) + 1
    const code = codeOf(this.#program, index)
    if (code === undefined) return
    this.#times.set(index, times)
    if (times > limits.times) {
      if (times === limits.times + 1) this.#giveUp(index) // what it sees changes too often
      return
    }
    this.#work++
    const evaluation = evaluate(code, this.#parameters.get(index), this.#surroundings.of(index), this.#program.isGo ? 9 : 2, this.#budget)
    if (evaluation === undefined) {
      this.#giveUp(index)
      return
    }
    const before = this.#evaluations.get(index)
    this.#evaluations.set(index, evaluation)
    // where it jumps into others may be other places now
    for (const entered of this.#entries.enteredFrom(index)) {
      if (this.#evaluations.has(entered) && !sameCode(before?.seen, evaluation.seen)) this.#enqueue(this.#next, entered, this.#distance.get(entered)!)
    }
    const distance = this.#distance.get(index) ?? 0
    // first the variables, as a result may be the address of one
    this.#spreadStores(index, evaluation, distance)
    this.#spreadResults(index, evaluation, distance)
    this.#spreadFields(index, evaluation, distance)
    if (!this.#program.isGo) this.#spreadArguments(index, evaluation, distance)
  }

  /** Every path through it counts as possible, and nothing is known of what it returns and passes. */
  #giveUp(index: number): void {
    const { graph } = this.#program
    this.#evaluations.delete(index)
    const distance = this.#distance.get(index)!
    if (this.#results.delete(index) || this.#neverReturns.delete(index)) this.#enqueueCallers(this.#next, index, distance)
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) this.#forgetParameters(graph.edgeTo[edge]!, distance)
    for (const entered of this.#entries.enteredFrom(index)) if (this.#evaluations.has(entered)) this.#enqueue(this.#next, entered, distance)
  }

  #forgetParameters(target: number, distance: number): void {
    if (!this.#isResolver(target) && this.#parameters.delete(target)) this.#enqueue(this.#next, target, distance + 1)
  }

  // ---- what it tells the others

  #spreadResults(index: number, evaluation: Evaluation, distance: number): void {
    if (!evaluation.returns && evaluation.decides && !this.#neverReturns.has(index) && this.#hasReturn(index)) {
      this.#neverReturns.add(index)
      this.#enqueueCallers(this.#next, index, distance)
    } else if (evaluation.returns && this.#neverReturns.delete(index)) this.#enqueueCallers(this.#next, index, distance)
    if (distance > limits.distance) return
    const values = this.#surroundings.resultsOf(evaluation, this.#surroundings.setsUp(index))
    const known = this.#results.get(index)
    const writes = evaluation.stores.some(({ base }) => base < Base.resolverArgument)
    let changed = known === undefined ? values.size > 0 || writes : known.size !== values.size
    for (const [register, value] of values) if (!sameValue(known?.get(register), value)) changed = true
    if (!changed) return
    this.#results.set(index, values)
    this.#enqueueCallers(this.#next, index, distance)
  }

  #enqueueCallers(set: Set<number>, index: number, distance: number): void {
    const { graph } = this.#program
    const from = graph.firstCaller[index]!
    const to = graph.firstCaller[index + 1]!
    if (to - from > limits.callers) return
    for (let entry = from; entry < to; entry++) this.#enqueue(set, graph.edgeFrom[graph.callerEdge[entry]!]!, distance + 1)
  }

  #hasReturn(index: number): boolean {
    const code = codeOf(this.#program, index)
    if (code === undefined) return false
    for (let at = (code.start - code.base) / 4; at < (code.end - code.base) / 4; at++) if (code.words[at] === (0xd65f_03c0 | 0)) return true
    return false
  }

  #spreadStores(index: number, evaluation: Evaluation, distance: number): void {
    const chooses = evaluation.decides && this.#surroundings.setsUp(index)
    for (const store of evaluation.globalStores) {
      let { value } = store
      // of a number from elsewhere only some bits are known: somebody overrides what the check says
      if (value?.hull === true && !value.detected) value = undefined
      // what was chosen by a check tells as much as what it returned
      if (value !== undefined && chooses && value.base === plain && value.partial !== true && !value.detected) value = detectedAs(value, true)
      if (value?.base !== undefined && value.base >= Base.firstObject && !this.#objects.tells(value.base)) value = undefined
      this.#storeVariable(store.address, store.size, index, value, distance)
    }
    if (chooses) this.#spreadRuledOut(index, evaluation, distance)
  }

  /** Variables that are written only where the CPU has more keep what the file says they hold. */
  #spreadRuledOut(index: number, evaluation: Evaluation, distance: number): void {
    const { graph, sweep, image } = this.#program
    const from = sweep.accessFrom.values()
    const to = sweep.accessTo.values()
    const kind = sweep.accessKind.values()
    for (let access = graph.firstAccess[index]!; access < graph.firstAccess[index + 1]!; access++) {
      if (kind[access] !== Access.store || (evaluation.seen[(from[access]! - evaluation.start) / 4]! & 1) !== 0) continue
      const place = to[access]!
      if (this.#variables.has(place) || image.dataAt(place)?.writable !== true) continue
      const size = this.#accesses.sizeOfAccess(from[access]!)
      const initial = this.#variables.initial(place, size)
      if (initial !== undefined) this.#storeVariable(place, size, index, detectedAs(initial, true), distance)
    }
  }

  #storeVariable(at: number, size: number, index: number, value: Value | undefined, distance: number): void {
    const fresh = !this.#variables.has(at)
    if (fresh && distance > limits.distance) return
    if (!this.#variables.store(at, size, index, value, Math.max(1, distance + 1))) return
    if (fresh || this.#variables.distanceOf(at) !== undefined) for (const reader of this.#accesses.accessors(at, size)) if (reader !== index || fresh) this.#enqueue(this.#next, reader, distance + 1)
  }

  #spreadFields(index: number, evaluation: Evaluation, distance: number): void {
    for (const store of evaluation.stores) {
      const readers = store.base < Base.firstObject ? undefined : this.#objects.store(store, evaluation.decides)
      if (readers === undefined) continue
      for (const reader of readers) this.#enqueue(this.#next, reader, distance + 1)
      // whoever is given the object has to be looked at
      this.#enqueue(this.#next, index, distance)
    }
  }

  /** Arguments of functions that are only called directly, from where each call was followed. */
  #spreadArguments(index: number, evaluation: Evaluation, distance: number): void {
    // what is found in a field may be an argument
    if (distance >= limits.distance && !this.#fieldReaders.has(index)) return
    const { graph } = this.#program
    if (this.#parameters.has(index)) this.#passTo(index, distance) // it may call itself
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      const target = graph.edgeTo[edge]!
      if (graph.edgeKind[edge] !== Edge.call) continue
      const passed = evaluation.passed.get(graph.edgeAt[edge]!)
      const isAbout = this.#parameters.has(target) || this.#awaited.has(target) || passed?.some((value) => this.#tells(value)) === true
      if (passed !== undefined && isAbout) this.#passTo(target, distance)
    }
  }

  #isResolver(index: number): boolean {
    return this.#program.detectors.resolvers.has(this.#program.graph.starts[index]!)
  }

  #passTo(target: number, distance: number): void {
    if (this.#isResolver(target)) return // what the loader gives it is known
    const parameters = this.#parametersOf(target, distance)
    if (parameters === undefined) {
      this.#forgetParameters(target, distance)
      return
    }
    const known = this.#parameters.get(target)
    if (known !== undefined && parameters.every((value, register) => sameValue(value, known[register]))) return
    this.#parameters.set(target, parameters)
    this.#enqueue(this.#next, target, distance + 1)
  }

  #tells(value: Value | undefined): boolean {
    return value !== undefined && (value.detected || (value.base >= Base.firstObject && this.#objects.tells(value.base)))
  }

  #parametersOf(target: number, distance: number): (Value | undefined)[] | undefined {
    const { graph } = this.#program
    if (this.#addressTaken.has(target)) return undefined
    const from = graph.firstCaller[target]!
    const to = graph.firstCaller[target + 1]!
    if (to - from > limits.callers) return undefined
    let parameters: (Value | undefined)[] | undefined
    for (let entry = from; entry < to; entry++) {
      const edge = graph.callerEdge[entry]!
      const source = graph.edgeFrom[edge]!
      if (!this.#program.live.has(source)) continue // dead code passes nothing
      const caller = this.#evaluations.get(source)
      if (caller === undefined) {
        // it may pass anything, until it has been followed as well
        if (to - from <= limits.awaited && !this.#times.has(source)) {
          this.#awaited.add(target)
          this.#enqueue(this.#next, source, distance + 1)
        }
        return undefined
      }
      // a call that cannot run passes nothing
      const passed = caller.passed.get(graph.edgeAt[edge]!)
      if (passed === undefined) continue
      parameters = parameters === undefined ? [...passed] : parameters.map((value, register) => join(value, passed[register]))
    }
    // without arguments it was followed for nothing that it could pass on; with them it is asked again
    const own = this.#parameters.has(target) ? passedToItself(this.#program, target, this.#evaluations.get(target)) : undefined
    // what changes from call to call of itself would take many times to tell
    const agree = (value: Value | undefined, register: number): boolean => own === undefined || sameValue(own[register], value) || own[register]?.detected === true
    const all = parameters?.map((value, register) => (agree(value, register) ? join(value, own === undefined ? value : own[register]) : undefined))
    return all?.map((value) => (value?.partial === true ? undefined : value))
  }

}

/** What a function passes where it calls itself: no edge of the graph. */
function passedToItself({ graph, codeAt }: Program, index: number, evaluation: Evaluation | undefined): (Value | undefined)[] | undefined {
  const start = graph.starts[index]!
  const code = codeAt(start)
  let parameters: (Value | undefined)[] | undefined
  for (const [at, passed] of evaluation?.passed ?? []) {
    const word = code?.words[(at - code.base) / 4] ?? 0
    if (flowOf(word) !== Flow.call || branchTarget(word, Flow.call, at) !== start) continue
    parameters = parameters === undefined ? [...passed] : parameters.map((value, register) => join(value, passed[register]))
  }
  return parameters
}

function sameCode(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && a.every((seen, at) => seen === b[at])
}

function isDetectorCall(calls: readonly { readonly name: string }[]): boolean {
  return calls.some(({ name }) => isDetectorFunction(name))
}
