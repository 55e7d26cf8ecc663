import { lengthAt } from '../../../../../isa/x86/length.ts'
import type { X86Decoder } from '../../../../../isa/x86/decode.ts'
import type { FunctionCode } from '../code/function-code.ts'
import { Places } from '../../program/places.ts'
import { isExact, relative, type Value } from '../../program/value.ts'
import type { Surroundings } from './evaluation.ts'
import { Instructions } from './instructions.ts'
import { keptByCallees, systemV } from './calling-convention.ts'
import { Register } from './state.ts'
import { noVectors } from './vectors.ts'

/** Instructions from where a variable is read to the call. */
const LONGEST = 24

/** What becomes of a variable that is read in one place, where all that comes of it is who is called. */
export interface TableChoice {
  /** Offsets in the code of the instruction that reads it, and behind the call. */
  readonly start: number
  readonly end: number
  /** Addresses of functions that may be called there, and of what they are given. */
  readonly addressesUsed: ReadonlySet<number>
  readonly steps: number
}

/**
 * Follows a function from the instruction at offset `at`, which reads a variable, straight to a call of what a table holds at the place that
 * the variable says: `call [table + tzcnt(targets & mask) * 8]` of Highway. Undefined where it is anything else: a branch, a store, another
 * call, a target that is not known, or something left in a register that the callee keeps.
 */
export function followTableChoice(decoder: X86Decoder, target: FunctionCode, surroundings: Surroundings, at: number): TableChoice | undefined {
  return new Stretch(decoder, target, surroundings).run(at)
}

class Stretch extends Instructions {
  #branches = false

  constructor(decoder: X86Decoder, target: FunctionCode, outside: Surroundings) {
    super(decoder, target, outside, systemV, 'likely')
  }

  /** Handlers of exceptions are behind the call, and know nothing of what was before it. */
  protected override flow(): void {
    this.#branches = true
  }

  run(start: number): TableChoice | undefined {
    const registers: (Value | undefined)[] = Array.from({ length: 16 })
    registers[Register.rsp] = relative(Register.rsp, 0)
    this.state = { registers, memory: new Places(), flags: undefined, vectors: noVectors }
    const { joins } = this.target.blocks
    let here = start
    for (let steps = 1; steps <= LONGEST && here < this.to; steps++) {
      const length = lengthAt(this.decoder, this.code, here)
      if (length === 0 || (here > start && joins[here - this.from] === 1)) return undefined
      this.at = here
      this.next = here + length
      this.endsBlock = false
      const goesOn = this.step()
      here = this.next
      if (this.callee !== undefined) return this.#isKnown(goesOn) && this.#leavesNothing(goesOn) ? { start, end: here, addressesUsed: this.used, steps } : undefined
      if (!goesOn || this.endsBlock || this.#branches || (this.seen[this.at - this.from]! & 2) !== 0) return undefined
    }
    return undefined
  }

  /** Is it known who is called? A jump within the function is none. */
  #isKnown(isCall: boolean): boolean {
    return isExact(this.callee!) && (isCall || !this.#branches)
  }

  /** Is nothing left of what was read, but in registers that the callee need not keep, and is it told nothing of that? */
  #leavesNothing(isCall: boolean): boolean {
    const { registers, memory } = this.state
    for (let register = 0; register < registers.length; register++) {
      if (registers[register] === undefined || register === Register.rsp) continue
      if (isCall || keptByCallees.has(register) || registers[register]!.detected) return false
    }
    for (const passed of this.passed.values()) for (const value of passed.values()) if (value.detected) return false
    const stores = memory.size + this.globals.size + this.fields.size + this.leakedFields.size + this.lostStores.size + this.leakedFrames.size + this.leakedDoubtfully.size + this.leakedThreadLocals.size
    return stores === 0 && !this.decides && !this.doubts && !this.leaksAnywhere && !this.leaksArguments
  }
}
