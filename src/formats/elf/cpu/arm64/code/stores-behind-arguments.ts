import { flowOf, Flow } from '../../../../../isa/arm64/control-flow.ts'
import { memoryAccess } from '../../../../../isa/arm64/operands.ts'
import { ARGUMENTS, type FunctionCode } from '../evaluation/evaluation.ts'
import { registersChanged } from './register-use.ts'

/** A store so far behind what a function is given in a register. */
export interface StoreBehindArgument {
  readonly at: number
  readonly register: number
  readonly offset: number
  readonly size: number
}

/** Stores through arguments that stay in their registers throughout a function that calls nobody. */
export function storesBehindArguments({ words, base, start, end }: FunctionCode): StoreBehindArgument[] {
  let written = 0
  const found: StoreBehindArgument[] = []
  for (let at = start; at < end; at += 4) {
    const word = words[(at - base) / 4]!
    const flow = flowOf(word)
    if (flow === Flow.call || flow === Flow.indirectCall) return []
    written |= registersChanged(word)
    const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
    if (operand === undefined) continue
    const isOne = !operand.load && !operand.atomic && operand.register >= 0 && operand.second < 0 && operand.index < 0
    if (isOne && operand.base < ARGUMENTS) found.push({ at, register: operand.base, offset: operand.offset, size: operand.size })
  }
  return found.filter(({ register }) => ((written >>> register) & 1) === 0)
}
