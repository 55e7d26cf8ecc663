import { branchTarget, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { destination, memoryAccess } from '../../../../../isa/arm64/operands.ts'
import { CALLER_SAVED, type Evaluation, type FunctionCode } from '../evaluation/evaluation.ts'

/** Small numbers that registers hold are bits of a mask, up to this one. Where nothing is known of a register, none is set. */
export const LARGEST_SMALL = 29
/** The bits of all of them. */
export const SMALL: number = 0x3fff_ffff
/** The bit for what a caller passed. For anything else there is none. */
export const PASSED: number = 1 << 31
const PARAMETERS = 9
const REGISTERS = 31
/** Times a function is gone through for its loops. */
const PASSES = 6
const CALLEE_WORDS = 16

/** The code of a function of a few instructions that is called at an address, if that is one. */
export type InPlace = (target: number) => FunctionCode | undefined
/** What is to be known at each instruction. */
export type Visit = (word: number, at: number, registers: Int32Array) => void

/**
 * Follows small numbers through the registers of a function: what instructions put there, chosen or not. `visit` is told at every
 * instruction, on the last time through.
 * @param ran follows only what runs there
 */
export function followSmallNumbers(target: FunctionCode, inPlace: InPlace, ran: Evaluation | undefined, visit: Visit): void {
  const flow = new SmallNumbers(target, inPlace, ran)
  for (let pass = 0; pass < PASSES && flow.pass(undefined); pass++);
  flow.pass(visit)
}

class SmallNumbers {
  readonly #target: FunctionCode
  readonly #inPlace: InPlace
  readonly #ran: Evaluation | undefined
  readonly #atLabels = new Map<number, Int32Array>()
  readonly #registers = new Int32Array(REGISTERS + 1)
  #changed = false

  constructor(target: FunctionCode, inPlace: InPlace, ran: Evaluation | undefined) {
    this.#target = target
    this.#inPlace = inPlace
    this.#ran = ran
  }

  /** True when something that was jumped to has to be looked at again. */
  pass(visit: Visit | undefined): boolean {
    const { words, base, start, end } = this.#target
    const registers = this.#registers
    registers.fill(0).fill(PASSED, 0, PARAMETERS)
    this.#changed = false
    let goesOn = true
    for (let at = start; at < end; at += 4) {
      const seen = this.#ran === undefined ? 7 : this.#ran.seen[(at - this.#ran.start) / 4]!
      const arriving = this.#atLabels.get(at)
      if (!goesOn) registers.fill(0)
      if (arriving !== undefined) for (let register = 0; register < REGISTERS; register++) registers[register]! |= arriving[register]!
      goesOn = (seen & 1) !== 0
      if (!goesOn) continue
      const word = words[(at - base) / 4]!
      visit?.(word, at, registers)
      goesOn = this.#step(word, at, seen)
    }
    return this.#changed
  }

  /** False where control does not go on behind the instruction. */
  #step(word: number, at: number, seen: number): boolean {
    const flow = flowOf(word)
    if (flow === Flow.next) {
      note(word, this.#registers)
      return true
    }
    if (flow === Flow.call || flow === Flow.indirectCall) {
      const callee = flow === Flow.call ? this.#inPlace(branchTarget(word, flow, at)) : undefined
      if (callee === undefined) this.#registers.fill(0, 0, CALLER_SAVED)
      else runInPlace(callee, this.#registers)
      return true
    }
    if (flow === Flow.jump) {
      this.#jump(branchTarget(word, flow, at))
      return false
    }
    if (flow === Flow.return || flow === Flow.trap || flow === Flow.indirectJump) return false
    if ((seen & 2) !== 0) this.#jump(branchTarget(word, flow, at))
    return (seen & 4) !== 0
  }

  #jump(target: number): void {
    if (target < this.#target.start || target >= this.#target.end) return
    const known = this.#atLabels.get(target)
    if (known === undefined) {
      this.#atLabels.set(target, this.#registers.slice())
      this.#changed = true
      return
    }
    for (let register = 0; register < REGISTERS; register++) {
      const joined = known[register]! | this.#registers[register]!
      if (joined === known[register]) continue
      known[register] = joined
      this.#changed = true
    }
  }
}

function runInPlace({ words, base, start, end }: FunctionCode, registers: Int32Array): void {
  for (let at = start; at < end && at < start + CALLEE_WORDS * 4; at += 4) {
    const word = words[(at - base) / 4]!
    if (flowOf(word) !== Flow.next) return
    note(word, registers)
  }
}

function note(word: number, registers: Int32Array): void {
  if (((word >>> 25) & 5) === 4) {
    const operand = memoryAccess(word)
    if (operand === undefined) return
    if (operand.load) {
      if (operand.register >= 0) set(registers, operand.register, 0)
      if (operand.second >= 0) set(registers, operand.second, 0)
    }
    if (operand.atomic) set(registers, (word >>> 16) & 31, 0)
    return
  }
  const register = destination(word)
  if (register >= 0 && register < REGISTERS) registers[register] = computed(word, registers)
}

function set(registers: Int32Array, register: number, numbers: number): void {
  if (register < REGISTERS) registers[register] = numbers
}

/** The zero register is 31 in these instructions. */
function held(registers: Int32Array, register: number): number {
  return register === REGISTERS ? 1 : registers[register]!
}

function computed(word: number, registers: Int32Array): number {
  const kind = word & 0x7f80_0000
  if (kind === 0x5280_0000) {
    const number = (word >>> 5) & 0xffff
    return number <= LARGEST_SMALL && ((word >>> 21) & 3) === 0 ? 1 << number : 0
  }
  if ((word & 0x7fe0_ffe0) === 0x2a00_03e0) return held(registers, (word >>> 16) & 31) // MOV
  if ((word & 0x7fe0_0c00) === 0x1a80_0000) return held(registers, (word >>> 5) & 31) | held(registers, (word >>> 16) & 31) // CSEL
  if ((word & 0x7fe0_0c00) === 0x1a80_0400) {
    const more = held(registers, (word >>> 16) & 31) // CSINC, CSET
    return held(registers, (word >>> 5) & 31) | ((more & SMALL) << 1) | (more & ~SMALL)
  }
  const isOneBit = kind === 0x5300_0000 && ((word >>> 16) & 63) === ((word >>> 10) & 63) // UBFX #n, #1
  const isLowestBit = (word & 0x7fbf_fc00) === 0x1200_0000 // AND #1
  return isOneBit || isLowestBit ? 3 : 0
}
