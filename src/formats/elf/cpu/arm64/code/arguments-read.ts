import { branchTarget, endsPath, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { ARGUMENTS } from '../evaluation/evaluation.ts'
import { codeOf } from './function-code.ts'
import type { Program } from './program.ts'
import { registersRead, registersWritten } from './register-use.ts'

const ALL = (2 << ARGUMENTS) - 1
/** Calls deep, and instructions of one function, that are looked at. */
const DEPTH = 5
const STEPS = 2000

/** Which of X0 to X8 functions read as they were given them: what else stands there at a call is no argument. */
export class ArgumentsRead {
  readonly #program: Program
  readonly #known = new Map<number, number>()

  constructor(program: Program) {
    this.#program = program
  }

  /** As a mask; all of them where that cannot be told. */
  by(index: number, depth = 0): number {
    const known = this.#known.get(index)
    if (known !== undefined) return known
    if (depth > DEPTH) return ALL
    this.#known.set(index, ALL) // until told: a circle of calls may hand on all of them
    const mask = this.#readOnAnyPath(index, depth)
    this.#known.set(index, mask)
    return mask
  }

  #readOnAnyPath(index: number, depth: number): number {
    const code = codeOf(this.#program, index)
    if (code === undefined) return ALL
    const { words, base } = code
    const from = (code.start - base) / 4
    const to = (code.end - base) / 4
    /** By place: registers that are still as they were given on some path. */
    const given = new Map<number, number>([[from, ALL]])
    const work = [from]
    let read = 0
    const reach = (place: number, mask: number): void => {
      const before = given.get(place) ?? 0
      if (mask === 0 || (before | mask) === before) return
      given.set(place, before | mask)
      work.push(place)
    }
    /** Control goes on in the function at `address`. */
    const handOn = (address: number, mask: number): void => {
      const callee = this.#program.graph.functionAt(this.#program.stubs.get(address)?.address ?? address)
      read |= mask & (callee === undefined ? ALL : this.by(callee, depth + 1))
    }
    for (let steps = 0; work.length > 0; steps++) {
      if (steps > STEPS || read === ALL) return ALL
      const place = work.pop()!
      const mask = given.get(place)!
      if (place < from || place >= to) return ALL
      const word = words[place]!
      const flow = flowOf(word)
      read |= mask & registersRead(word, flow)
      if (flow === Flow.call) handOn(base + branchTarget(word, flow, place * 4), mask)
      else if (flow === Flow.indirectCall || flow === Flow.indirectJump) read |= mask
      else if (flow === Flow.next) reach(place + 1, mask & ~registersWritten(word))
      else if (flow === Flow.jump || (flow >= Flow.condition && flow <= Flow.bit)) {
        const target = branchTarget(word, flow, place * 4) / 4
        if (target >= from && target < to) reach(target, mask)
        else handOn(base + target * 4, mask)
        if (!endsPath(flow)) reach(place + 1, mask)
      }
    }
    return read
  }
}
