import { branchTarget, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { destination, memoryAccess } from '../../../../../isa/arm64/operands.ts'
import { CALLER_SAVED } from '../evaluation/evaluation.ts'
import { codeOf } from './function-code.ts'
import type { Program } from './program.ts'

/** X0 to X18. Linkers' veneers use X16 and X17. */
const ALL = (1 << CALLER_SAVED) - 1
const VENEERS = (1 << 16) | (1 << 17)
/** Calls deep, and bytes of one function, that are looked at. */
const DEPTH = 3
const LARGEST = 2048

/**
 * Which of the registers that the ABI lets callees use functions write to: GCC keeps values in the others across calls of
 * functions that it knows (-fipa-ra).
 */
export class RegistersWritten {
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
    this.#known.set(index, 0) // until told: what it calls itself for writes nothing else
    const mask = this.#writtenAnywhere(index, depth)
    this.#known.set(index, mask)
    return mask
  }

  #writtenAnywhere(index: number, depth: number): number {
    const code = codeOf(this.#program, index)
    if (code === undefined || code.end - code.start > LARGEST) return ALL
    let mask = VENEERS
    for (let at = code.start; at < code.end && mask !== ALL; at += 4) {
      const word = code.words[(at - code.base) / 4]!
      const flow = flowOf(word)
      if (flow === Flow.indirectCall || flow === Flow.indirectJump) return ALL
      if (flow === Flow.next) mask |= written(word)
      else if (flow === Flow.call || (flow !== Flow.return && flow !== Flow.trap)) {
        const target = branchTarget(word, flow, at)
        if (flow === Flow.call || target < code.start || target >= code.end) mask |= this.#byCallee(target, depth)
      }
    }
    return mask
  }

  #byCallee(target: number, depth: number): number {
    const callee = this.#program.stubs.has(target) ? undefined : this.#program.graph.functionAt(target)
    return callee === undefined ? ALL : this.by(callee, depth + 1)
  }
}

function written(word: number): number {
  if ((word & 0xffff_f01f) >>> 0 === 0xd503_201f) return 0 // HINT: what changes registers there (PACIA1716) changes X17
  if (((word >>> 25) & 5) !== 4) {
    if ((word & 0xffe0_001f) >>> 0 === 0xd400_0001) return bit(0) // SVC
    const isSystem = word >>> 22 === 0x354 // SYSL and others besides MRS
    return isSystem ? bit(word & 31) | bit(0) : bit(destination(word))
  }
  const operand = memoryAccess(word)
  const base = bit((word >>> 5) & 31)
  if (operand === undefined) return base | bit(word & 31) | bit((word >>> 16) & 31)
  const loaded = operand.load ? bit(operand.register) | bit(operand.second) : 0
  return loaded | (operand.writeback === 'none' ? 0 : base) | (operand.atomic ? bit(word & 31) | bit((word >>> 16) & 31) : 0)
}

function bit(register: number): number {
  return register >= 0 && register < CALLER_SAVED ? 1 << register : 0
}
