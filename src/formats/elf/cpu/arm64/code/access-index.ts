import { lastAtMost } from '../../program/number-list.ts'
import { Access } from '../../program/sweep.ts'
import type { Program } from './program.ts'

/** Bytes of an object whose address is taken. */
const OBJECT = 64

/** Who names which place in memory. */
export class AccessIndex {
  readonly #program: Program
  /** Accesses in the order of the places they name. */
  readonly #order: Uint32Array
  readonly #places: Float64Array

  constructor(program: Program) {
    this.#program = program
    const to = program.sweep.accessTo.values()
    this.#order = Uint32Array.from(to, (_, index) => index).sort((a, b) => to[a]! - to[b]! || a - b)
    this.#places = Float64Array.from(this.#order, (index) => to[index]!)
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

  /** Bytes that the load or store at `at` moves. */
  sizeOfAccess(at: number): number {
    const code = this.#program.codeAt(at)
    const word = code?.words[(at - code.base) / 4] ?? 0
    return ((word >>> 27) & 7) === 5 ? (word < 0 ? 8 : 4) : 1 << (word >>> 30)
  }
}
