import { branchTarget, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import type { FunctionCode } from '../evaluation/evaluation.ts'

/** Where direct jumps and branches of a function lead, as indexes of `words`. */
export function branchTargets(words: Int32Array, from: number, to: number): Set<number> {
  const targets = new Set<number>()
  for (let index = from; index < to; index++) {
    const word = words[index]!
    const flow = flowOf(word)
    if (flow === Flow.jump || (flow >= Flow.condition && flow <= Flow.bit)) targets.add(branchTarget(word, flow, index * 4) / 4)
  }
  return targets
}

/** The same as addresses. */
export function labelsOf({ words, base, start, end }: FunctionCode): Set<number> {
  const labels = new Set<number>()
  for (const index of branchTargets(words, (start - base) / 4, (end - base) / 4)) labels.add(base + index * 4)
  return labels
}
