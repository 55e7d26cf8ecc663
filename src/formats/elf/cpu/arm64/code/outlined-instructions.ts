import { branchTarget, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import type { FunctionCode } from '../evaluation/evaluation.ts'

/** An instruction as the function runs it. */
export interface Instruction {
  readonly word: number
  /** Where the word lies. */
  readonly at: number
  /** Where the function runs it: its own instruction, which may be the call that stands for it. */
  readonly from: number
  readonly isOutlined: boolean
}

/**
 * Instructions of a function in the order of their addresses, with those that LLVM took out of it (MachineOutliner) in place of the calls
 * that stand for them. Such a jump to another function is a call.
 *
 * @param outlined the instructions that a call of an address stands for; undefined where that is a call like any other
 */
export function* withOutlined({ words, base, start, end }: FunctionCode, outlined: (address: number) => FunctionCode | undefined): Iterable<Instruction> {
  for (let from = start; from < end; from += 4) {
    const word = words[(from - base) / 4]!
    const flow = flowOf(word)
    const inner = flow === Flow.call ? outlined(branchTarget(word, flow, from)) : undefined
    if (inner === undefined) {
      yield { word, at: from, from, isOutlined: false }
      continue
    }
    for (let at = inner.start; at < inner.end; at += 4) {
      const part = inner.words[(at - inner.base) / 4]!
      if (flowOf(part) === Flow.return) break
      yield { word: part, at, from, isOutlined: true }
      if (flowOf(part) === Flow.jump) break
    }
  }
}
