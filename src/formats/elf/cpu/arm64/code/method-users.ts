import { ARGUMENTS } from '../evaluation/evaluation.ts'
import type { Callees } from './callees.ts'
import { codeOf } from './function-code.ts'
import { type PassedPointers, passedPointers, type Pointer } from './pointers-passed.ts'
import type { Program } from './program.ts'

/** Callers up and down of who stores to an object. */
const DEPTH = 3
/** Callers of one function. */
const CALLERS = 32
/** Functions that are looked at for one field; stores to it. */
const FUNCTIONS = 512
const STORES = 512

/** STR (immediate, unsigned offset) of 1, 2, 4 and 8 bytes. */
const stores = new Map([
  [1, 0x3900_0000],
  [2, 0x7900_0000],
  [4, 0xb900_0000],
  [8, 0xf900_0000],
])

/** Who stores to objects whose methods a table tells. */
export class MethodUsers {
  readonly #program: Program
  readonly #callees: Callees
  readonly #walks = new Map<number, PassedPointers | undefined>()
  #walked = 0

  constructor(program: Program, callees: Callees) {
    this.#program = program
    this.#callees = callees
  }

  /**
   * Stores of `size` bytes at `offset` of what somebody passes to a function that a pointer tells, by address; undefined where there are too
   * many to look at.
   *
   * @param register in which methods are given the object
   * @param among functions that may do so
   */
  storesTo(offset: number, size: number, register: number, among: ReadonlySet<number>): number[] | undefined {
    this.#walked = 0
    this.#walks.clear()
    const all = this.#storesAt(offset, size).filter((at) => among.has(this.#program.graph.functionOf(at)))
    if (all.length > STORES) return undefined
    const byFunction = new Map<number, Set<number>>()
    for (const at of all) {
      const index = this.#program.graph.functionOf(at)
      const known = byFunction.get(index)
      if (known === undefined) byFunction.set(index, new Set([at]))
      else known.add(at)
    }
    const found: number[] = []
    for (const [index, places] of byFunction) {
      const walk = this.#walk(index, places)
      for (const at of places) {
        const base = walk?.bases.get(at)
        if (base === undefined || this.#isPassed(index, base, register, 0)) found.push(at)
        if (this.#walked > FUNCTIONS) return undefined
      }
    }
    return found
  }

  #storesAt(offset: number, size: number): number[] {
    const found: number[] = []
    const pattern = (stores.get(size)! | ((offset / size) << 10)) >>> 0
    for (const { address } of this.#program.image.code) {
      const code = this.#program.codeAt(address)
      if (code === undefined) continue
      for (let index = 0; index < code.words.length; index++) {
        const word = code.words[index]!
        // not by SP, and not zero, as it is anyway
        if ((word & 0xffff_fc00) >>> 0 === pattern && ((word >>> 5) & 31) !== 31 && (word & 31) !== 31) found.push(code.base + index * 4)
      }
    }
    return found
  }

  #walk(index: number, at: ReadonlySet<number> = new Set()): PassedPointers | undefined {
    if (at.size > 0 || !this.#walks.has(index)) {
      const code = codeOf(this.#program, index)
      this.#walked++
      this.#walks.set(index, code === undefined ? undefined : passedPointers(code, at, this.#callees))
    }
    return this.#walks.get(index)
  }

  /** Is what `pointer` points to in function `index` passed to somebody whom a pointer tells, there, by who is given it, or by who gives it? */
  #isPassed(index: number, pointer: Pointer, register: number, depth: number): boolean {
    const walk = this.#walk(index)
    if (walk === undefined || this.#walked > FUNCTIONS || this.#isHandedOn(walk, pointer, register, depth)) return true
    if (pointer.base >= ARGUMENTS || depth === DEPTH) return false
    const { graph } = this.#program
    const [first, behind] = [graph.firstCaller[index]!, graph.firstCaller[index + 1]!]
    for (let entry = first; entry < Math.min(behind, first + CALLERS); entry++) {
      const caller = graph.edgeFrom[graph.callerEdge[entry]!]!
      for (const { target, passed } of this.#walk(caller)?.calls ?? []) {
        if (target !== graph.starts[index]) continue
        const { base, offset } = passed[pointer.base]!
        if (this.#isPassed(caller, { base, offset: offset + pointer.offset }, register, depth + 1)) return true
      }
    }
    return false
  }

  #isHandedOn({ calls }: PassedPointers, pointer: Pointer, register: number, depth: number): boolean {
    return calls.some(({ target, passed }) => {
      if (target === undefined) return isSame(passed[register]!, pointer)
      const index = depth === DEPTH ? undefined : this.#program.graph.functionAt(target)
      if (index === undefined) return false
      return passed.some((given, argument) => {
        if (!isSame(given, pointer)) return false
        const walk = this.#walk(index)
        return walk === undefined || this.#isHandedOn(walk, { base: argument, offset: 0 }, register, depth + 1)
      })
    })
  }
}

function isSame(one: Pointer, other: Pointer): boolean {
  return one.base === other.base && one.offset === other.offset
}
