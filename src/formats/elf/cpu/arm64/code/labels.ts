import { branchTarget, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import type { FunctionCode } from '../evaluation/evaluation.ts'

/** Where direct jumps and branches of a function lead. */
export function labelsOf({ words, base, start, end }: FunctionCode): Set<number> {
  const labels = new Set<number>()
  for (let at = start; at < end; at += 4) {
    const word = words[(at - base) / 4]!
    const flow = flowOf(word)
    if (flow === Flow.jump || flow === Flow.condition || flow === Flow.zero || flow === Flow.bit) labels.add(branchTarget(word, flow, at))
  }
  return labels
}
