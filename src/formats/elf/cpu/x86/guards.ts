import type { AccessIndex } from './access-index.ts'
import type { X86Decoder } from '../../../../isa/x86/decode.ts'
import { type CallGraph, Edge } from '../program/call-graph.ts'
import type { CpuidModel } from './cpuid-model.ts'
import { type Detectors, isDetectorFunction, isDetectorObject, isDetectorTableFunction, isOwnDetectorObject } from './detectors.ts'
import { evaluate, type StepBudget } from './evaluate.ts'
import type { FunctionCode } from './machine.ts'
import type { Evaluation, Leaks, Origins, ParameterStore, Surroundings } from './evaluation.ts'
import type { MemoryImage, Slot } from '../program/memory-image.ts'
import { mentionedRegisters } from './mentioned-registers.ts'
import { Access, type Sweep } from '../program/sweep.ts'
import { address as addressValue, compute, detectedAs, featureTable, isZero, join, number, plain, relative, sameValue, singleAddress, truncated, type Value } from '../program/value.ts'

/** Bounds of the search: beyond them every path counts as possible. */
const limits = {
  rounds: 64,
  evaluations: 30_000,
  /** Instructions, over all functions: about a second. */
  steps: 1_500_000,
  /** Bytes of one function. */
  functionSize: 150_000,
  /** Evaluations of one function, and of one of more than `largeFunction` bytes. */
  times: 8,
  largeFunction: 4000,
  timesLarge: 4,
  callers: 400,
  fields: 32,
  fieldReaders: 200,
  /** Looks through all code for readers of fields. */
  passes: 2,
} as const

/** What the checks of the CPU decide, for one model of a CPU. */
export interface Guards {
  /** By function; those without an entry are not affected by any check that was found. */
  readonly evaluations: ReadonlyMap<number, Evaluation>
  /** Variables that hold what checks found out. */
  readonly variables: number
  /** Functions that never return on this CPU, because of what CPUID says. */
  readonly dead: ReadonlySet<number>
  /** Functions evaluated, in all rounds. */
  readonly work: number
  /** The bounds were hit. */
  readonly incomplete: boolean
  readonly leaks: Leaks
  /** Evaluates a function again, where it is of interest which branches may be checks. */
  trace(index: number, origins: Origins, budget: StepBudget): Evaluation | undefined
}

/** Cold parts and the like. */
const ENDING_SIZE = 400

/** Variables that are read through the address of a structure that they are in. */
const STRUCTURE_SIZE = 128
const NEAR_LIMIT = 64
const LEAF_SIZE = 500
const EVERY_REGISTER = 0xffff

interface Variable {
  readonly size: number
  /** What the file says it holds first. */
  readonly initial: Value
  /** What functions store, by function: what they store when they are evaluated again with better knowledge replaces it. */
  readonly stored: Map<number, Value>
  /** What it can hold, of all that. */
  value: Value
  /** How many steps from CPUID it is. */
  readonly distance: number
}

interface Field {
  readonly size: number
  value: Value | undefined
}

export interface Program {
  readonly image: MemoryImage
  readonly graph: CallGraph
  readonly sweep: Sweep
  readonly accesses: AccessIndex
  readonly detectors: Detectors
  readonly decoder: X86Decoder
  readonly stubs: ReadonlyMap<number, Slot>
  readonly isGo: boolean
}

/** Follows what CPUID says through the program, until nothing new comes of it. */
export function findGuards(program: Program, model: CpuidModel): Guards {
  return new GuardSearch(program, model).run()
}

class GuardSearch {
  readonly #program: Program
  readonly #model: CpuidModel
  readonly #evaluations = new Map<number, Evaluation>()
  readonly #variables = new Map<number, Variable>()
  readonly #fields = new Map<number, Field>()
  #fieldsOverflowed = false
  /** Fields whose readers are looked for at the end of the round: it takes a pass over all code. */
  readonly #freshFields = new Set<number>()
  #passes = 0
  readonly #results = new Map<number, { values: ReadonlyMap<number, Value>; distance: number }>()
  readonly #neverReturns = new Set<number>()
  readonly #parameters = new Map<number, Map<number, Value>>()
  readonly #distance = new Map<number, number>()
  readonly #featureSlots = new Set<number>()
  readonly #codeAt = new Map<number, { bytes: Uint8Array; view: DataView }>()
  readonly #times = new Map<number, number>()
  readonly #budget: StepBudget = { left: limits.steps }
  readonly #storedBy = new Map<number, ReadonlySet<number>>()
  /** Arguments that checks decide were passed on further than they are followed. */
  #argumentsDropped = false
  readonly #conflictingFields = new Set<number>()
  #next = new Set<number>()
  #work = 0

