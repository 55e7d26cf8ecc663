import { memoryAccess, type MemoryAccess } from '../../../../../isa/arm64/operands.ts'
import type { Window } from './structure-users.ts'

/** Words before a store in which what it stores was put together. */
const BEFORE = 64

/**
 * Where a small field of one structure lies, arrays have numbers: beside the flag in the middle of aws-lc's contexts, ML-KEM's polynomials, which are worked with unrolled. What
 * one function computes in vectors and stores there, and another loads as vectors without storing any there, is an array's, if neither has to do with the small field. Who
 * copies or fills in a whole structure stores what it has loaded, or the same everywhere.
 */
export class VectorFields {
  readonly #offset: number
  /** Functions that load a vector there, and that store one, by where that begins. */
  readonly #readers = new Map<number, Set<number>>()
  readonly #writers = new Map<number, Set<number>>()
  /** Where the vectors begin that are stored, by address of the store: those that were computed. */
  readonly #computed = new Map<number, number>()
  readonly #usersOfSmall = new Set<number>()

  constructor(offset: number) {
    this.#offset = offset
  }

  /** An access by function `index` that touches the field. */
  note(operand: MemoryAccess, at: number, index: number, window: Window): void {
    const { load, offset, size, vector, secondVector } = operand
    if (vector < 0 || size < 16) {
      this.#usersOfSmall.add(index)
      return
    }
    const isSecond = secondVector >= 0 && offset + size <= this.#offset
    const begin = isSecond ? offset + size : offset
    add(load ? this.#readers : this.#writers, begin, index)
    if (!load && isComputed(window, (at - window.base) / 4, isSecond ? secondVector : vector)) this.#computed.set(at, begin)
  }

  /** Is the store at `at`, of function `index`, one to an array? */
  isOfAnother(at: number, index: number): boolean {
    const begin = this.#computed.get(at)
    const readers = begin === undefined ? undefined : this.#readers.get(begin)
    if (readers === undefined || readers.has(index) || this.#usersOfSmall.has(index)) return false
    const writers = this.#writers.get(begin!)!
    return [...readers].some((reader) => !writers.has(reader) && !this.#usersOfSmall.has(reader))
  }
}

/** Was it computed that a vector register holds at the word at `index`: neither loaded, nor a constant, nor the same in all places? */
function isComputed({ words, from }: Window, index: number, vector: number): boolean {
  for (let at = index - 1; at >= Math.max(from, index - BEFORE); at--) {
    const word = words[at]!
    if (((word >>> 25) & 5) === 4) {
      const operand = memoryAccess(word)
      if (operand === undefined || (operand.load && (operand.vector === vector || operand.secondVector === vector))) return false
    } else if (((word >>> 25) & 7) === 7 && (word & 31) === vector) return !isConstant(word)
  }
  return false
}

/** MOVI, FMOV #number; DUP, INS of a general register. */
function isConstant(word: number): boolean {
  return (word & 0x9ff8_0400) === 0x0f00_0400 || (word & 0xbfe0_f400) === 0x0e00_0400 || (word & 0xffe0_fc00) === 0x4e00_1c00
}

function add(functions: Map<number, Set<number>>, begin: number, index: number): void {
  const known = functions.get(begin)
  if (known === undefined) functions.set(begin, new Set([index]))
  else known.add(index)
}
