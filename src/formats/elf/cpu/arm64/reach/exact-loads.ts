import { Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { memoryAccess } from '../../../../../isa/arm64/operands.ts'
import { registersRead, registersWritten } from '../code/register-use.ts'
import type { Program } from '../code/program.ts'
import { CALLER_SAVED, type Evaluation } from '../evaluation/evaluation.ts'

/** Instructions between an address and the load from there. */
const BEHIND = 8
/** X0 to X7 carry arguments, X8 the address of a result (AAPCS64, 6.1.1). */
const INDIRECT_RESULT = 8

/**
 * Is the address that the instruction at `at` takes there for loads only, by an index that was known whenever it ran? `ADD X9, X9, #2376`,
 * a mask of what the CPU has, `LDR X9, [X9, X8, LSL #3]` (Highway). What is loaded was followed then, also where jumps of the function had to be
 * guessed.
 */
export function isOnlyForExactLoad({ codeAt }: Pick<Program, 'codeAt'>, { indexedLoads }: Pick<Evaluation, 'indexedLoads'>, at: number): boolean {
  const code = codeAt(at)
  if (code === undefined) return false
  const register = code.words[(at - code.base) / 4]! & 31
  if (register === 31) return false
  let isLoaded = false
  for (let place = at + 4; place <= at + BEHIND * 4; place += 4) {
    const word = code.words[(place - code.base) / 4] ?? 0
    const flow = flowOf(word)
    // it is no argument, and does not outlive the call
    if (flow === Flow.call && register > INDIRECT_RESULT && register < CALLER_SAVED) return isLoaded
    if (flow !== Flow.next) return false
    const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
    const isIndexed = operand?.load === true && operand.base === register && operand.register >= 0 && operand.index >= 0 && operand.index !== register
    if (isIndexed && indexedLoads.get(place) === true) isLoaded = true
    else if ((registersRead(word, flow) & (1 << register)) !== 0) return false
    // something else takes the place of the address
    if ((registersWritten(word) & (1 << register)) !== 0) return isLoaded
  }
  return false
}
