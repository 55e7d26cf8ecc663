import { Access } from '../../program/sweep.ts'
import type { GotVariables } from './got-variables.ts'
import { operandSize } from '../code/operand-size.ts'
import type { Program } from '../code/program.ts'

/** Accesses of a variable from which on only functions that use features, or call some that do, are of interest: code generators. */
const MANY_ACCESSES = 256

/** Variables that are read through the address of a structure that they are in. */
const STRUCTURE_SIZE = 128
const NEAR_LIMIT = 64
const NEAR_LIMIT_WITH_HITS = 2048

/** Who may read a variable or store to it: by its address, through the GOT, or through the address of what it is a part of. */
export class VariableAccessors {
  readonly #program: Program
  readonly #got: GotVariables
  readonly #structures = new Map<number, number>()

  constructor(program: Program, got: GotVariables) {
    this.#program = program
    this.#got = got
  }

  /** Notes that the variable at `at` was copied as a part of what lies at `structure`: whoever has that address may store to it. */
  isPartOf(at: number, structure: number): void {
    this.#structures.set(at, structure)
  }

  /** Does function `index` need features, or call one that does, or that calls one? */
  #leadsToFeatures(index: number, depth = 2): boolean {
    const { firstHit, firstEdge, edgeTo } = this.#program.graph
    if (firstHit[index + 1]! > firstHit[index]!) return true
    if (depth === 0) return false
    for (let edge = firstEdge[index]!; edge < firstEdge[index + 1]!; edge++) if (this.#leadsToFeatures(edgeTo[edge]!, depth - 1)) return true
    return false
  }

  /** Does the instruction at `from` read and write no more than `size` bytes? What lies before a variable is often a flag of one byte. */
  #endsBefore(from: number, size: number): boolean {
    const range = this.#program.codeAt(from)
    return range !== undefined && operandSize(range.code, from - range.base) <= size
  }

  /** Functions that may read what lies at `at`, or store to it. */
  *of(at: number, size: number): Iterable<number> {
    yield* this.byAddress(at, size)
    yield* this.otherwise(at)
  }

  /** Functions that name one of the bytes [at - 7, at + size). */
  *byAddress(at: number, size: number): Iterable<number> {
    const { graph, sweep } = this.#program
    const from = sweep.accessFrom.values()
    const kind = sweep.accessKind.values()
    const to = sweep.accessTo.values()
    const accesses = this.#program.accesses.range(at - 7, at + size - 1)
    for (const access of accesses) {
      if (to[access] !== at && (kind[access] === Access.take || (to[access]! < at && this.#endsBefore(from[access]!, at - to[access]!)))) continue
      const index = graph.functionOf(from[access]!)
      if (index >= 0 && (accesses.length <= MANY_ACCESSES || kind[access] === Access.store || this.#leadsToFeatures(index))) yield index
    }
  }

  /** Functions that name it through the GOT, or that have the address of what it may be a part of. */
  *otherwise(at: number): Iterable<number> {
    const { graph, sweep } = this.#program
    const from = sweep.accessFrom.values()
    const kind = sweep.accessKind.values()
    for (let offset = 0; offset < STRUCTURE_SIZE; offset += 4) {
      const loads = [...this.#got.loadsOf(at - offset)]
      // what is named that often before it is a variable of its own
      const areOfOther = offset > 0 && loads.length > MANY_ACCESSES
      for (const from of loads) {
        const index = graph.functionOf(from)
        if (index >= 0 && (!areOfOther || this.#leadsToFeatures(index))) yield index
      }
    }
    const structure = this.#structures.get(at)
    for (const access of structure === undefined ? [] : this.#program.accesses.range(structure, structure)) {
      const index = graph.functionOf(from[access]!)
      if (kind[access] === Access.take && index >= 0) yield index
    }
    // and those that have the address of what it may be a part of
    let near = 0
    for (const access of this.#program.accesses.range(at - STRUCTURE_SIZE, at - 1)) {
      if (kind[access] !== Access.take) continue
      const index = graph.functionOf(from[access]!)
      if (index < 0) continue
      near++
      if (near > NEAR_LIMIT_WITH_HITS) return
      // beyond that, those alone in which it may matter
      if (near <= NEAR_LIMIT || graph.firstHit[index + 1]! > graph.firstHit[index]!) yield index
    }
  }
}
