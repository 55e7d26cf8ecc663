import { Edge } from '../program/call-graph.ts'
import { lastAtMost } from '../program/number-list.ts'
import { Access } from '../program/sweep.ts'
import { detectedAs, join, number, plain, relative, sameValue, singleAddress, type Value } from '../program/value.ts'
import { AT_HWCAP, AT_HWCAP2, isAuxiliaryFunction, isDetectorFunction } from './detectors.ts'
import { evaluate, type FunctionCode, type StepBudget } from './evaluate.ts'
import { ARGUMENTS, Base, type CallOutcome, type Evaluation, type Surroundings } from './evaluation.ts'
import type { HwcapModel } from './hwcap-model.ts'
import { AllocatedObjects } from './objects.ts'
import type { Program } from './program.ts'
import { Variables, withoutRest } from './variables.ts'

/** Bounds of the search: beyond them every path counts as possible. */
const limits = {
  rounds: 14,
  evaluations: 40_000,
  /** Instructions, over all functions. */
  steps: 4_000_000,
  /** Bytes of one function. */
  functionSize: 200_000,
  times: 8,
  callers: 400,
  /** Callers that are followed for what they pass beside one that passes what a check says. */
  awaited: 24,
  /** Steps from a check within which results and arguments are followed. */
  distance: 5,
  /** Bytes of a function that is evaluated for what one call passes to it. */
  inlined: 1200,
  depth: 3,
  /** Bytes of a function that may be one which only returns an address. */
  accessor: 32,
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
  /** The bounds were hit. */
  readonly incomplete: boolean
}

