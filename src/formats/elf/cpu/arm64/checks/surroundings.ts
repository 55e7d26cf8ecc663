import { addressesIn, detectedAs, isExact, join, number, plain, singleAddress, type Value, valueOf } from '../../program/value.ts'
import type { VariableAccesses } from '../code/variable-accesses.ts'
import { ClosedCallees } from '../code/closed-callees.ts'
import { ArgumentsRead } from '../code/arguments-read.ts'
import { isAuxiliaryFunction } from '../code/detectors.ts'
import type { EntriesInside } from '../code/entries.ts'
import { evaluate } from '../evaluation/evaluate.ts'
import { ARGUMENTS, Base, type CallingState, type CallOutcome, type Evaluation, type FunctionCode, type GlobalStore, type KeptPointers, type StepBudget, type Surroundings } from '../evaluation/evaluation.ts'
import type { Cell } from '../evaluation/cells.ts'
import { KeptArguments } from '../code/kept-arguments.ts'
import { FewInstructions } from '../code/few-instructions.ts'
import { codeOf } from '../code/function-code.ts'
import { givenInFrame } from './given-in-frame.ts'
import type { HandedOutKernels } from './handed-out-kernels.ts'
import type { HwcapModel } from '../evaluation/hwcap-model.ts'
import { ImportedFunctions, isAllocator } from './imported-functions.ts'
import type { NearFields } from '../evaluation/near-fields.ts'
import { isEndingName, NoReturn } from '../code/no-return.ts'
import type { AllocatedObjects } from './objects.ts'
import type { Program } from '../code/program.ts'
import { RegistersWritten } from '../code/registers-written.ts'
import { type Variables, withoutRest } from './variables.ts'
import { type Receiver, VariablesHandedOut } from './variables-handed-out.ts'

const limits = {
  /** Bytes of a function that is evaluated for what one call passes to it. */
  inlined: 1200,
  /** The same where it is given an object with what a check found out. */
  inlinedWithObject: 4096,
  depth: 3,
  /** Bytes of a function that may be one which only returns an address. */
  accessor: 32,
} as const

/** Functions in which other code of the program runs: handlers of signals, other threads. */
const lets = /^(?:raise|kill|pause|sleep|usleep|nanosleep|sigsuspend|sigwait|pthread_(?:join|kill|mutex_lock|rwlock_[rw][dr]lock|cond_(?:timed)?wait|barrier_wait)|sem_(?:timed)?wait|sched_yield|poll|select|epoll_wait)$/

/** What has been found out about the functions of a program. */
export interface Known {
  readonly evaluations: Map<number, Evaluation>
  readonly results: Map<number, ReadonlyMap<number, Value>>
  readonly neverReturns: Set<number>
  /** Steps from a check, of those that a check affects. */
  readonly distance: Map<number, number>
  readonly variables: Variables
  readonly accesses: VariableAccesses
  readonly objects: AllocatedObjects
  readonly kernels: HandedOutKernels
  readonly fields: NearFields
  readonly entries: EntriesInside
  readonly budget: StepBudget
}

/** What a function sees of the rest of the program, and what it gets from what it calls. */
export class ProgramSurroundings {
  readonly #program: Program
  readonly #model: HwcapModel
  readonly #processor: Value | undefined
  readonly #known: Known
  readonly #noReturn: NoReturn
  readonly #argumentsRead: ArgumentsRead
  readonly #kept: KeptArguments
  readonly #few: FewInstructions
  readonly #written: RegistersWritten
  readonly #handedOut: VariablesHandedOut
  #atomics: Set<number> | undefined
  readonly #imports: ImportedFunctions
  readonly #closed: ClosedCallees
  #inlined = new Map<string, CallOutcome | undefined>()
  #depth = 0

  constructor(program: Program, model: HwcapModel, known: Known) {
    this.#program = program
    this.#model = model
    const midr = this.#model.idRegister(0, 0)
    this.#processor = midr === undefined ? undefined : number(midr[0], midr[1], true)
    this.#known = known
    this.#noReturn = new NoReturn(program)
    this.#argumentsRead = new ArgumentsRead(program)
    this.#kept = new KeptArguments(program)
    this.#few = new FewInstructions(program)
    this.#written = new RegistersWritten(program)
    this.#closed = new ClosedCallees(program)
    this.#imports = new ImportedFunctions(program, model, known)
    this.#handedOut = new VariablesHandedOut(program, known.variables, known.accesses)
  }

