import { branchTarget, endsPath, Flow, flowOf } from '../../../../isa/arm64/control-flow.ts'

const NOP = 0xd503_201f | 0

/** Where an indirect jump between two indexes of `words` can lead: blocks that neither the block before nor a direct jump leads to. */
export function tableTargets(words: Int32Array, from: number, to: number): number[] {
  const targets = new Set<number>()
  const leaders: number[] = []
  let open = false
  for (let index = from; index < to; index++) {
    const word = words[index]!
    const flow = flowOf(word)
    if (open && word !== NOP) {
      leaders.push(index)
      open = false
    }
    if (flow === Flow.jump || (flow >= Flow.condition && flow <= Flow.bit)) targets.add(branchTarget(word, flow, index * 4) / 4)
    if (endsPath(flow)) open = true
  }
  return leaders.filter((leader) => !targets.has(leader))
}
