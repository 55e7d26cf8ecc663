import { branchTarget, endsPath, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { memoryAccess } from '../../../../../isa/arm64/operands.ts'
import { codeOf } from './function-code.ts'
import type { Program } from './program.ts'
import { registersChanged, registersRead } from './register-use.ts'

/** Bytes of a function that fills in what it is given the address of. */
const LARGEST = 4096

/**
 * Which functions may keep a pointer that they are given, or hand it on: all but those that call nobody, only store and load by it, and leave it
 * where it is, in its register, from which the caller may take it: as what they return, or as GCC knows what they leave alone (-fipa-ra).
 */
export class KeptArguments {
  readonly #program: Program
  /** By 32 times the function and the register. */
  readonly #known = new Map<number, boolean>()

  constructor(program: Program) {
    this.#program = program
  }

  mayKeep(index: number, register: number): boolean {
    const key = index * 32 + register
    let known = this.#known.get(key)
    if (known === undefined) this.#known.set(key, (known = !this.#isOnlyBase(index, register)))
    return known
  }

  #isOnlyBase(index: number, register: number): boolean {
    const code = codeOf(this.#program, index)
    if (code === undefined || code.end - code.start > LARGEST) return false
    const { words, base, start, end } = code
    let flow: number = Flow.next
    for (let at = start; at < end; at += 4) {
      const word = words[(at - base) / 4]!
      flow = flowOf(word)
      if (flow === Flow.call || flow === Flow.indirectCall || flow === Flow.indirectJump) return false
      if (flow === Flow.jump || (flow >= Flow.condition && flow <= Flow.bit)) {
        const target = branchTarget(word, flow, at)
        if (target < start || target >= end) return false
      }
      if (((registersChanged(word) >>> register) & 1) !== 0) return false
      if (((registersRead(word, flow) >>> register) & 1) !== 0 && !isBaseOnly(word, register)) return false
    }
    return endsPath(flow)
  }
}

/** Does the instruction use the register for nothing but the address of what it loads or stores? */
function isBaseOnly(word: number, register: number): boolean {
  const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
  if (operand === undefined || operand.base !== register || operand.atomic || operand.index === register) return false
  return operand.load || (operand.register !== register && operand.second !== register)
}
