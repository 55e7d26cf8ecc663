import { branchTarget, endsPath, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { registersRead, registersWritten } from '../code/register-use.ts'
import { ARGUMENTS, CALLER_SAVED, type Surroundings } from './evaluation.ts'

/** Instructions that are looked at. */
const STEPS = 2048

/** Words of a function, of which `from` to `to` are its own. */
interface Code {
  readonly words: Int32Array
  readonly from: number
  readonly to: number
  /** Address of the first word. */
  readonly base: number
}

/** What is known of the functions that are called. */
type Callees = Pick<Surroundings, 'neverReturns' | 'readsArgument'>

/** Is the address of code, which a register holds at `index`, read on some way from there? True where that cannot be told. */
export function isLive({ words, from, to, base }: Code, index: number, register: number, callees: Callees): boolean {
  const mask = 1 << register
  const seen = new Set<number>()
  const work = [index]
  while (work.length > 0) {
    let at = work.pop()!
    while (!seen.has(at)) {
      if (seen.size > STEPS || at < from || at >= to) return true
      seen.add(at)
      const word = words[at]!
      const flow = flowOf(word)
      if ((registersRead(word, flow) & mask) !== 0 || flow === Flow.indirectJump) return true
      if (flow === Flow.return) {
        if (register < 2) return true
        break
      }
      if (flow === Flow.call || flow === Flow.indirectCall) {
        const callee = flow === Flow.call ? branchTarget(word, flow, base + at * 4) : undefined
        // X8 says where a result goes that is none of code (AAPCS64, 6.9), but for callees with rules of their own
        if (register < ARGUMENTS || (register === ARGUMENTS && callee !== undefined && callees.readsArgument(callee, register))) return true
        if (register < CALLER_SAVED || (callee !== undefined && callees.neverReturns(callee))) break
      } else if (flow === Flow.next) {
        if ((registersWritten(word) & mask) !== 0) break
      } else if (flow === Flow.jump || (flow >= Flow.condition && flow <= Flow.bit)) {
        const target = branchTarget(word, flow, at * 4) / 4
        // what is jumped to elsewhere is given arguments, and may be a part of this function
        if (target < from || target >= to) return true
        if (endsPath(flow)) {
          at = target
          continue
        }
        work.push(target)
      } else break
      at++
    }
  }
  return false
}
