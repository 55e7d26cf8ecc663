import { memoryAccess, SP } from '../../../../../isa/arm64/operands.ts'
import { compute, detectedAs, join, number, plain, truncated, type Value, withWords } from '../../program/value.ts'
import { ClassFields } from './class-fields.ts'
import type { Evaluation } from './evaluation.ts'
import { CopiedFields } from '../code/copied-fields.ts'
import { constantInRegister } from '../code/constants-in-registers.ts'
import { accessesIn, type Field, type FieldStore, isPair, partOf, storeToField } from '../code/field-accesses.ts'
import { codeOf } from '../code/function-code.ts'
import type { Program } from '../code/program.ts'
import { isInside, StructureUsers, type Window } from '../code/structure-users.ts'
import { VectorFields } from '../code/vector-fields.ts'
import { WiderFields } from '../code/wider-fields.ts'

/** Bytes of code to either side in which others who use the field lie: what is compiled together is linked together. */
const NEAR = 0x4000
/** Fields that are followed, and functions that store to one of them. */
const FIELDS = 64
const WRITERS = 24

/** Bytes before a structure in a larger one. */
const BEFORE = 512

/** Callers of a kernel. */
const CALLERS = 32
/** Calls from a function that looks at a field to a kernel. */
const CALLS = 2
/** The same from a virtual function of the class that a field is in. */
const CALLS_OF_METHOD = 4

/** What is known of a field beside where it is. */
interface Hints {
  /** Stores to it under another offset. */
  readonly stores?: readonly FieldStore[]
  /** Code that may look at a larger field of another structure there. */
  readonly called?: readonly Window[]
  /** Functions that look at it, by address; undefined: any. */
  readonly users?: ReadonlySet<number>
}

/**
 * Fields of structures that a function sets by what the CPU has, and others look at before they call a kernel: BoringSSL keeps
 * in each key which of its kernels to use for it. Told apart from other fields by a large offset, by the code they are used in,
 * and by leading to a kernel; known where everything that stores to it there was followed.
 */
export class NearFields {
  readonly #program: Program
  readonly #evaluations: ReadonlyMap<number, Evaluation>
  readonly #isKernel: (index: number) => boolean
  readonly #isNeverHandedOut: (address: number, by: number) => boolean
  readonly #byLoad = new Map<number, Field>()
  /** The same of fields of classes. */
  readonly #ofClasses = new Map<number, Field>()
  readonly #copies: CopiedFields
  readonly #users: StructureUsers
  readonly #classes: ClassFields

  /** @param isNeverHandedOut is there a kernel whose address nobody who is reached hands out, as far as function `by` knows? */
  constructor(program: Program, evaluations: ReadonlyMap<number, Evaluation>, isKernel: (index: number) => boolean, isNeverHandedOut: (address: number, by: number) => boolean) {
    this.#program = program
    this.#evaluations = evaluations
    this.#isKernel = isKernel
    this.#isNeverHandedOut = isNeverHandedOut
    this.#copies = new CopiedFields(program)
    this.#users = new StructureUsers(program, NEAR)
    this.#classes = new ClassFields(program, evaluations, (index) => this.#leadsToKernel(index, CALLS_OF_METHOD), this.#users, this.#copies)
  }