/** Functions of C libraries and C++ run times that do not return. */
const neverReturns = /^(?:abort|exit|_exit|_Exit|quick_exit|__assert_fail|__stack_chk_fail|__cxa_throw|__cxa_rethrow|_Unwind_Resume|longjmp|siglongjmp|_ZSt9terminatev|__libc_fatal|runtime\.(?:throw|fatal|exit|abort))$/
/** Bytes of an object whose address is taken. */
const OBJECT = 64
const allocators = /^(?:(?:__libc_|__)?(?:malloc|calloc)|_Znwm|_Znam|aligned_alloc|memalign)$/

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
  readonly #accessOrder: Uint32Array
  readonly #accessSorted: Float64Array
  readonly #objects = new AllocatedObjects()
  /** Functions whose arguments hang on callers that were not followed before. */
  readonly #awaited = new Set<number>()
  readonly #importNames: string[] = []
  readonly #addressTaken: ReadonlySet<number>
  #inlined = new Map<string, CallOutcome | undefined>()
  #depth = 0
  #next = new Set<number>()
  #work = 0

  constructor(program: Program, model: HwcapModel) {
    this.#program = program
    this.#model = model
    this.#variables = new Variables(program.image, (at) => this.#isNeverStored(at))
    const to = program.sweep.accessTo.values()
    this.#accessOrder = Uint32Array.from(to, (_, index) => index).sort((a, b) => to[a]! - to[b]! || a - b)
    this.#accessSorted = Float64Array.from(this.#accessOrder, (index) => to[index]!)
    const taken = new Set<number>()
    const { graph, image } = program
    for (let edge = 0; edge < graph.edgeKind.length; edge++) if (graph.edgeKind[edge] !== Edge.call) taken.add(graph.edgeTo[edge]!)
    for (const [, target] of image.codePointers) {
      const index = graph.functionAt(target)
      if (index !== undefined) taken.add(index)
    }
    for (const named of image.functions) {
      const index = named.exported ? graph.functionAt(named.address) : undefined
      if (index !== undefined) taken.add(index)
    }
    this.#addressTaken = taken
  }

  run(): Guards {
    const { detectors, graph } = this.#program
    const result = {
      evaluations: this.#evaluations,
      dead: this.#neverReturns,
      isKnown: (at: number): boolean => this.#variables.has(at),
      follow: (index: number): Evaluation | undefined => this.#follow(index),
    }
    if (!detectors.any) return { ...result, incomplete: false }
    let work = new Set<number>()
    for (const index of detectors.functions) this.#enqueue(work, index, 0)
    for (const [index, calls] of graph.importCalls) {
      if (calls.some(({ name }) => isDetectorFunction(name) || name === 'dlsym')) this.#enqueue(work, index, isDetectorCall(calls) ? 0 : 1)
    }
    for (const index of detectors.auxiliary) this.#enqueueCallers(work, index, 0)
    for (const [place, slot] of this.#program.image.slots) {
      // called through the GOT, or kept in a variable by the loader
      if (slot.import !== undefined && isDetectorFunction(slot.import)) for (const index of this.#accessors(place, 8)) this.#enqueue(work, index, 0)
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
      for (const index of this.#accessors(at, 1)) this.#enqueue(work, index, 0)
    }
    for (let round = 0; work.size > 0 && round < limits.rounds && this.#work < limits.evaluations && this.#budget.left > 0; round++) {
      this.#next = new Set()
      this.#inlined = new Map()
      for (const index of [...work].sort((a, b) => a - b)) {
        if (this.#work >= limits.evaluations || this.#budget.left <= 0) break
        this.#evaluate(index)
      }
      work = this.#next
    }
    return { ...result, incomplete: work.size > 0 }
  }

  #declare(work: Set<number>, at: number, [low, high]: readonly [number, number]): void {
    this.#variables.declare(at, 8, number(low, high, true))
    for (const index of this.#accessors(at, 8)) this.#enqueue(work, index, 0)
  }

  #enqueue(set: Set<number>, index: number, distance: number): void {
    const known = this.#distance.get(index)
    if (known === undefined || known > distance) this.#distance.set(index, distance)
    set.add(index)
  }

  #codeOf(index: number): FunctionCode | undefined {
    const { graph } = this.#program
    const start = graph.starts[index]!
    const end = graph.ends[index]!
    if (end - start > limits.functionSize || end <= start || start % 4 !== 0) return undefined
    const code = this.#program.codeAt(start)
    return code === undefined ? undefined : { ...code, start, end }
  }

  #follow(index: number): Evaluation | undefined {
    const known = this.#evaluations.get(index)
    const code = known === undefined ? this.#codeOf(index) : undefined
    return code === undefined ? known : evaluate(code, this.#parameters.get(index), this.#surroundings(index), 2, { left: limits.functionSize })
  }

  #evaluate(index: number): void {
    const times = (this.#times.get(index) ?? 0) + 1
    const code = this.#codeOf(index)
    if (code === undefined || times > limits.times) return
    this.#times.set(index, times)
    this.#work++
    const evaluation = evaluate(code, this.#parameters.get(index), this.#surroundings(index), this.#program.isGo ? 9 : 2, this.#budget)
    if (evaluation === undefined) {
      this.#evaluations.delete(index)
      return
    }
    this.#evaluations.set(index, evaluation)
    const distance = this.#distance.get(index) ?? 0
    this.#spreadResults(index, evaluation, distance)
    this.#spreadStores(index, evaluation, distance)
    this.#spreadFields(index, evaluation, distance)
    if (!this.#program.isGo) this.#spreadArguments(index, evaluation, distance)
  }

  // ---- what a function sees

  #surroundings(index: number): Surroundings {
    const { graph, image } = this.#program
    return {
      load: (at, size) => this.#load(at, size),
      loadField: (base, offset, size) => this.#loadField(index, base, offset, size),
      systemRegister: (crm, op2) => {
        const value = this.#model.idRegister(crm, op2)
        return value === undefined ? undefined : number(value[0], value[1], true)
      },
      call: (at, target, registers) => this.#call(at, target, registers),
      isPointerTarget: (at) => (image.inCode(at) ? graph.functionAt(at) !== undefined : image.dataAt(at) !== undefined),
    }
  }

  #load(at: number, size: number): Value | undefined {
    const slot = size === 8 ? this.#program.image.slots.get(at) : undefined
    if (slot?.import !== undefined) return this.#imported(slot.import)
    return this.#variables.load(at, size)
  }

  #imported(name: string): Value {
    let index = this.#importNames.indexOf(name)
    if (index < 0) index = this.#importNames.push(name) - 1
    return relative(Base.imported, index)
  }

  #loadField(reader: number, base: number, offset: number, size: number): Value | undefined {
    if (base === Base.resolverArgument) {
      if (offset === 8) return number(this.#model.hwcap[0], this.#model.hwcap[1], true)
      if (offset === 16) return number(this.#model.hwcap2[0], this.#model.hwcap2[1], true)
      return number(offset === 0 ? 24 : 0)
    }
    return base < Base.firstObject ? undefined : this.#objects.load(reader, base, offset, size)
  }

  #call(at: number, target: Value | undefined, registers: readonly (Value | undefined)[]): CallOutcome | undefined {
    if (target?.base === Base.imported && target.words.length === 2) return this.#callImport(at, this.#importNames[target.words[0]!] ?? '', registers)
    const to = singleAddress(target)
    if (to === undefined) return undefined
    const { graph, stubs, detectors } = this.#program
    const stub = stubs.get(to)
    if (stub?.import !== undefined) return this.#callImport(at, stub.import, registers)
    if (stub?.indirect === true) return undefined
    const index = graph.functionAt(stub?.address ?? to)
    if (index === undefined) return undefined
    if (detectors.auxiliary.has(index) || isAuxiliaryFunction(graph.nameOf(index))) return this.#auxiliaryValue(registers[0])
    // a static program has these itself
    const name = graph.nameOf(index)
    if (name === 'dlsym' || allocators.test(name)) return this.#callImport(at, name, registers)
    if (this.#neverReturns.has(index) || neverReturns.test(name)) return { never: true }
    const known = this.#distance.has(index)
    if (!known && graph.ends[index]! - graph.starts[index]! > limits.accessor) return undefined
    const inlined = this.#evaluateFor(index, registers, known)
    if (inlined !== undefined || !known) return inlined
    const results = this.#results.get(index)
    return { ...(results === undefined ? {} : { results }), writes: this.#evaluations.get(index)?.stores.filter(({ base }) => base < Base.resolverArgument) ?? [] }
  }

  #auxiliaryValue(tag: Value | undefined): CallOutcome | undefined {
    const asked = singleAddress(tag)
    const value = asked === AT_HWCAP ? this.#model.hwcap : asked === AT_HWCAP2 ? this.#model.hwcap2 : undefined
    return value === undefined ? undefined : { results: new Map([[0, number(value[0], value[1], true)]]) }
  }

  #callImport(at: number, name: string, registers: readonly (Value | undefined)[]): CallOutcome | undefined {
    if (neverReturns.test(name)) return { never: true }
    if (isAuxiliaryFunction(name)) return this.#auxiliaryValue(registers[0])
    if (isDetectorFunction(name)) return this.#model.features.size === 0 ? { results: new Map([[0, number(0, 0, true)]]) } : undefined
    if (name === 'dlsym') {
      const asked = singleAddress(registers[1])
      return asked !== undefined && this.#textAt(asked) === 'getauxval' ? { results: new Map([[0, this.#imported('getauxval')]]) } : undefined
    }
    if (!allocators.test(name)) return undefined
    return { results: new Map([[0, this.#objects.allocatedAt(at, name.endsWith('calloc'))]]) }
  }

  #textAt(at: number): string | undefined {
    const { image } = this.#program
    const range = image.dataAt(at)
    if (range?.offset === undefined) return undefined
    const from = range.offset + at - range.address
    return Buffer.from(image.file.bytes.subarray(from, from + 10)).toString('latin1').split('\0')[0]
  }

  /** What a small function does when it is given what this call gives it. */
  #evaluateFor(index: number, registers: readonly (Value | undefined)[], known: boolean): CallOutcome | undefined {
    if (this.#depth >= limits.depth) return undefined
    const code = this.#codeOf(index)
    if (code === undefined || code.end - code.start > limits.inlined) return undefined
    const parameters = registers.slice(0, ARGUMENTS + 1).map((value) => (value !== undefined && (value.base === plain || value.base >= Base.resolverArgument) ? value : undefined))
    if (known && !parameters.some((value) => value !== undefined)) return undefined
    const key = `${index}(${parameters.map((value) => (value === undefined ? '' : `${value.base}:${value.words.join()}${value.detected ? 'd' : ''}${value.hull === true ? 'h' : ''}`)).join(';')})`
    if (this.#inlined.has(key)) return this.#inlined.get(key)
    this.#inlined.set(key, undefined)
    this.#depth++
    const evaluation = evaluate(code, parameters, this.#surroundings(index), this.#program.isGo ? 9 : 2, this.#budget)
    this.#depth--
    if (evaluation === undefined) return undefined
    const never = !evaluation.returns && evaluation.decides
    // a function that only tells where something is kept
    const results = known ? this.#resultsOf(evaluation, this.#setsUp(index)) : evaluation.results
    const outcome: CallOutcome = never ? { never } : { results, writes: evaluation.stores.filter(({ base }) => base < Base.resolverArgument) }
    this.#inlined.set(key, outcome)
    return outcome
  }

  // ---- what it tells the others

  #spreadResults(index: number, evaluation: Evaluation, distance: number): void {
    if (!evaluation.returns && evaluation.decides && !this.#neverReturns.has(index) && this.#hasReturn(index)) {
      this.#neverReturns.add(index)
      this.#enqueueCallers(this.#next, index, distance)
    } else if (evaluation.returns && this.#neverReturns.delete(index)) this.#enqueueCallers(this.#next, index, distance)
    if (distance > limits.distance) return
    const values = this.#resultsOf(evaluation, this.#setsUp(index))
    const known = this.#results.get(index)
    const writes = evaluation.stores.some(({ base }) => base < Base.resolverArgument)
    let changed = known === undefined ? values.size > 0 || writes : known.size !== values.size
    for (const [register, value] of values) if (!sameValue(known?.get(register), value)) changed = true
    if (!changed) return
    this.#results.set(index, values)
    this.#enqueueCallers(this.#next, index, distance)
  }

  /** What a function returns that a check has to do with: what it says, or where that is kept. */
  #resultsOf(evaluation: Evaluation, chooses: boolean): Map<number, Value> {
    const values = new Map<number, Value>()
    for (const [register, value] of evaluation.results) {
      if (value.words.length === 0) continue
      const place = register === 0 ? singleAddress(value) : undefined
      if (value.detected) values.set(register, withoutRest(value))
      else if (place !== undefined && this.#variables.has(place)) values.set(register, value)
      else if (chooses && evaluation.decides && register === 0 && value.partial !== true) values.set(register, detectedAs(value, true))
      else if (value.base >= Base.firstObject) values.set(register, value)
    }
    return values
  }

  #enqueueCallers(set: Set<number>, index: number, distance: number): void {
    const { graph } = this.#program
    const from = graph.firstCaller[index]!
    const to = graph.firstCaller[index + 1]!
    if (to - from > limits.callers) return
    for (let entry = from; entry < to; entry++) this.#enqueue(set, graph.edgeFrom[graph.callerEdge[entry]!]!, distance + 1)
  }

  #hasReturn(index: number): boolean {
    const code = this.#codeOf(index)
    if (code === undefined) return false
    for (let at = (code.start - code.base) / 4; at < (code.end - code.base) / 4; at++) if (code.words[at] === (0xd65f_03c0 | 0)) return true
    return false
  }

  #spreadStores(index: number, evaluation: Evaluation, distance: number): void {
    const chooses = evaluation.decides && this.#setsUp(index)
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

  /**
   * Does what the function leaves behind hang on the check it makes? Go's compiler puts a check of LSE before every atomic
   * operation, so there only what is about setting up.
   */
  #setsUp(index: number): boolean {
    return !this.#program.isGo || /(?:^|[./])(?:init|doinit|hwcapInit|cpu)\b|\/cpu\./.test(this.#program.graph.nameOf(index))
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
      const size = this.#sizeOfAccess(from[access]!)
      const initial = this.#variables.initial(place, size)
      if (initial !== undefined) this.#storeVariable(place, size, index, detectedAs(initial, true), distance)
    }
  }

  #sizeOfAccess(at: number): number {
    const code = this.#program.codeAt(at)
    const word = code?.words[(at - code.base) / 4] ?? 0
    return ((word >>> 27) & 7) === 5 ? (word < 0 ? 8 : 4) : 1 << (word >>> 30)
  }

  #storeVariable(at: number, size: number, index: number, value: Value | undefined, distance: number): void {
    const fresh = !this.#variables.has(at)
    if (fresh && distance > limits.distance) return
    if (!this.#variables.store(at, size, index, value, Math.max(1, distance + 1))) return
    if (fresh || this.#variables.distanceOf(at) !== undefined) for (const reader of this.#accessors(at, size)) if (reader !== index || fresh) this.#enqueue(this.#next, reader, distance + 1)
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
    if (distance >= limits.distance) return
    const { graph } = this.#program
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      const target = graph.edgeTo[edge]!
      if (graph.edgeKind[edge] !== Edge.call || target === index) continue
      const passed = evaluation.passed.get(graph.edgeAt[edge]!)
      if (passed === undefined || !(this.#awaited.has(target) || passed.some((value) => this.#tells(value)))) continue
      const parameters = this.#parametersOf(target, distance)
      if (parameters === undefined) continue
      const known = this.#parameters.get(target)
      if (known !== undefined && parameters.every((value, register) => sameValue(value, known[register]))) continue
      this.#parameters.set(target, parameters)
      this.#enqueue(this.#next, target, distance + 1)
    }
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
      const caller = this.#evaluations.get(graph.edgeFrom[edge]!)
      if (caller === undefined) {
        // it may pass anything, until it has been followed as well
        const source = graph.edgeFrom[edge]!
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
    return parameters?.map((value) => (value?.partial === true ? undefined : value))
  }

  #isNeverStored(at: number): boolean {
    const kind = this.#program.sweep.accessKind.values()
    // whoever takes the address of what it lies in may write to it
    for (let entry = lastAtMost(this.#accessSorted, at - OBJECT) + 1; entry < this.#accessSorted.length && this.#accessSorted[entry]! <= at; entry++) {
      const is = kind[this.#accessOrder[entry]!]
      const named = this.#accessSorted[entry]!
      if (named !== at && this.#program.image.slots.get(named)?.address === named) continue // __dso_handle
      if (is === Access.take || (is === Access.store && named === at)) return false
    }
    return true
  }

  /** Functions that name the variable at `at`. */
  *#accessors(at: number, size: number): Iterable<number> {
    const { graph, sweep } = this.#program
    const from = sweep.accessFrom.values()
    const seen = new Set<number>()
    for (let entry = lastAtMost(this.#accessSorted, at - 8) + 1; entry < this.#accessSorted.length && this.#accessSorted[entry]! < at + size; entry++) {
      const index = graph.functionOf(from[this.#accessOrder[entry]!]!)
      if (index < 0 || seen.has(index)) continue
      seen.add(index)
      yield index
    }
  }
}

function isDetectorCall(calls: readonly { readonly name: string }[]): boolean {
  return calls.some(({ name }) => isDetectorFunction(name))
}