  constructor(program: Program, model: CpuidModel) {
    this.#program = program
    this.#model = model
    for (const [place, slot] of program.image.slots) {
      if (slot.import !== undefined && isDetectorObject(slot.import)) this.#featureSlots.add(place)
    }
  }

  run(): Guards {
    const { detectors, graph, image } = this.#program
    if (!detectors.any) return this.#guards(false)
    for (const object of image.objects) {
      if (!isOwnDetectorObject(object.name)) continue
      for (let at = 0; at < Math.min(object.size, 512); at += 4) this.#variable(object.address + at, 4, 1)
    }
    let work = new Set<number>()
    for (const index of detectors.functions) {
      this.#distance.set(index, 0)
      work.add(index)
    }
    for (const place of this.#featureSlots) for (const index of this.#accessors(place, 8)) this.#enqueue(work, index, 1)
    for (const [index, calls] of graph.importCalls) {
      if (calls.some((call) => isDetectorFunction(call.name) || isDetectorTableFunction(call.name))) this.#enqueue(work, index, 1)
    }
    for (const [at, variable] of this.#variables) for (const index of this.#accessors(at, variable.size)) this.#enqueue(work, index, 1)
    let round = 0
    for (; work.size > 0 && round < limits.rounds && this.#work < limits.evaluations && this.#budget.left > 0; round++) {
      this.#next = new Set()
      for (const index of this.#callersFirst(work)) {
        if (this.#work >= limits.evaluations || this.#budget.left <= 0) break
        this.#evaluate(index)
      }
      this.#enqueueFieldReaders(this.#freshFields)
      this.#freshFields.clear()
      work = this.#next
    }
    return this.#guards(work.size > 0 || this.#budget.left <= 0)
  }

  #guards(incomplete: boolean): Guards {
    return {
      evaluations: this.#evaluations,
      variables: this.#variables.size,
      dead: this.#neverReturns,
      work: this.#work,
      incomplete,
      leaks: this.#leaks(),
      trace: (index, origins, budget) => {
        const target = this.#function(index)
        if (target === undefined) return undefined
        return evaluate(this.#program.decoder, target, this.#parameters.get(index), { ...this.#surroundings(index), origins }, [0, 2], budget)
      },
    }
  }

  /** Where what checks found out goes without being followed. */
  #leaks(): Leaks {
    const fields = new Set<number>()
    let anywhere = false
    let passed = this.#argumentsDropped
    for (const { leaks } of this.#evaluations.values()) {
      for (const offset of leaks.fields) fields.add(offset)
      anywhere ||= leaks.anywhere
      passed ||= leaks.arguments
    }
    // a variable that is read through a pointer to what it is a part of
    const { accessKind, accessTo } = this.#accessLists()
    for (const at of this.#variables.keys()) {
      for (const access of this.#program.accesses.range(at - 1024, at)) {
        if (accessKind[access] === Access.take) fields.add(at - accessTo[access]!)
      }
    }
    return { fields, anywhere, arguments: passed }
  }

  /** What functions are called with should be known when they are evaluated. */
  #callersFirst(work: ReadonlySet<number>): number[] {
    const { graph } = this.#program
    const isCalledBy = (index: number): boolean => {
      for (let entry = graph.firstCaller[index]!; entry < Math.min(graph.firstCaller[index + 1]!, graph.firstCaller[index]! + 32); entry++) {
        if (work.has(graph.edgeFrom[graph.callerEdge[entry]!]!)) return true
      }
      return false
    }
    return [...work].map((index) => ({ index, late: isCalledBy(index) ? 1 : 0 })).sort((a, b) => a.late - b.late || a.index - b.index).map(({ index }) => index)
  }

  #enqueue(set: Set<number>, index: number, distance: number): void {
    const known = this.#distance.get(index)
    if (known === undefined || known > distance) this.#distance.set(index, distance)
    set.add(index)
  }