  /** Looks for fields in what was followed; functions that have to be followed too, to know what they store. */
  find(): ReadonlySet<number> {
    const writers = new Set<number>()
    const note = (field: Field, byLoad: Map<number, Field>): void => {
      for (const load of field.loads) byLoad.set(load, field)
      for (const store of field.stores) writers.add(this.#program.graph.functionOf(store.at))
    }
    let count = 0
    for (const [index, evaluation] of this.#evaluations) {
      if (!evaluation.decides) continue
      for (const { at, offset, size } of this.#decidedStores(index, evaluation)) {
        const fields = count < FIELDS ? this.#fieldsAt(at, offset, size) : []
        if (fields.length > 0) count++
        for (const field of fields) note(field, this.#byLoad)
      }
    }
    for (const field of this.#classes.find()) note(field, this.#ofClasses)
    return writers
  }

  /** Functions that read such fields. */
  get readers(): ReadonlySet<number> {
    return new Set([...this.#byLoad.keys(), ...this.#ofClasses.keys()].map((at) => this.#program.graph.functionOf(at)))
  }

  /** What the load at `at` finds in the field: nothing, as keys are cleared first, or what is stored on this CPU. */
  load(at: number): Value | undefined {
    return this.#valueOf(this.#byLoad.get(at), at) ?? this.#valueOf(this.#ofClasses.get(at), at)
  }

  #valueOf(field: Field | undefined, at: number): Value | undefined {
    if (field === undefined) return undefined
    let value: Value | undefined = number(0, 0, true)
    for (const { at: store, part, before } of field.stores) {
      const evaluation = this.#evaluations.get(this.#program.graph.functionOf(store))
      if (evaluation === undefined) return undefined
      if ((evaluation.seen[(store - evaluation.start) / 4]! & 1) === 0) continue
      const whole = evaluation.fieldStores.get(part)
      const stored = before > 0 ? truncated(compute('shr', whole, number(before * 8)), field.size) : whole
      if (stored === undefined || stored.base !== plain || stored.partial === true) return undefined
      value = join(value, stored)
      if (value === undefined) return undefined
    }
    return detectedAs(this.#withoutKernels(value, this.#program.graph.functionOf(at)), true)
  }

  /** Who puts a kernel there may not be reached. */
  #withoutKernels(value: Value, reader: number): Value {
    if (value.hull === true) return value
    const words: number[] = []
    for (let word = 0; word < value.words.length; word += 2) {
      const [low, high] = [value.words[word]!, value.words[word + 1]!]
      if (!this.#isNeverHandedOut((high >>> 0) * 0x1_0000_0000 + (low >>> 0), reader)) words.push(low, high)
    }
    return words.length === value.words.length ? value : withWords(value, words)
  }

  /** Stores through pointers that a check rules out, or whose value it decides. */
  *#decidedStores(index: number, evaluation: Evaluation): Iterable<{ at: number; offset: number; size: number }> {
    const code = codeOf(this.#program, index)
    if (code === undefined) return
    for (let at = code.start; at < code.end; at += 4) {
      const operand = storeToField(code.words[(at - code.base) / 4]!)
      if (operand === undefined) continue
      const runs = (evaluation.seen[(at - evaluation.start) / 4]! & 1) !== 0
      const stored = evaluation.fieldStores.get(at)
      // of a flag among others in a byte only that it is clear may be known, where a branch decided that
      const isClear = operand.size === 1 && stored?.base === plain && stored.hull === true && stored.partial !== true
      if (!runs || isClear || stored?.detected === true) yield { at, ...operand }
    }
  }

  #fieldsAt(place: number, offset: number, size: number): Field[] {
    const around = this.#users.around(place)
    if (around === undefined) return []
    const field = this.#fieldIn([around], offset, size)
    if (field === undefined || this.#copies.isFromFile(around, offset + size)) return []
    const fields = [field]
    if (size < 8) fields.push(...this.#copiedNear(around, offset, size), ...this.#copiedElsewhere(place, around, offset, size))
    return fields.filter(({ loads }) => loads.length > 0)
  }

  /** The same field in larger structures, into which the one that it is part of is copied as a whole around there. */
  #copiedNear(around: Window, offset: number, size: number): Field[] {
    if (!this.#copies.isCopied(around, offset + size)) return []
    const stores = this.#fieldIn([around], offset, size)?.stores ?? []
    return this.#flagsIn(around, offset, size).flatMap((further) => this.#fieldIn([around], further, size, { stores }) ?? [])
  }

  /**
   * The same where callers of what sets it copy it: only in functions that are given what it was copied into. Larger fields of other
   * structures may be looked at by what is called from there.
   */
  #copiedElsewhere(place: number, around: Window, offset: number, size: number): Field[] {
    const callers = this.#users.ofCallers(place)
    const containers = callers.flatMap((window) => this.#copies.containers(window, offset + size))
    const windows = [around, ...callers]
    const stores = containers.length === 0 ? undefined : this.#fieldIn(windows, offset, size, { called: this.#users.calledFrom(windows) })?.stores
    if (stores === undefined) return []
    const fields: Field[] = []
    for (const before of new Set(containers.map((container) => container.before))) {
      // the C library only copies and clears it
      const users = new Set(containers.flatMap((container) => (container.before === before && !this.#program.stubs.has(container.user) ? container.user : [])))
      if (users.size === 0) continue
      const all = [...windows]
      for (const user of users) {
        const window = windows.some((known) => isInside(known, user)) ? undefined : this.#users.around(user)
        if (window !== undefined) all.push(window)
      }
      const isFromFile = (window: Window): boolean =>
        size === 4 && this.#storesSmallNumber(place) ? this.#copies.isNumberFromFile(window, offset + size, [offset, offset + before]) : this.#copies.isFromFile(window, offset + size)
      const field = all.some((window) => this.#copies.isFromFile(window, offset + size)) || this.#users.callersOf(all).some(isFromFile) ? undefined : this.#fieldIn(all, offset + before, size, { stores, users })
      if (field !== undefined) fields.push(field)
    }
    return fields
  }

  /** Is what the store at `place` stores one of an enumeration? */
  #storesSmallNumber(place: number): boolean {
    const code = codeOf(this.#program, this.#program.graph.functionOf(place))
    const at = code === undefined ? 0 : (place - code.base) / 4
    const constant = code === undefined ? undefined : constantInRegister(code, at, memoryAccess(code.words[at]!)?.register ?? SP)
    return constant !== undefined && constant[1] === 0 && constant[0]! > 0 && constant[0]! < 256
  }

  /** Offsets behind `offset` of numbers of `size` bytes that are loaded before a kernel is called. */
  #flagsIn(window: Window, offset: number, size: number): number[] {
    const found = new Set<number>()
    for (const [at, operand] of accessesIn(window, offset + 8, BEFORE)) {
      if (!operand.load || operand.size !== size || isPair(operand) || operand.register < 0 || (operand.offset - offset) % 8 !== 0) continue
      if (!found.has(operand.offset) && this.#leadsToKernel(this.#program.graph.functionOf(at))) found.add(operand.offset)
    }
    return [...found]
  }

  #fieldIn(windows: readonly Window[], offset: number, size: number, { stores = [], called = [], users }: Hints = {}): Field | undefined {
    const { graph } = this.#program
    const own = new Map<number, FieldStore>()
    const loads = new Set<number>()
    const wider = new WiderFields(offset, size)
    const vectors = new VectorFields(offset)
    for (const window of windows) {
      for (const [at, operand] of accessesIn(window, offset, size)) {
        const index = graph.functionOf(at)
        wider.note(operand, at, index)
        vectors.note(operand, at, index, window)
        if (!operand.load) own.set(at, partOf(operand, at, offset))
        else if (operand.offset === offset && operand.size === size && users?.has(graph.starts[index]!) !== false && this.#leadsToKernel(index)) loads.add(at)
      }
    }
    // pointers are set everywhere, at any offset
    for (const window of size < 8 ? this.#users.callersOf(windows) : []) {
      for (const [at, operand] of accessesIn(window, offset, size)) if (!operand.load && operand.size === size && operand.offset === offset) own.set(at, partOf(operand, at, offset))
    }
    for (const window of own.size === 0 ? [] : called) for (const [at, operand] of accessesIn(window, offset, size)) if (operand.load) wider.note(operand, at, graph.functionOf(at))
    for (const at of own.keys()) {
      const index = graph.functionOf(at)
      // who is given the structure may fill it in like an array
      const isOfArray = vectors.isOfAnother(at, index) && (users === undefined || !this.#isCalledBeside(index, users))
      if (isOfArray || wider.isOfAnother(at, index)) own.delete(at)
    }
    if (new Set([...own.keys()].map((at) => graph.functionOf(at))).size > WRITERS) return undefined
    return { offset, size, stores: [...stores, ...own.values()], loads: [...loads] }
  }

  /** Does one that calls function `index` call one of `users` as well, or is it one of them? */
  #isCalledBeside(index: number, users: ReadonlySet<number>): boolean {
    const { graph } = this.#program
    const callers = (called: number): number[] => {
      const edges = [...graph.callerEdge.subarray(graph.firstCaller[called]!, graph.firstCaller[called + 1]!)]
      return edges.map((edge) => graph.edgeFrom[edge]!)
    }
    const own = new Set(callers(index))
    return [...users].some((user) => user === graph.starts[index] || callers(graph.functionOf(user)).some((caller) => own.has(caller)))
  }

  /** Helpers of outline atomics ask by themselves, and what everybody calls is not chosen. */
  #isChosen(index: number): boolean {
    const { firstCaller } = this.#program.graph
    return this.#isKernel(index) && firstCaller[index + 1]! - firstCaller[index]! <= CALLERS && this.#evaluations.get(index)?.decides !== true
  }

  /** Does a function call what is chosen, itself or by up to so many calls? */
  #leadsToKernel(index: number, calls = CALLS): boolean {
    const { graph } = this.#program
    if (index < 0) return false
    const seen = new Set([index])
    let level = [index]
    for (let call = 0; ; call++) {
      if (level.some((one) => this.#isChosen(one))) return true
      if (call === calls) return false
      const callees: number[] = []
      for (const one of level) {
        for (let edge = graph.firstEdge[one]!; edge < graph.firstEdge[one + 1]!; edge++) {
          const callee = graph.edgeTo[edge]!
          if (seen.has(callee)) continue
          seen.add(callee)
          callees.push(callee)
        }
      }
      level = callees
    }
  }
}
