import { branchTarget, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { memoryAccess, SP } from '../../../../../isa/arm64/operands.ts'
import type { FunctionCode } from '../evaluation/evaluation.ts'
import { codeOf } from './function-code.ts'
import type { Program } from './program.ts'
import { registersChanged, registersRead } from './register-use.ts'

const WORDS = 16
/** X19 to X29, which a function keeps for its caller (AAPCS64, 6.1.1). */
const KEPT = 0x3ff8_0000

/**
 * Functions of a few instructions in a row, up to a return or a jump to another function. LLVM takes such out of many
 * functions to make them smaller (-Oz, MachineOutliner): they keep to no calling convention, so that only running them tells
 * what they leave in registers.
 */
export class FewInstructions {
  readonly #program: Program
  readonly #known = new Map<number, FunctionCode | undefined>()

  constructor(program: Program) {
    this.#program = program
  }

  of(index: number): FunctionCode | undefined {
    if (!this.#known.has(index)) this.#known.set(index, this.#read(index))
    return this.#known.get(index)
  }

  /**
   * Are they a part of their callers, and no function of the program's own? Then they work with registers that only those have put something
   * in: a function can do no more with what its caller keeps in X19 to X29 than to save it.
   */
  isPartOfCallers(index: number): boolean {
    const code = this.of(index)
    if (code === undefined) return false
    let own = 0
    for (let at = code.start; at < code.end; at += 4) {
      const word = code.words[(at - code.base) / 4]!
      const flow = flowOf(word)
      if (flow === Flow.return || flow === Flow.jump) return false
      const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
      const isSaved = operand !== undefined && !operand.load && operand.base === SP
      if (!isSaved && (registersRead(word, flow) & KEPT & ~own) !== 0) return true
      own |= registersChanged(word)
    }
    return false
  }

  #read(index: number): FunctionCode | undefined {
    const { starts, ends } = this.#program.graph
    if (ends[index]! - starts[index]! > WORDS * 4) return undefined
    const code = codeOf(this.#program, index)
    if (code === undefined) return undefined
    const from = (code.start - code.base) / 4
    const to = (code.end - code.base) / 4
    for (let at = from; at < to; at++) {
      const word = code.words[at]!
      const flow = flowOf(word)
      if (flow === Flow.return) return code
      if (flow === Flow.jump) {
        const target = branchTarget(word, flow, at * 4) / 4
        return target < from || target >= to ? code : undefined
      }
      if (flow !== Flow.next || word >>> 24 === 0xd4) return undefined // SVC
    }
    return undefined
  }
}
