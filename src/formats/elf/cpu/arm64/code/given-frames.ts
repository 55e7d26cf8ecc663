import { SP } from '../../../../../isa/arm64/operands.ts'
import { ARGUMENTS, type FunctionCode } from '../evaluation/evaluation.ts'
import type { Callees } from './callees.ts'
import { codeOf } from './function-code.ts'
import { pointersPassed } from './pointers-passed.ts'
import type { Program } from './program.ts'
import { functionsIn, type Window } from './structure-users.ts'

/** Callers of one function that are looked at. */
const CALLERS = 32

/** A place in the frame of a function: so many bytes above SP. */
export interface FramePlace {
  readonly code: FunctionCode
  readonly offset: number
}

/** Objects in frames that somebody is given. */
export class GivenFrames {
  readonly #program: Program
  readonly #callees: Callees

  constructor(program: Program, callees: Callees) {
    this.#program = program
    this.#callees = callees
  }

  /**
   * Objects in the frame of who gives them to one of `users`, or, in some code, to somebody whom a pointer tells: in a register that they
   * are given one in.
   *
   * @param users those registers as a mask, by address
   * @param direct of those to whom anything in the frame may be given, where it is not known what is
   */
  to(users: ReadonlyMap<number, number>, direct: ReadonlySet<number>, windows: readonly Window[]): FramePlace[] {
    const { graph } = this.#program
    const givers = new Set<number>()
    for (const address of users.keys()) {
      const index = graph.functionOf(address)
      const [first, behind] = [graph.firstCaller[index] ?? 0, graph.firstCaller[index + 1] ?? 0]
      if (behind - first > CALLERS && !direct.has(address)) continue
      for (let entry = first; entry < behind && entry < first + CALLERS; entry++) givers.add(graph.edgeFrom[graph.callerEdge[entry]!]!)
    }
    for (const index of functionsIn(this.#program, windows)) givers.add(index)
    return [...givers].sort((a, b) => a - b).flatMap((index) => this.#givenBy(index, users, direct))
  }

  #givenBy(index: number, users: ReadonlyMap<number, number>, direct: ReadonlySet<number>): FramePlace[] {
    const code = codeOf(this.#program, index)
    if (code === undefined) return []
    let anyone = 0
    for (const user of direct) anyone |= users.get(user) ?? 0
    const offsets = new Set<number>()
    for (const { target, pointerIn, inFrame } of pointersPassed(code, this.#callees)) {
      const mask = target === undefined ? anyone : (users.get(target) ?? 0)
      for (let register = 0; register < ARGUMENTS; register++) {
        if (((mask >>> register) & 1) === 0) continue
        const { base, offset } = pointerIn(register)
        if (base === SP) offsets.add(offset)
        else if (base > SP && target !== undefined && direct.has(target)) for (const place of inFrame) offsets.add(place)
      }
    }
    return [...offsets].map((offset) => ({ code, offset }))
  }
}
