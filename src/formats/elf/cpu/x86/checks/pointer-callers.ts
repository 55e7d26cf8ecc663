import { opcodeOf } from '../code/opcode-of.ts'
import type { Program } from '../code/program.ts'

/** Functions that are looked at: behind more, one calls what it is given. */
const MOST = 256

/** Functions that call through pointers, or call some that do: whom they hand their arguments to cannot be told. */
export class PointerCallers {
  readonly #program: Program
  readonly #known = new Map<number, boolean>()

  constructor(program: Program) {
    this.#program = program
  }

  /** May what function `index` is given be handed on by a call through a pointer? */
  has(index: number): boolean {
    const seen = new Set([index])
    for (const callee of seen) {
      if (seen.size > MOST || this.#callsPointers(callee)) return true
      const { callees, resolvers } = this.#program.calls.of(callee)
      if (resolvers.size > 0) return true
      for (const other of callees.values()) seen.add(other)
    }
    return false
  }

  #callsPointers(index: number): boolean {
    let known = this.#known.get(index)
    if (known === undefined) this.#known.set(index, (known = this.#findPointerCall(index)))
    return known
  }

  #findPointerCall(index: number): boolean {
    const { functions, calls, jumpTables } = this.#program
    const target = functions.get(index)
    if (target === undefined) return true
    const { code, base, from, to, blocks } = target
    const { imported, callees } = calls.of(index)
    for (let at = from; at < to; at += blocks.lengths[at - from]! || 1) {
      const place = opcodeOf(code, at)
      if (code[place] !== 0xff) continue
      const operation = (code[place + 1]! >> 3) & 7
      if ((operation !== 2 && operation !== 4) || imported.has(base + at) || callees.has(base + at)) continue
      if (operation === 2 || jumpTables.loadOf(target, at) === undefined) return true
    }
    return false
  }
}
