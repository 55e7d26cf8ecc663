import type { Guards } from '../checks/guards.ts'
import type { Program } from '../code/program.ts'

/** Instructions that are not worth a check. */
const LEAST = 64
/** One in so many runs. */
const FEW = 4

/**
 * Does function `index` return on this CPU because of what CPUID says, and before it has done much of what it does on others? So a `main` of Rust
 * leaves that returns an error, whose value may be anything (`Box<dyn Error>`).
 */
export function leavesUndone({ functions }: Program, guards: Guards, index: number): boolean {
  const evaluation = guards.evaluations.get(index)
  const target = functions.get(index)
  if (evaluation === undefined || target === undefined || !evaluation.decides || !evaluation.returns) return false
  const { lengths } = target.blocks
  let all = 0
  let run = 0
  for (let at = 0; at < lengths.length; at++) {
    if (lengths[at] === 0) continue
    all++
    if ((evaluation.seen[at]! & 1) !== 0) run++
  }
  return all >= LEAST && run * FEW < all
}
