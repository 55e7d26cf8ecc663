import { branchTarget, endsPath, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { memoryAccess } from '../../../../../isa/arm64/operands.ts'
import type { FunctionCode } from '../evaluation/evaluation.ts'
import { registersChanged } from './register-use.ts'

/** Not reached so far: nothing says that it is not in all registers. */
const UNSEEN = -1
/** X0 to X18 and X30, which calls may change (AAPCS64, 6.1.1). */
const CHANGED_BY_CALLS = 0x4007_ffff

/**
 * By word of a function: the registers, as a mask, that hold its first argument on all ways that lead there. Nothing is known of a function with a jump
 * that its instructions do not tell, and nothing behind where control comes from elsewhere: handlers of exceptions.
 */
export function registersOfFirst({ words, base, start, end }: FunctionCode): Int32Array {
  const first = (start - base) / 4
  const count = (end - start) / 4
  const held = new Int32Array(count).fill(UNSEEN)
  const agenda: number[] = []
  const reach = (index: number, mask: number): void => {
    if (index < 0 || index >= count) return
    const known = held[index]!
    const both = known === UNSEEN ? mask : known & mask
    if (both === known) return
    held[index] = both
    agenda.push(index)
  }
  const follow = (): boolean => {
    for (let index = agenda.pop(); index !== undefined; index = agenda.pop()) {
      const word = words[first + index]!
      const flow = flowOf(word)
      if (flow === Flow.indirectJump) return false
      const mask = behind(word, flow, held[index]!)
      if (flow === Flow.jump || (flow >= Flow.condition && flow <= Flow.bit)) reach(branchTarget(word, flow, index * 4) / 4, mask)
      if (!endsPath(flow)) reach(index + 1, mask)
    }
    return true
  }
  const entries = [1, ...Array.from({ length: count - 1 }, () => 0)]
  for (const [index, mask] of entries.entries()) {
    if (index === 0 || held[index] === UNSEEN) reach(index, mask)
    if (!follow()) return new Int32Array(count)
  }
  return held
}

/** Registers that hold it behind an instruction, of those that held it before. */
function behind(word: number, flow: number, mask: number): number {
  if (flow === Flow.call || flow === Flow.indirectCall) return mask & ~CHANGED_BY_CALLS
  const isMove = (word & 0xffe0_ffe0) >>> 0 === 0xaa00_03e0
  const isKept = isMove && ((mask >>> ((word >>> 16) & 31)) & 1) !== 0 && (word & 31) !== 31
  // LD1 and others of many vectors may move their base
  const base = ((word >>> 25) & 5) === 4 && memoryAccess(word) === undefined ? 1 << ((word >>> 5) & 31) : 0
  return (mask & ~registersChanged(word) & ~base) | (isKept ? 1 << (word & 31) : 0)
}
