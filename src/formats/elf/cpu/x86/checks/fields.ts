import { join, sameValue, truncated, type Value } from '../../program/value.ts'
import type { CallGraph } from '../../program/call-graph.ts'
import { findDisplacements } from '../code/displacements.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'
import type { Program } from '../code/program.ts'

const limits = {
  fields: 32,
  readers: 200,
  readerSize: 40_000,
  /** Bytes of readers, over all fields. */
  readerBytes: 500_000,
  /** Looks through all code for readers of fields. */
  passes: 4,
  /** Bytes between functions of one library that was linked in. */
  near: 0x80000,
} as const

/** Readers beyond which nobody is looked for any more. */
const MOST_FOUND = 20_000

interface Field {
  readonly size: number
  value: Value | undefined
  /** First bytes of functions that store to it. */
  readonly storedIn: Set<number>
  /** Other objects have something else at that offset: only functions near those that store to it read it. */
  isLocal: boolean
}

/** Fields of objects that hold what checks found out, by their offset. */
export class Fields {
  readonly #program: Program
  readonly #fields = new Map<number, Field>()
  /** Functions that store something else, by offset. */
  readonly #conflicting = new Map<number, Set<number>>()
  /** Fields that others set as well. */
  readonly #contested = new Set<number>()
  #overflowed = false
  /** Fields whose readers are to be looked for: it takes a pass over all code. */
  readonly #fresh = new Set<number>()
  #passes = 0
  /** Functions with an operand that names a field, by its offset. */
  readonly #readers = new Map<number, Set<number>>()
  #bytesLeft: number = limits.readerBytes

  constructor(program: Program) {
    this.#program = program
  }

  has(offset: number): boolean {
    return this.#fields.has(offset)
  }

  /** What the function that begins at `reader` finds there. */
  load(offset: number, size: number, reader: number): Value | undefined {
    const field = this.#fields.get(offset)
    if (field === undefined || field.size < size || (field.isLocal && !isNear(field, reader))) return undefined
    return truncated(field.value, size)
  }

  /** Somebody sets these to something else, though nobody is seen to: they decide nothing any more. True: some did. */
  contest(offsets: Iterable<number>): boolean {
    let didDecide = false
    for (const offset of offsets) {
      this.#contested.add(offset)
      if (!this.#fields.delete(offset)) continue
      this.#fresh.add(offset)
      didDecide = true
    }
    if (didDecide) this.#passes = Math.min(this.#passes, limits.passes - 1)
    return didDecide
  }

  /** Takes over what a function stores. */
  spread(evaluation: Evaluation): void {
    if (this.#overflowed) return
    const fresh = new Set<number>()
    for (const offset of evaluation.otherFields) {
      let conflicting = this.#conflicting.get(offset)
      if (conflicting?.has(evaluation.start) === true) continue
      if (conflicting === undefined) this.#conflicting.set(offset, (conflicting = new Set()))
      conflicting.add(evaluation.start)
      // the field says something else in some object: it decides nothing in any that may be of the kind
      const field = this.#fields.get(offset)
      if (field === undefined) continue
      field.isLocal = true
      if (isNear(field, evaluation.start)) this.#fields.delete(offset)
      fresh.add(offset)
    }
    for (const store of evaluation.fieldStores) {
      if (this.#contested.has(store.offset)) continue
      // it was evaluated before, when less was known
      if (!evaluation.otherFields.has(store.offset)) this.#conflicting.get(store.offset)?.delete(evaluation.start)
      const conflicting = [...(this.#conflicting.get(store.offset) ?? [])]
      if (conflicting.some((start) => Math.abs(start - evaluation.start) <= limits.near)) continue
      const known = this.#fields.get(store.offset)
      const value = known === undefined ? store.value : join(known.value, store.value)
      const isKnown = known !== undefined && sameValue(known.value, value)
      known?.storedIn.add(evaluation.start)
      if (isKnown) continue
      const storedIn = known?.storedIn ?? new Set([evaluation.start])
      this.#fields.set(store.offset, { size: Math.max(store.size, known?.size ?? 0), value, storedIn, isLocal: known?.isLocal ?? conflicting.length > 0 })
      fresh.add(store.offset)
    }
    if (this.#fields.size > limits.fields) {
      this.#overflowed = true
      this.#fields.clear()
      return
    }
    for (const offset of fresh) this.#fresh.add(offset)
  }

  /** Functions with an operand [register + displacement] that names a field of which something new is known: found by its bytes. */
  takeReaders(): Set<number> {
    const { graph } = this.#program
    const wanted = [...this.#fresh].filter((offset) => offset >= 0x80)
    const all = new Set<number>()
    this.#fresh.clear()
    if (wanted.length === 0 || this.#passes >= limits.passes) return all
    this.#passes++
    this.#findReaders(wanted)
    for (const { offset, readers: found } of this.#byCost(wanted)) {
      const bytes = sizeOf(graph, found)
      if (bytes > this.#bytesLeft) break
      this.#bytesLeft -= bytes
      if (found.length <= limits.readers) for (const index of found) all.add(index)
      else this.#fields.delete(offset)
    }
    return all
  }

  /** Looks for readers of fields of which it was not asked before. */
  #findReaders(offsets: readonly number[]): void {
    const { graph } = this.#program
    const unknown = offsets.filter((offset) => !this.#readers.has(offset))
    for (const offset of unknown) this.#readers.set(offset, new Set())
    findDisplacements(this.#program, unknown, (offset, address) => {
      const found = this.#readers.get(offset)!
      if (found.size > MOST_FOUND) return
      const index = graph.functionOf(address)
      if (index >= 0 && graph.ends[index]! - graph.starts[index]! < limits.readerSize) found.add(index)
    })
  }

  /** Fields by what it takes to evaluate their readers. */
  #byCost(offsets: readonly number[]): { offset: number; readers: number[] }[] {
    const { graph } = this.#program
    const fields = offsets.map((offset) => {
      const readers = this.#readers.get(offset)!
      const field = this.#fields.get(offset)
      // where many have a field there, it is not one field
      if (field !== undefined && readers.size > limits.readers) field.isLocal = true
      return { offset, readers: [...readers].filter((index) => field?.isLocal !== true || isNear(field, graph.starts[index]!)) }
    })
    return fields.sort((a, b) => sizeOf(graph, a.readers) - sizeOf(graph, b.readers))
  }
}

function sizeOf({ starts, ends }: CallGraph, functions: readonly number[]): number {
  return functions.reduce((bytes, index) => (bytes + ends[index]! - starts[index]!) | 0, 0)
}

function isNear({ storedIn }: Field, start: number): boolean {
  for (const stored of storedIn) if (Math.abs(stored - start) <= limits.near) return true
  return false
}
