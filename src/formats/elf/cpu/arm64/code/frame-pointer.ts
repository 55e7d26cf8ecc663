import { memoryAccess, SP } from '../../../../../isa/arm64/operands.ts'
import { registersChanged } from './register-use.ts'

/** AAPCS64, 6.4.6. */
const FRAME_POINTER = 29

/** Is X29 the address of a frame, in the order of the code? As long as what came last is that it was made of the stack pointer; where a frame ends, the next begins with that. */
export class FramePointer {
  #isSet = false

  isBase(register: number): boolean {
    return this.#isSet && register === FRAME_POINTER
  }

  /** Goes on behind an instruction. */
  step(word: number): void {
    if ((word & 31) !== FRAME_POINTER && ((word >>> 10) & 31) !== FRAME_POINTER) return
    // ADD X29, SP, #distance; MOV X29, SP
    if ((word & 0xff80_03ff) >>> 0 === 0x9100_03fd) this.#isSet = true
    else if (this.#isSet && ((registersChanged(word) >>> FRAME_POINTER) & 1) !== 0 && !isRestored(word)) this.#isSet = false
  }
}

/** Does the word load from the frame? */
function isRestored(word: number): boolean {
  const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
  return operand !== undefined && operand.load && operand.base === SP
}
