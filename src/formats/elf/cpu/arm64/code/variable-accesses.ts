import { lastAtMost } from '../../program/number-list.ts'
import { Access } from '../../program/sweep.ts'
import type { Program } from './program.ts'

/** Bytes of an object whose address is taken. */
const OBJECT = 64

/** Bytes of an object that is written through its address, and taken addresses before a variable that it may begin at. */
const AROUND = 256
const OBJECTS_AROUND = 2

/** Level of logs, allocator: no flag of the CPU is looked at in so many places. */
const OFTEN = 256

/** Who names which place in memory. */
export class VariableAccesses {
  readonly #program: Program
  /** Accesses in the order of the places they name. */
  readonly #order: Uint32Array
  readonly #places: Float64Array

  constructor(program: Program) {
    this.#program = program
    this.#order = program.accesses.order
    this.#places = program.accesses.addresses
  }

  /** Does no instruction write there or hand on its address? */
  isNeverStored(at: number): boolean {
    const kind = this.#program.sweep.accessKind.values()
    // whoever takes the address of what it lies in may write to it
    for (let entry = lastAtMost(this.#places, at - OBJECT) + 1; entry < this.#places.length && this.#places[entry]! <= at; entry++) {
      const is = kind[this.#order[entry]!]
      const named = this.#places[entry]!
      if (named !== at && this.#program.image.slots.get(named)?.address === named) continue // __dso_handle
      if (is === Access.take || (is === Access.store && named === at)) return false
    }
    return true
  }

  /** Is a function the only one that stores to the variable at `at` by name? */
  isStoredOnlyBy(index: number, at: number, size: number): boolean {
    const kind = this.#program.sweep.accessKind.values()
    const from = this.#program.sweep.accessFrom.values()
    let stores = false
    for (let entry = lastAtMost(this.#places, at - 1) + 1; entry < this.#places.length && this.#places[entry]! < at + size; entry++) {
      const access = this.#order[entry]!
      if (kind[access] !== Access.store) continue
      if (this.#program.graph.functionOf(from[access]!) !== index) return false
      stores = true
    }
    return stores
  }

  /** Functions that name the variable at `at`. */
  *accessors(at: number, size: number): Iterable<number> {
    const { graph, sweep } = this.#program
    const from = sweep.accessFrom.values()
    const seen = new Set<number>()
    for (let entry = lastAtMost(this.#places, at - 8) + 1; entry < this.#places.length && this.#places[entry]! < at + size; entry++) {
      const index = graph.functionOf(from[this.#order[entry]!]!)
      if (index < 0 || seen.has(index)) continue
      seen.add(index)
      yield index
    }
  }

  /** Is the variable named so often that it is about the program rather than about the CPU? */
  isNamedOften(at: number, size: number): boolean {
    return lastAtMost(this.#places, at + size - 1) - lastAtMost(this.#places, at - 8) > OFTEN
  }

  /**
   * Functions that take the address of what the variable at `at` may be a part of, up to the third that is taken before it: an array,
   * or a structure that is written as a whole.
   */
  *takersAround(at: number): Iterable<{ readonly index: number; readonly object: number }> {
    const kind = this.#program.sweep.accessKind.values()
    const from = this.#program.sweep.accessFrom.values()
    const first = lastAtMost(this.#places, at - AROUND) + 1
    const places = new Set<number>()
    for (let entry = lastAtMost(this.#places, at); entry >= first; entry--) {
      const access = this.#order[entry]!
      if (kind[access] !== Access.take) continue
      places.add(this.#places[entry]!)
      if (places.size > OBJECTS_AROUND) return
      const index = this.#program.graph.functionOf(from[access]!)
      if (index >= 0) yield { index, object: this.#places[entry]! }
    }
  }

  /** Addresses that a function takes. */
  *takenIn(index: number): Iterable<number> {
    const { graph, sweep } = this.#program
    const kind = sweep.accessKind.values()
    const to = sweep.accessTo.values()
    for (let access = graph.firstAccess[index]!; access < graph.firstAccess[index + 1]!; access++) if (kind[access] === Access.take) yield to[access]!
  }

  /** Where the object at `at` ends at the latest: the next address that is taken begins another. */
  endOf(at: number): number {
    const kind = this.#program.sweep.accessKind.values()
    for (let entry = lastAtMost(this.#places, at) + 1; entry < this.#places.length && this.#places[entry]! < at + AROUND; entry++) {
      if (kind[this.#order[entry]!] === Access.take) return this.#places[entry]!
    }
    return at + AROUND
  }

  /** Bytes that the load or store at `at` moves. */
  sizeOfAccess(at: number): number {
    const code = this.#program.codeAt(at)
    const word = code?.words[(at - code.base) / 4] ?? 0
    return ((word >>> 27) & 7) === 5 ? (word < 0 ? 8 : 4) : 1 << (word >>> 30)
  }
}