  /** What functions gave for certain arguments may have changed. */
  forget(): void {
    this.#inlined = new Map()
  }

  of(index: number): Surroundings {
    const { graph, image } = this.#program
    return {
      load: (at, size, overwritten) => this.#load(index, at, size, overwritten === true),
      constant: (at, size) => (image.dataAt(at)?.constant === true ? singleAddress(this.#known.variables.initial(at, size)) : undefined),
      loadField: (base, offset, size) => this.#loadField(index, base, offset, size),
      loadNearField: (at) => this.#known.fields.load(at),
      variablesBehind: (at) => this.#variablesBehind(at === undefined ? this.#known.accesses.takenIn(index) : [at]),
      valueOfEntry: (at) => (this.#program.detectors.entries.has(at) ? join(number(this.#model.hwcap[0], this.#model.hwcap[1], true), number(this.#model.hwcap2[0], this.#model.hwcap2[1], true)) : undefined),
      processor: this.#program.detectors.readsCpuinfo ? this.#processor : undefined,
      systemRegister: (crm, op2) => {
        const value = this.#model.idRegister(crm, op2)
        return value === undefined ? undefined : number(value[0], value[1], true)
      },
      neverReturns: (address) => this.#neverReturns(address),
      readsArgument: (address, register) => this.#readsArgument(address, register),
      call: (at, target, state, kept) => (this.#tries(index, target) ? { never: true, traps: true } : this.#callFrom(index, at, target, state, kept)),
      mayKeep: (target, register) => {
        const to = singleAddress(target)
        const callee = to === undefined ? undefined : this.#program.graph.functionAt(to)
        return callee === undefined || this.#kept.mayKeep(callee, register)
      },
      landingPad: (at) => this.#program.landingPads.of(at),
      entries: this.#known.entries.of(index),
      keptInFrame: this.#program.detectors.kept.get(index),
      inPlace: (target) => (this.#tries(index, target) ? undefined : this.#inPlace(target)),
      isArgument: (value, register, target) => this.#isArgument(value, register, target),
      registersWritten: (target) => this.#registersWritten(target),
      isNeverHandedOut: (at) => this.#known.kernels.isNeverHandedOut(at, index),
      isPointerTarget: (at) => (image.inCode(at) ? graph.functionAt(at) !== undefined : image.dataAt(at) !== undefined),
    }
  }

  #load(reader: number, at: number, size: number, overwritten: boolean): Value | undefined {
    const slot = size === 8 ? this.#program.image.slots.get(at) : undefined
    if (slot?.import !== undefined) return this.#imports.pointerTo(slot.import)
    const value = this.#program.image.inCode(at) ? this.#literal(at, size) : this.#known.variables.load(at, size, overwritten)
    if (value !== undefined || this.#known.variables.has(at) || this.#program.image.dataAt(at)?.constant !== false) return value
    // features |= what the CPU has: others may have set some before, which is theirs to answer for
    const initial = (this.#depth > 0 && !this.#isAtomic(reader)) || this.#known.accesses.isStoredOnlyBy(reader, at, size) ? this.#known.variables.initial(at, size) : undefined
    return initial?.base === plain ? valueOf(initial.base, initial.words, initial.detected, true, initial.hull) : undefined
  }

  /** Helpers of atomic operations ask about the CPU, and what they store has nothing to do with that. */
  #isAtomic(index: number): boolean {
    if (this.#atomics === undefined) {
      this.#atomics = new Set()
      for (const at of this.#program.detectors.haveLse) for (const user of this.#known.accesses.accessors(at, 1)) this.#atomics.add(user)
    }
    return this.#atomics.has(index)
  }

  /** Constants between functions. */
  #literal(at: number, size: number): Value | undefined {
    const code = this.#program.codeAt(at)
    const index = code === undefined ? 0.5 : (at - code.base) / 4
    const low = code?.words[index]
    const high = code?.words[index + 1]
    if (low === undefined || high === undefined || size < 4) return undefined
    return size === 4 ? number(low) : number(low, high)
  }

  #loadField(reader: number, base: number, offset: number, size: number): Value | undefined {
    if (base === Base.resolverArgument) {
      if (offset === 8) return number(this.#model.hwcap[0], this.#model.hwcap[1], true)
      if (offset === 16) return number(this.#model.hwcap2[0], this.#model.hwcap2[1], true)
      return number(offset === 0 ? 24 : 0)
    }
    // glibc's resolvers look at nothing else in there
    if (base === Base.loaderFeatures) return this.#model.features.size === 0 && this.#isResolver(reader) ? number(0, 0, true) : undefined
    return base < Base.firstObject ? undefined : this.#known.objects.load(reader, base, offset, size)
  }

  #isResolver(index: number): boolean {
    return this.#program.detectors.resolvers.has(this.#program.graph.starts[index]!)
  }

  /** Does function `index` try something that this CPU cannot run, and catch that? */
  #tries(index: number, target: Value | undefined): boolean {
    const { probes, triers } = this.#program.detectors
    return (probes.has(index) || triers.has(index)) && this.#isKernel(target)
  }

  /** Who has something tried calls functions of the C library in between, which a static program has itself, and that do not touch what it keeps. */
  #callFrom(caller: number, at: number, target: Value | undefined, state: CallingState, kept: KeptPointers): CallOutcome | undefined {
    const outcome = this.#call(at, target, state, kept)
    const { registers } = state
    const to = this.#closed.hasTried(caller) ? singleAddress(target) : undefined
    const index = to === undefined ? undefined : this.#program.graph.functionAt(to)
    if (index === undefined) return outcome
    const tried = this.#program.detectors.triers.has(index) ? singleAddress(registers[0]) : undefined
    if (!this.#closed.leavesAlone(caller, index, tried === undefined ? undefined : this.#program.graph.functionAt(tried))) return outcome
    const read = this.#argumentsRead.by(index)
    const mayWrite = registers.slice(0, ARGUMENTS).flatMap((value, register) => {
      const from = singleAddress(value)
      return from === undefined || ((read >>> register) & 1) === 0 || this.#program.image.dataAt(from)?.writable !== true ? [] : [{ from, to: this.#closed.endOfObject(caller, from) }]
    })
    return { ...outcome, mayWrite }
  }

  #call(at: number, target: Value | undefined, state: CallingState, kept: KeptPointers): CallOutcome | undefined {
    const { registers } = state
    if (target?.base === Base.imported && target.words.length === 2) return this.#callForeign(at, this.#imports.nameOf(target.words[0]!), registers)
    const to = singleAddress(target)
    if (to === undefined) return this.#callReceivers(this.#handedOut.calledThroughPointer(registers))
    const { graph, stubs, detectors } = this.#program
    const stub = stubs.get(to)
    if (stub?.import !== undefined) return this.#callForeign(at, stub.import, registers)
    if (stub?.indirect === true) return undefined
    const index = graph.functionAt(stub?.address ?? to)
    if (index === undefined) return undefined
    if (detectors.auxiliary.has(index) || isAuxiliaryFunction(graph.nameOf(index))) return this.#imports.auxiliaryValue(registers[0])
    // a static program has these itself
    const name = graph.nameOf(index)
    if (name === 'dlsym' || isAllocator(name)) return this.#imports.call(at, name, registers)
    if (this.#known.neverReturns.has(index) || this.#noReturn.has(index)) return { never: true }
    const known = this.#known.distance.has(index)
    const given = givenInFrame(state, kept, at, () => this.#argumentsRead.by(index))
    if (!known && given === undefined && graph.ends[index]! - graph.starts[index]! > limits.accessor) {
      // a static program has the functions itself that start threads
      const called = this.#handedOut.calledBack(registers)
      if (this.#handedOut.isStoredBy(index, registers)) called.push({ index, parameters: registers })
      return called.length === 0 ? undefined : this.#callReceivers(called)
    }
    const inlined = this.#evaluateFor(index, registers, known, given)
    const results = this.#known.results.get(index)
    // where it was told of nothing but checks, and did not get through, what it returns to anyone holds
    if (inlined?.results?.size === 0 && results !== undefined && registers.slice(0, ARGUMENTS + 1).every((value) => value?.base !== plain || value.detected)) return { ...inlined, results }
    if (inlined !== undefined || !known) return inlined
    return { ...(results === undefined ? {} : { results }), writes: this.#known.evaluations.get(index)?.stores.filter(({ base }) => base < Base.resolverArgument) ?? [] }
  }

  #callForeign(at: number, name: string, registers: readonly (Value | undefined)[]): CallOutcome {
    const outcome = this.#imports.call(at, name, registers)
    if (!this.#passesCode(registers)) return { ...outcome, isForeign: !lets.test(name) }
    const { possibleWrites } = this.#callReceivers(this.#handedOut.calledBack(registers)) ?? {}
    return possibleWrites === undefined ? { ...outcome, isForeign: false } : { ...outcome, isForeign: false, possibleWrites }
  }

  /** What functions store that are given the address of a variable, and that somebody may call or not. */
  #callReceivers(receivers: readonly Receiver[]): CallOutcome | undefined {
    const possibleWrites: GlobalStore[] = []
    for (const { index, parameters } of receivers) {
      const outcome = this.#evaluateFor(index, parameters, false)
      possibleWrites.push(...(outcome?.possibleWrites ?? []))
      for (const { base, offset, size, value } of outcome?.writes ?? []) if (base === plain) possibleWrites.push({ address: offset, size, value })
    }
    return possibleWrites.length === 0 ? undefined : { possibleWrites }
  }

  #neverReturns(address: number): boolean {
    const stub = this.#program.stubs.get(address)
    if (stub?.import !== undefined) return isEndingName(stub.import)
    const index = this.#program.graph.functionAt(stub?.address ?? address)
    return index !== undefined && (this.#known.neverReturns.has(index) || this.#noReturn.has(index))
  }

  #isKernel(target: Value | undefined): boolean {
    const to = singleAddress(target)
    const index = to === undefined ? undefined : this.#program.graph.functionAt(to)
    return index !== undefined && this.#known.kernels.isKernel(index)
  }

  #inPlace(target: Value | undefined): FunctionCode | undefined {
    const to = singleAddress(target)
    const index = to === undefined ? undefined : this.#program.graph.functionAt(to)
    if (index === undefined || this.#known.neverReturns.has(index) || this.#isSpecial(index)) return undefined
    return this.#few.of(index)
  }

  /** Is it known what it does without looking at it? */
  #isSpecial(index: number): boolean {
    const name = this.#program.graph.nameOf(index)
    return this.#program.detectors.auxiliary.has(index) || isAuxiliaryFunction(name) || isEndingName(name) || name === 'dlsym' || isAllocator(name)
  }

  #isArgument(value: Value | undefined, register: number, target: Value | undefined): boolean {
    const passed = singleAddress(value)
    // the table that a callee was taken from
    if (passed !== undefined && target !== undefined && isExact(target) && target.words.length > 2) return addressesIn(target).some((to) => this.#readsArgument(to, register))
    if (passed === undefined || !this.#known.kernels.has(passed)) return true
    const to = singleAddress(target)
    const index = to === undefined ? undefined : this.#program.graph.functionAt(this.#program.stubs.get(to)?.address ?? to)
    if (index !== undefined && this.#program.detectors.triers.has(index)) return false // tried, and caught
    return index === undefined || ((this.#argumentsRead.by(index) >>> register) & 1) !== 0
  }

  #readsArgument(target: number, register: number): boolean {
    const index = this.#program.graph.functionAt(this.#program.stubs.get(target)?.address ?? target)
    return target !== 0 && (index === undefined || ((this.#argumentsRead.by(index) >>> register) & 1) !== 0)
  }

  #registersWritten(target: Value | undefined): number {
    const to = singleAddress(target)
    const index = to === undefined || this.#program.stubs.has(to) ? undefined : this.#program.graph.functionAt(to)
    return index === undefined ? -1 : this.#written.by(index)
  }

  #passesCode(registers: readonly (Value | undefined)[]): boolean {
    return registers.slice(0, ARGUMENTS).some((value) => {
      const passed = singleAddress(value)
      return passed !== undefined && this.#program.image.inCode(passed)
    })
  }

  *#variablesBehind(arrays: Iterable<number>): Iterable<{ readonly address: number; readonly size: number }> {
    for (const at of arrays) if (this.#program.image.dataAt(at)?.writable === true) yield* this.#known.variables.within(at, this.#known.accesses.endOf(at))
  }

  /** What a small function does when it is given what this call gives it. */
  #evaluateFor(index: number, registers: readonly (Value | undefined)[], known: boolean, given?: ReadonlyMap<number, Cell>): CallOutcome | undefined {
    if (this.#depth >= limits.depth) return undefined
    const code = codeOf(this.#program, index)
    if (code === undefined || code.end - code.start > (given === undefined ? limits.inlined : limits.inlinedWithObject) || this.#isMachineryOfGo(index)) return undefined
    const held = registers.slice(0, ARGUMENTS + 1).map((value) => (value !== undefined && (value.base === plain || value.base >= Base.resolverArgument) ? value : undefined))
    if (known && given === undefined && !held.some((value) => value !== undefined)) return undefined
    // what is left in other registers makes it no other call
    const read = known ? this.#argumentsRead.by(index) : -1
    const parameters = held.map((value, register) => (((read >>> register) & 1) !== 0 ? value : undefined))
    const key = `${index}(${parameters.map((value) => (value === undefined ? '' : textOf(value))).join(';')}${[...(given ?? [])].map(([place, { value }]) => `;${place}=${textOf(value)}`).join('')})`
    if (this.#inlined.has(key)) return this.#inlined.get(key)
    this.#inlined.set(key, undefined)
    this.#depth++
    const evaluation = evaluate(code, parameters, this.of(index), this.#program.isGo ? 9 : 2, this.#known.budget, given)
    this.#depth--
    if (evaluation === undefined) return undefined
    const never = !evaluation.returns && evaluation.decides
    // a function that only tells where something is kept
    const tellsAll = !known || (!evaluation.decides && this.#program.detectors.triers.has(index))
    const results = !tellsAll ? this.resultsOf(evaluation, this.setsUp(index)) : evaluation.results
    const writes = evaluation.stores.filter(({ base }) => base < Base.resolverArgument)
    const possibleWrites: GlobalStore[] = []
    const chooses = evaluation.decides && this.setsUp(index) && !this.#isAtomic(index)
    for (const { address, size, value: stored } of [...evaluation.globalStores, ...evaluation.storesOnSomeWays.values()]) {
      // numbers without a check count where they replace what one found out
      const replaces = this.#known.variables.overlaps(address, size)
      // bits that it sets beside those that were there
      const value = chooses && stored?.base === plain && (replaces || stored.partial === true) ? detectedAs(stored, true) : stored
      if (value?.detected !== true && (value?.base !== plain || !replaces)) continue
      if (evaluation.alwaysStored.has(address) && !evaluation.storesOnSomeWays.has(address)) writes.push({ base: plain, offset: address, size, value })
      else possibleWrites.push({ address, size, value })
    }
    const outcome: CallOutcome = never ? { never } : { results, writes, possibleWrites }
    this.#inlined.set(key, outcome)
    return outcome
  }

  /** How Go's runtime prints, locks and panics: nearly every function does, with a text of its own, and it tells nothing. */
  #isMachineryOfGo(index: number): boolean {
    return this.#program.isGo && /^runtime\.(?:gwrite|print|lock|unlock|recordForPanic|gopanic|panic|fatal|throw|map|sema)/.test(this.#program.graph.nameOf(index))
  }

  /** What a function returns that a check has to do with: what it says, or where that is kept. */
  resultsOf(evaluation: Evaluation, chooses: boolean): Map<number, Value> {
    const values = new Map<number, Value>()
    for (const [register, value] of evaluation.results) {
      if (value.words.length === 0) continue
      const place = register === 0 ? singleAddress(value) : undefined
      if (value.detected) values.set(register, withoutRest(value))
      else if (place !== undefined && this.#known.variables.isIn(place)) values.set(register, value)
      else if (chooses && evaluation.decides && register === 0 && value.partial !== true) values.set(register, detectedAs(value, true))
      else if (value.base >= Base.firstObject) values.set(register, value)
    }
    return values
  }

  /**
   * Does what the function leaves behind hang on the check it makes? Go's compiler puts a check of LSE before every atomic
   * operation, so there only what is about setting up.
   */
  setsUp(index: number): boolean {
    return !this.#program.isGo || /(?:^|[./])(?:init|doinit|hwcapInit|cpu)\b|\/cpu\./.test(this.#program.graph.nameOf(index))
  }
}

function textOf({ base, words, detected, hull }: Value): string {
  return `${base}:${words.join()}${detected ? 'd' : ''}${hull === true ? 'h' : ''}`
}