  #function(index: number): FunctionCode | undefined {
    const { graph, detectors } = this.#program
    const start = graph.starts[index]!
    const end = graph.ends[index]!
    if (end - start > limits.functionSize || end <= start || detectors.resolvers.has(start)) return undefined
    const code = this.#code(start)
    return code === undefined ? undefined : { code: code.bytes, view: code.view, base: code.base, start, end }
  }

  #evaluate(index: number): void {
    const { decoder, isGo } = this.#program
    const target = this.#function(index)
    const times = (this.#times.get(index) ?? 0) + 1
    if (target === undefined || times > (target.end - target.start > limits.largeFunction ? limits.timesLarge : limits.times)) return
    this.#times.set(index, times)
    this.#work++
    const returnRegisters = isGo ? [0, 3, 1, 7, 6, 8, 9, 10, 11] : [0, 2]
    const evaluation = evaluate(decoder, target, this.#parameters.get(index), this.#surroundings(index), returnRegisters, this.#budget)
    if (evaluation === undefined) {
      this.#evaluations.delete(index)
      return
    }
    this.#evaluations.set(index, evaluation)
    const distance = this.#distance.get(index) ?? 0
    this.#spreadResults(index, evaluation, distance)
    this.#spreadStores(index, evaluation, distance)
    // Go's packages keep what they found out in package variables; its calling convention makes every spill look like a field
    if (isGo) return
    this.#spreadFields(evaluation, distance)
    this.#spreadArguments(index, evaluation, distance)
  }

  #code(address: number): { bytes: Uint8Array; view: DataView; base: number } | undefined {
    const { image } = this.#program
    const range = image.code.find((candidate) => address >= candidate.address && address < candidate.address + candidate.size)
    if (range === undefined) return undefined
    let code = this.#codeAt.get(range.address)
    if (code === undefined) {
      const bytes = image.file.bytes.subarray(range.offset, range.offset + range.size)
      code = { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) }
      this.#codeAt.set(range.address, code)
    }
    return { ...code, base: range.address }
  }

  #surroundings(index: number): Surroundings {
    const { graph, image, stubs } = this.#program
    const callee = new Map<number, number>()
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      if (graph.edgeKind[edge] === Edge.call) callee.set(graph.edgeAt[edge]!, graph.edgeTo[edge]!)
    }
    const imported = new Map((graph.importCalls.get(index) ?? []).map((call) => [call.at, call.name]))
    return {
      model: this.#model,
      load: (at, size) => this.#load(at, size),
      loadField: (offset, size) => {
        const field = this.#fields.get(offset)
        return field !== undefined && field.size >= size ? truncated(field.value, size) : undefined
      },
      returned: (at) => {
        const target = callee.get(at)
        if (target !== undefined) return this.#neverReturns.has(target) || this.#endsProgram(target) || neverReturns.has(graph.names.get(graph.starts[target]!) ?? '') ? 'never' : this.#results.get(target)?.values
        const name = imported.get(at)
        if (name === undefined) return undefined
        if (neverReturns.has(name)) return 'never'
        // an environment variable that overrides a check is not for us to judge: nobody sets it
        if (/^(?:__)?(?:secure_)?getenv$/.test(name)) return new Map([[0, number(0)]])
        if (isDetectorTableFunction(name)) return new Map([[0, relative(featureTable, 0)]])
        return isDetectorFunction(name) ? new Map([[0, number(0, 0, true)]]) : undefined
      },
      writesOf: (at) => {
        const target = callee.get(at)
        return target === undefined ? [] : (this.#evaluations.get(target)?.parameterStores ?? [])
      },
      changedBy: (at) => {
        const target = callee.get(at)
        return target === undefined ? EVERY_REGISTER : this.#changes(target)
      },
      calleeStores: (at, address) => {
        const target = callee.get(at)
        return target !== undefined && this.#stores(target, address)
      },
      isPointerTarget: (at) => image.inCode(at) ? graph.functionAt(at) !== undefined : image.dataAt(at) !== undefined,
      throughStub: (at) => {
        const slot = stubs.get(at)
        return slot?.address ?? at
      },
    }
  }

  readonly #changed = new Map<number, number>()

  #changes(index: number): number {
    let known = this.#changed.get(index)
    if (known === undefined) {
      const target = this.#function(index)
      known = target === undefined || target.end - target.start > LEAF_SIZE ? EVERY_REGISTER : mentionedRegisters(this.#program.decoder, target.code, target.start - target.base, target.end - target.base)
      this.#changed.set(index, known)
    }
    return known
  }

  #stores(index: number, address: number): boolean {
    const { graph } = this.#program
    const { accessTo, accessKind } = this.#accessLists()
    for (let access = graph.firstAccess[index]!; access < graph.firstAccess[index + 1]!; access++) {
      if (accessKind[access] === Access.store && accessTo[access] === address) return true
    }
    return false
  }

  #load(at: number, size: number): Value | undefined {
    if (this.#featureSlots.has(at)) return relative(featureTable, 0)
    const exact = this.#variables.get(at)
    if (exact !== undefined && exact.size >= size) return truncated(exact.value, size) ?? (size === 8 ? exact.value : undefined)
    for (let back = 1; back < 8; back++) {
      const wider = this.#variables.get(at - back)
      if (wider !== undefined && wider.size >= back + size) return truncated(compute('shr', wider.value, number(back * 8)), size)
    }
    if (exact !== undefined || (size === 8 && this.#variables.has(at + 4))) return this.#compose(at, size)
    const { image } = this.#program
    const range = image.dataAt(at)
    if (range === undefined || !range.constant) return undefined
    const slot = image.slots.get(at)
    if (slot !== undefined) return slot.address === undefined || slot.indirect === true ? undefined : addressValue(slot.address)
    return this.#initial(at, size)
  }

  /** A load that spans several variables: one number each, or nothing is known. */
  #compose(at: number, size: number): Value | undefined {
    let whole: Value | undefined = number(0, 0, true)
    for (let offset = 0; offset < size; ) {
      const variable = this.#variables.get(at + offset)
      const part = variable === undefined ? this.#initial(at + offset, 1) : variable.value
      whole = compute('or', whole, compute('shl', part, number(offset * 8)))
      offset += variable?.size ?? 1
    }
    return whole
  }

  /** What the file says memory holds before anything runs. */
  #initial(at: number, size: number): Value | undefined {
    const { image } = this.#program
    const range = image.dataAt(at)
    if (range === undefined || at + size > range.end) return undefined
    if (range.offset === undefined) return number(0)
    const place = range.offset + at - range.address
    const { view } = image
    if (size === 8) return number(view.getInt32(place, true), view.getInt32(place + 4, true))
    if (size === 4) return number(view.getInt32(place, true))
    return size === 2 ? number(view.getUint16(place, true)) : size === 1 ? number(view.getUint8(place)) : undefined
  }

  #spreadResults(index: number, evaluation: Evaluation, distance: number): void {
    const { graph } = this.#program
    if (!evaluation.returns && evaluation.decides && !this.#neverReturns.has(index) && this.#hasReturn(index)) {
      this.#neverReturns.add(index)
      this.#enqueueCallers(index, distance)
    } else if (evaluation.returns && this.#neverReturns.delete(index)) this.#enqueueCallers(index, distance)
    if (distance > (this.#program.isGo ? 2 : 4)) return
    const values = new Map<number, Value>()
    for (const [register, value] of evaluation.results) {
      const chosen = evaluation.decides && value.base === plain && !isPointer(value, graph)
      if (value.words.length === 0) continue
      if (value.detected) values.set(register, certain(value))
      else if (chosen && register === 0) values.set(register, detectedAs(value, true))
    }
    const known = this.#results.get(index)
    if (values.size === 0 && known === undefined) {
      if (evaluation.parameterStores.length > 0) this.#noteWrites(index, evaluation, distance)
      return
    }
    let changed = known === undefined || known.values.size !== values.size
    for (const [register, value] of values) if (!sameValue(known?.values.get(register), value)) changed = true
    if (changed) {
      this.#results.set(index, { values, distance })
      this.#enqueueCallers(index, distance)
    }
    this.#noteWrites(index, evaluation, distance)
  }

  readonly #writes = new Map<number, string>()

  #noteWrites(index: number, evaluation: Evaluation, distance: number): void {
    if (evaluation.parameterStores.length === 0 || distance > 3) return
    const key = evaluation.parameterStores.map((store: ParameterStore) => `${store.register}+${store.offset}=${store.value.words.join(':')}`).sort().join()
    if (this.#writes.get(index) === key) return
    this.#writes.set(index, key)
    this.#enqueueCallers(index, distance)
  }

  #enqueueCallers(index: number, distance: number): void {
    const { graph } = this.#program
    const from = graph.firstCaller[index]!
    const to = graph.firstCaller[index + 1]!
    for (let entry = from; entry < to; entry++) this.#enqueue(this.#next, graph.edgeFrom[graph.callerEdge[entry]!]!, distance + 1)
  }

  readonly #ending = new Map<number, boolean>()

  /** Is function `index` one without a way back, such as the cold part of another that only calls `abort`? */
  #endsProgram(index: number): boolean {
    let known = this.#ending.get(index)
    if (known !== undefined) return known
    this.#ending.set(index, false) // where it calls itself
    const { graph } = this.#program
    known = graph.ends[index]! - graph.starts[index]! < ENDING_SIZE && !this.#hasReturn(index) && !this.#jumpsAway(index)
    this.#ending.set(index, known)
    return known
  }

  #jumpsAway(index: number): boolean {
    const { graph, decoder } = this.#program
    const code = this.#code(graph.starts[index]!)!
    let last = graph.starts[index]! - code.base
    for (let at = last; at < graph.ends[index]! - code.base; ) {
      const length = decoder.decode(code.bytes, at) || 1
      const byte = code.bytes[at]!
      // indirect jumps, and their prefixed forms
      if ((byte === 0xff || code.bytes[at + 1] === 0xff) && ((code.bytes[at + (byte === 0xff ? 1 : 2)]! >> 3) & 7) === 4) return true
      if (byte !== 0x90 && byte !== 0xcc && byte !== 0x66 && byte !== 0x0f && byte !== 0x2e) last = at
      at += length
    }
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      if (graph.edgeKind[edge] === Edge.taken) continue
      const opcode = code.bytes[graph.edgeAt[edge]! - code.base]!
      if (opcode !== 0xe8 && opcode !== 0xff && !this.#endsProgram(graph.edgeTo[edge]!)) return true
    }
    const calls = graph.importCalls.get(index) ?? []
    if (calls.some(({ at, name }) => code.bytes[at - code.base] !== 0xe8 && code.bytes[at - code.base] !== 0xff && !neverReturns.has(name))) return true
    // what it ends with: a call from which nothing comes back, or it runs on into what follows
    const end = code.bytes[last]!
    return end !== 0xe8 && end !== 0xff && end !== 0xf4 && end !== 0xe9 && end !== 0xeb
  }

  #hasReturn(index: number): boolean {
    const { graph, decoder } = this.#program
    const code = this.#code(graph.starts[index]!)!
    for (let at = graph.starts[index]! - code.base; at < graph.ends[index]! - code.base; ) {
      const length = decoder.decode(code.bytes, at)
      if (length > 0 && (code.bytes[at] === 0xc3 || (code.bytes[at] === 0xf3 && code.bytes[at + 1] === 0xc3))) return true
      at += length || 1
    }
    return false
  }

  #spreadStores(index: number, evaluation: Evaluation, distance: number): void {
    const { graph, image } = this.#program
    const controls = evaluation.decides && (distance <= 1 ? evaluation.seen.length < 30_000 : distance <= 2 && evaluation.seen.length < 1200)
    const before = this.#storedBy.get(index) ?? new Set<number>()
    const after = new Set<number>()
    for (const store of evaluation.globalStores) {
      const range = image.dataAt(store.address)
      if (range === undefined || !range.writable || range.constant) continue
      const known = this.#variables.get(store.address)
      const fromCheck = store.value?.detected === true && distance <= 5
      if (known === undefined && !fromCheck && !(controls && store.value !== undefined)) continue
      if (store.value !== undefined && isPointer(store.value, graph)) continue
      const variable = known ?? this.#variable(store.address, store.size, distance)
      if (variable === undefined) continue
      after.add(store.address)
      this.#store(store.address, variable, index, store.value)
    }
    for (const address of before) if (!after.has(address)) this.#store(address, this.#variables.get(address)!, index, undefined)
    this.#storedBy.set(index, after)
    if (!controls) return
    // a variable that is only set behind a check that fails keeps what the file says
    const { accessTo, accessFrom, accessKind } = this.#accessLists()
    for (let access = graph.firstAccess[index]!; access < graph.firstAccess[index + 1]!; access++) {
      if (accessKind[access] !== Access.store) continue
      const at = accessTo[access]!
      if (evaluation.seen[accessFrom[access]! - evaluation.start] !== 0 || this.#variables.has(at)) continue
      const range = image.dataAt(at)
      if (range === undefined || !range.writable || range.constant || image.slots.has(at)) continue
      this.#variable(at, 4, distance)
    }
  }

  #accessLists(): { accessTo: Float64Array; accessFrom: Float64Array; accessKind: Float64Array } {
    const { sweep } = this.#program
    return { accessTo: sweep.accessTo.values(), accessFrom: sweep.accessFrom.values(), accessKind: sweep.accessKind.values() }
  }

  /** Starts to follow a variable: whoever stores or reads it is evaluated. */
  #variable(at: number, size: number, distance: number): Variable | undefined {
    const initial = this.#initial(at, size)
    const { image } = this.#program
    if (image.slots.has(at) || initial === undefined) return undefined
    const first = detectedAs(initial, true)
    const variable: Variable = { size, initial: first, stored: new Map(), value: first, distance }
    this.#variables.set(at, variable)
    for (const index of this.#accessors(at, size)) this.#enqueue(this.#next, index, distance + 1)
    return variable
  }

  #store(at: number, variable: Variable, index: number, value: Value | undefined): void {
    // a store of something unknown is an override from outside (environment, command line): it is not for us to judge
    if (value === undefined || value.base !== plain || value.words.length === 0) variable.stored.delete(index)
    else variable.stored.set(index, certain(value))
    let joined = variable.initial
    for (const stored of variable.stored.values()) joined = join(joined, stored) ?? joined
    if (sameValue(joined, variable.value)) return
    variable.value = joined
    for (const reader of this.#accessors(at, variable.size)) this.#enqueue(this.#next, reader, variable.distance + 1)
  }

  #spreadFields(evaluation: Evaluation, distance: number): void {
    if (distance > 2 || this.#fieldsOverflowed) return
    const fresh = new Set<number>()
    for (const offset of evaluation.otherFields) {
      // the field says something else in some object: it decides nothing in any
      if (this.#conflictingFields.has(offset)) continue
      this.#conflictingFields.add(offset)
      if (this.#fields.delete(offset)) fresh.add(offset)
    }
    for (const store of evaluation.fieldStores) {
      if (this.#conflictingFields.has(store.offset)) continue
      const known = this.#fields.get(store.offset)
      const value = known === undefined ? store.value : join(known.value, store.value)
      if (known !== undefined && sameValue(known.value, value)) continue
      this.#fields.set(store.offset, { size: Math.max(store.size, known?.size ?? 0), value })
      fresh.add(store.offset)
    }
    if (this.#fields.size > limits.fields) {
      this.#fieldsOverflowed = true
      this.#fields.clear()
      return
    }
    for (const offset of fresh) this.#freshFields.add(offset)
  }

  /** Functions with an operand [register + displacement] of one of `offsets`: found by its bytes. */
  #enqueueFieldReaders(offsets: ReadonlySet<number>): void {
    const { image, graph } = this.#program
    const wanted = [...offsets].filter((offset) => offset >= 0x80)
    if (wanted.length === 0 || this.#passes >= limits.passes) return
    this.#passes++
    const lowBytes = new Uint8Array(65_536)
    for (const offset of wanted) lowBytes[offset & 0xffff] = 1
    const readers = new Map<number, Set<number>>(wanted.map((offset) => [offset, new Set()]))
    for (const range of image.code) {
      const code = this.#code(range.address)!
      for (let at = 1; at + 4 < code.bytes.length; at++) {
        if (lowBytes[code.bytes[at]! | (code.bytes[at + 1]! << 8)] === 0) continue
        if ((code.bytes[at - 1]! & 0xc0) !== 0x80) continue
        const found = readers.get(code.view.getInt32(at, true))
        if (found === undefined || found.size > limits.fieldReaders) continue
        const index = graph.functionOf(range.address + at)
        if (index >= 0 && graph.ends[index]! - graph.starts[index]! < 30_000) found.add(index)
      }
    }
    for (const [offset, found] of readers) {
      // where many have a field there, it is not one field
      if (found.size <= limits.fieldReaders) for (const index of found) this.#enqueue(this.#next, index, 3)
      else {
        this.#fields.delete(offset)
        this.#conflictingFields.add(offset)
      }
    }
  }

  #spreadArguments(index: number, evaluation: Evaluation, distance: number): void {
    const { graph } = this.#program
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      if (graph.edgeKind[edge] !== Edge.call) continue
      const passed = evaluation.passed.get(graph.edgeAt[edge]!)
      if (passed === undefined) continue
      const callee = graph.edgeTo[edge]!
      if (graph.firstCaller[callee + 1]! - graph.firstCaller[callee]! > limits.callers) {
        for (const value of passed.values()) this.#argumentsDropped ||= value.detected
        continue
      }
      let changed = false
      let parameters = this.#parameters.get(callee)
      for (const [register, value] of passed) {
        if (!value.detected) continue
        const known = parameters?.get(register)
        const joined = known === undefined ? value : (join(known, value) ?? known)
        if (sameValue(known, joined)) continue
        if (parameters === undefined) this.#parameters.set(callee, (parameters = new Map()))
        parameters.set(register, joined)
        changed = true
      }
      if (changed && distance <= 5) this.#enqueue(this.#next, callee, distance + 1)
      else if (changed) this.#argumentsDropped = true
    }
  }

  /** Functions that name one of the bytes [at - 7, at + size). */
  *#accessors(at: number, size: number): Iterable<number> {
    const { graph, sweep } = this.#program
    const from = sweep.accessFrom.values()
    const kind = sweep.accessKind.values()
    for (const access of this.#program.accesses.range(at - 7, at + size - 1)) {
      if (kind[access] === Access.take && sweep.accessTo.values()[access] !== at) continue
      const index = graph.functionOf(from[access]!)
      if (index >= 0) yield index
    }
    // and those that have the address of what it may be a part of
    let near = 0
    for (const access of this.#program.accesses.range(at - STRUCTURE_SIZE, at - 1)) {
      if (kind[access] !== Access.take) continue
      const index = graph.functionOf(from[access]!)
      if (index < 0) continue
      if (++near > NEAR_LIMIT) return
      yield index
    }
  }
}

/** What is known of it, without the doubt that there may be more. */
function certain({ base, words, hull }: Value): Value {
  return hull === true ? { base, words, detected: true, hull } : { base, words, detected: true }
}

function isPointer(value: Value, graph: CallGraph): boolean {
  if (value.base !== plain || isZero(value)) return false
  const at = singleAddress(value)
  return at !== undefined && at > 0xfff && graph.functionAt(at) !== undefined
}

const neverReturns: ReadonlySet<string> = new Set([
  'abort',
  'exit',
  '_exit',
  '_Exit',
  'quick_exit',
  '__stack_chk_fail',
  '__assert_fail',
  '_Unwind_Resume',
  '__cxa_throw',
  '__cxa_rethrow',
  '__cxa_bad_cast',
  'longjmp',
  'siglongjmp',
  'err',
  'errx',
])
