import { Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { memoryAccess, movedRegister, SP } from '../../../../../isa/arm64/operands.ts'
import { CALLER_SAVED } from '../evaluation/evaluation.ts'
import { FramePointer } from './frame-pointer.ts'
import { registersChanged } from './register-use.ts'

/**
 * Which registers hold the address of a part of something larger, in the order of the code: ADD Xd, Xn, #distance, where Xn is neither a pointer into the frame nor the page
 * of something in the file, and moves of that.
 */
export class PartPointers {
  readonly #distances = new Map<number, number>()
  readonly #frame = new FramePointer()
  #pages = 0

  /** How far behind a pointer it is what the register holds the address of; undefined: it is not known to be a part. */
  distanceOf(register: number): number | undefined {
    return this.#distances.get(register)
  }

  /** Goes on behind an instruction; how far behind a pointer it is what that takes the address of. */
  step(word: number): number | undefined {
    this.#frame.step(word)
    const taken = this.#taken(word)
    const moved = this.#distances.get(movedRegister(word))
    const changed = registersChanged(word)
    this.#pages = (this.#pages & ~changed) | ((word & 0x9f00_0000) >>> 0 === 0x9000_0000 ? 1 << (word & 31) : 0)
    const isCall = flowOf(word) === Flow.call || flowOf(word) === Flow.indirectCall
    // where registers get back what the caller had, another way may go on that comes from further up
    for (const register of (changed === 0 && !isCall) || isRestored(word) ? [] : this.#distances.keys()) {
      if (((changed >>> register) & 1) !== 0 || (isCall && register < CALLER_SAVED)) this.#distances.delete(register)
    }
    const held = taken ?? moved
    if (held !== undefined && (word & 31) !== SP) this.#distances.set(word & 31, held)
    return taken
  }

  #taken(word: number): number | undefined {
    const source = (word >>> 5) & 31
    if ((word & 0xff80_0000) >>> 0 !== 0x9100_0000 || source === SP || this.#frame.isBase(source) || ((this.#pages >>> source) & 1) !== 0) return undefined
    const distance = ((word >>> 10) & 0xfff) * ((word & 0x0040_0000) === 0 ? 1 : 4096) + (this.#distances.get(source) ?? 0)
    return distance > 0 ? distance : undefined
  }
}

/** Does the word load registers that are the caller's from the frame? */
function isRestored(word: number): boolean {
  const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
  return operand !== undefined && operand.load && operand.base === SP && operand.register >= CALLER_SAVED
}
