import { memoryAccess, SP } from '../../../../../isa/arm64/operands.ts'
import { AddressesOfFields } from '../code/addresses-of-fields.ts'
import { functionsOfClasses } from '../code/class-functions.ts'
import type { CopiedFields } from '../code/copied-fields.ts'
import { accessesIn, type Field, type FieldStore, isPair, partOf, storesAnywhere } from '../code/field-accesses.ts'
import { codeOf } from '../code/function-code.ts'
import type { Program } from '../code/program.ts'
import { type StructureUsers, type Window, windowOf } from '../code/structure-users.ts'
import { registersOfFirst } from '../code/this-pointer.ts'
import { VirtualTables } from '../code/virtual-tables.ts'
import type { Evaluation } from './evaluation.ts'

/** Fields that are followed, and functions that store to one. */
const FIELDS = 16
const WRITERS = 24

/** What a constructor stores by what the CPU has. */
interface Candidate {
  readonly at: number
  readonly offset: number
  readonly size: number
}

/**
 * Fields of C++ objects that a constructor sets by what the CPU has, and virtual functions of the class look at before they call a kernel: ONNX Runtime's
 * operators. The linker lays such functions out far from each other, but the constructor puts the class's table into the object, and the functions are in that. Known
 * where everything was followed that stores so many bytes so far behind a pointer, anywhere, or something wider there in a function of the class or near it.
 */
export class ClassFields {
  readonly #program: Program
  readonly #evaluations: ReadonlyMap<number, Evaluation>
  readonly #leadsToKernel: (index: number) => boolean
  readonly #users: StructureUsers
  readonly #copies: CopiedFields
  readonly #tables: VirtualTables
  readonly #addresses: AddressesOfFields

  /** @param leadsToKernel does a function call a kernel, or soon what does? */
  constructor(program: Program, evaluations: ReadonlyMap<number, Evaluation>, leadsToKernel: (index: number) => boolean, users: StructureUsers, copies: CopiedFields) {
    this.#program = program
    this.#evaluations = evaluations
    this.#leadsToKernel = leadsToKernel
    this.#users = users
    this.#copies = copies
    this.#tables = new VirtualTables(program)
    this.#addresses = new AddressesOfFields(program)
  }

  /** Looks for fields in what was followed. */
  find(): Field[] {
    const found = new Map<string, Field | undefined>()
    for (const [index, evaluation] of this.#evaluations) {
      const candidates = [...this.#decidedStores(index, evaluation)]
      const tables = candidates.length === 0 ? [] : this.#tables.namedIn(index)
      if (tables.length === 0) continue
      const methods = new Set(tables.flatMap((table) => this.#tables.methods(table)))
      for (const candidate of candidates) {
        const key = `${candidate.offset}/${candidate.size}/${tables.join()}`
        if (!found.has(key) && found.size < FIELDS) found.set(key, this.#fieldAt(candidate, methods))
      }
    }
    return [...found.values()].filter((field) => field !== undefined)
  }

  /** Stores through pointers that a check rules out, or whose value it decides. */
  *#decidedStores(index: number, { decides, seen, start, fieldStores }: Evaluation): Iterable<Candidate> {
    let isAny = decides
    for (const value of fieldStores.values()) isAny ||= value?.detected === true
    const code = isAny ? codeOf(this.#program, index) : undefined
    if (code === undefined) return
    for (let at = code.start; at < code.end; at += 4) {
      const word = code.words[(at - code.base) / 4]!
      const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
      if (operand === undefined || operand.load || operand.base === SP || operand.index >= 0 || operand.writeback !== 'none') continue
      const { offset, size, register } = operand
      if (offset < 8 || size > 4 || register < 0 || operand.atomic || isPair(operand)) continue
      const stored = fieldStores.get(at)
      const isRuledOut = decides && (seen[(at - start) / 4]! & 1) === 0
      if (isRuledOut || (stored?.detected === true && stored.hull !== true)) yield { at, offset, size }
    }
  }

  #fieldAt({ at, offset, size }: Candidate, methods: ReadonlySet<number>): Field | undefined {
    const loads: number[] = []
    const readers = new Set<number>()
    for (const method of methods) {
      const own = this.#loadsIn(method, offset, size)
      if (own.length === 0) continue
      loads.push(...own)
      readers.add(method)
    }
    if (loads.length === 0) return undefined
    const functions = functionsOfClasses(this.#program, this.#tables, readers)
    const around = this.#users.around(at)
    if (functions === undefined || around === undefined) return undefined
    const all = [...functions.own, ...functions.others]
    const windows = [around, ...all.flatMap((index) => this.#windowOf(index) ?? [])]
    if (windows.some((window) => this.#addresses.isTaken(window, offset) || this.#copies.isFromFile(window, offset + size))) return undefined
    if (all.some((index) => this.#addresses.isStoredThroughPart(index, offset, size))) return undefined
    const stores = new Map<number, FieldStore>()
    for (const store of storesAnywhere(this.#program, offset, size)) stores.set(store.at, store)
    for (const window of windows) for (const [place, operand] of accessesIn(window, offset, size)) if (!operand.load) stores.set(place, partOf(operand, place, offset))
    if (new Set([...stores.keys()].map((place) => this.#program.graph.functionOf(place))).size > WRITERS) return undefined
    return { offset, size, stores: [...stores.values()], loads }
  }

  /** Where a virtual function loads the field of its object. */
  #loadsIn(method: number, offset: number, size: number): number[] {
    const index = this.#program.graph.functionAt(method)
    const code = index === undefined ? undefined : codeOf(this.#program, index)
    const window = index === undefined ? undefined : this.#windowOf(index)
    if (code === undefined || window === undefined) return []
    const loads = [...accessesIn(window, offset, size)].filter(([, operand]) => operand.load && operand.offset === offset && operand.size === size && operand.register >= 0 && !isPair(operand))
    if (loads.length === 0 || !this.#leadsToKernel(index!)) return []
    const held = registersOfFirst(code)
    return loads.flatMap(([at, { base }]) => (((held[(at - code.start) / 4]! >>> base) & 1) !== 0 ? at : []))
  }

  #windowOf(index: number): Window | undefined {
    const code = codeOf(this.#program, index)
    return code === undefined ? undefined : windowOf(code)
  }
}
