import { branchTarget, endsPath, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { memoryAccess } from '../../../../../isa/arm64/operands.ts'
import { codeOf } from '../code/function-code.ts'
import { registersRead, registersWritten } from '../code/register-use.ts'
import type { Program } from '../code/program.ts'
import { CALLER_SAVED, type Evaluation } from '../evaluation/evaluation.ts'

/** Instructions behind the one that takes an address. */
const STEPS = 1024
/** X0 to X7 carry arguments, X8 the address of a result (AAPCS64, 6.1.1). */
const INDIRECT_RESULT = 8

/**
 * Is the address that the instruction at `at` takes there for loads only, by an index that was known whenever it ran? `ADD X9, X9, #2376`,
 * a mask of what the CPU has, `LDR X9, [X9, X8, LSL #3]` (Highway), also out of a loop that the address was put together before. What is loaded
 * was followed then, also where jumps of the function had to be guessed.
 */
export function isOnlyForExactLoad(program: Pick<Program, 'graph' | 'codeAt' | 'landingPads'>, { indexedLoads }: Pick<Evaluation, 'indexedLoads'>, at: number): boolean {
  const code = codeOf(program, program.graph.functionOf(at))
  if (code === undefined) return false
  const { words, base, start, end } = code
  const register = words[(at - base) / 4]! & 31
  if (register === 31) return false
  let isLoaded = false
  const seen = new Set<number>()
  const work = [at + 4]
  while (work.length > 0) {
    for (let place = work.pop()!; !seen.has(place); place += 4) {
      // who is jumped to elsewhere may have it in the same register
      if (seen.size >= STEPS || place < start || place >= end) return false
      seen.add(place)
      const word = words[(place - base) / 4]!
      const flow = flowOf(word)
      const isArgument = register <= INDIRECT_RESULT
      if (flow === Flow.call || flow === Flow.indirectCall) {
        if (isArgument || (flow === Flow.indirectCall && ((word >>> 5) & 31) === register)) return false
        if (register < CALLER_SAVED) break
        const pad = program.landingPads.of(place)
        if (pad !== undefined) work.push(pad)
        continue
      }
      if (flow === Flow.indirectJump || (flow === Flow.return && isArgument)) return false
      if (flow !== Flow.next && flow !== Flow.return && flow !== Flow.trap) work.push(branchTarget(word, flow, place))
      const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
      const isIndexed = operand?.load === true && operand.base === register && operand.register >= 0 && operand.index >= 0 && operand.index !== register
      if (isIndexed && indexedLoads.get(place) === true) isLoaded = true
      else if ((registersRead(word, flow) & (1 << register)) !== 0) return false
      // something else takes the place of the address
      if (endsPath(flow) || (registersWritten(word) & (1 << register)) !== 0) break
    }
  }
  return isLoaded
}
