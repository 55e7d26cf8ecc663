import { Edge } from '../../program/edges.ts'
import type { Guards } from '../checks/guards.ts'
import type { Program } from '../code/program.ts'
import { edgeRunsIn } from './edge-runs.ts'

/** Instructions that are not worth a check. */
const LEAST = 64
/** One in so many runs. */
const FEW = 4
/** Bytes of a function that does more than to say what is missing. */
const LARGE = 1024

/**
 * Does function `index` return on this CPU because of what CPUID says, and before it has done much of what it does on others? So a `main` of Rust
 * leaves that returns an error, whose value may be anything (`Box<dyn Error>`).
 */
export function leavesUndone({ functions, graph, near }: Program, guards: Guards, index: number): boolean {
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
  if (all < LEAST || run * FEW >= all) return false
  // what is called here and nowhere else may do all of it in another way, if it is not what asks
  for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
    const callee = graph.edgeTo[edge]!
    const callers = graph.firstCaller[callee + 1]! - graph.firstCaller[callee]!
    const size = graph.ends[callee]! - graph.starts[callee]!
    if (graph.edgeKind[edge] === Edge.call && callers === 1 && size >= LARGE && !near.asks(callee, guards.evaluations) && edgeRunsIn(graph, evaluation, edge)) return false
  }
  return true
}
