import { compute, detectedAs, join, number, plain, truncated, type Value, withWords } from '../../program/value.ts'
import { ClassFields } from './class-fields.ts'
import type { Evaluation } from './evaluation.ts'
import { CopiedFields } from '../code/copied-fields.ts'
import { Callees } from '../code/callees.ts'
import { FrameRegisters } from '../code/frame-registers.ts'
import { type Field, storeToField } from '../code/field-accesses.ts'
import { codeOf } from '../code/function-code.ts'
import type { Program } from '../code/program.ts'
import { StructureUsers } from '../code/structure-users.ts'
import { FieldsInCode } from './fields-in-code.ts'
import { FieldsOfCopies } from './fields-of-copies.ts'

/** Bytes of code to either side in which others who use the field lie: what is compiled together is linked together. */
const NEAR = 0x4000
/** Fields that are followed. */
const FIELDS = 64
/** Calls to a kernel from a virtual function of the class that a field is in. */
const CALLS_OF_METHOD = 4

/**
 * Fields of structures that a function sets by what the CPU has, and others look at before they call a kernel: BoringSSL keeps
 * in each key which of its kernels to use for it. Told apart from other fields by a large offset, by the code they are used in,
 * and by leading to a kernel; known where everything that stores to it there was followed.
 */
export class NearFields {
  readonly #program: Program
  readonly #evaluations: ReadonlyMap<number, Evaluation>
  readonly #isNeverHandedOut: (address: number, by: number) => boolean
  readonly #byLoad = new Map<number, Field>()
  /** The same of fields of classes. */
  readonly #ofClasses = new Map<number, Field>()
  readonly #copies: CopiedFields
  readonly #users: StructureUsers
  readonly #fields: FieldsInCode
  readonly #ofCopies: FieldsOfCopies
  readonly #classes: ClassFields

  /** @param isNeverHandedOut is there a kernel whose address nobody who is reached hands out, as far as function `by` knows? */
  constructor(program: Program, evaluations: ReadonlyMap<number, Evaluation>, isKernel: (index: number) => boolean, isNeverHandedOut: (address: number, by: number) => boolean) {
    this.#program = program
    this.#evaluations = evaluations
    this.#isNeverHandedOut = isNeverHandedOut
    const callees = new Callees(program)
    this.#copies = new CopiedFields(program, callees)
    this.#users = new StructureUsers(program, NEAR, callees)
    this.#fields = new FieldsInCode(program, evaluations, isKernel, this.#users, new FrameRegisters(program, callees))
    this.#ofCopies = new FieldsOfCopies(program, this.#copies, this.#users, this.#fields, callees)
    this.#classes = new ClassFields(program, evaluations, (index) => this.#fields.leadsToKernel(index, CALLS_OF_METHOD), this.#users, this.#copies)
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
      if (!evaluation.decides && ![...evaluation.fieldStores.values()].some((value) => value?.detected === true)) continue
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
    const field = this.#fields.in([around], offset, size)
    if (field === undefined || this.#copies.isFromFile(around, offset + size)) return []
    const fields = [field]
    if (size < 8) fields.push(...this.#ofCopies.near(around, offset, size), ...this.#ofCopies.elsewhere(place, around, offset, size))
    return fields.filter(({ loads }) => loads.length > 0)
  }
}
