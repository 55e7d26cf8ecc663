import type { CallGraph } from '../../program/call-graph.ts'
import { Edge } from '../../program/edges.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'

/** Does a call in [start, end) run? */
export function callsIn({ seen, start: base }: Evaluation, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if ((seen[at - base]! & 2) !== 0) return true
  return false
}

/** Does the edge run in what was evaluated? */
export function edgeRunsIn(graph: CallGraph, evaluation: Evaluation, edge: number): boolean {
  const seen = evaluation.seen[graph.edgeAt[edge]! - evaluation.start]!
  if ((seen & 1) === 0) return false
  if (graph.edgeKind[edge] === Edge.loaded) return true
  if (graph.edgeKind[edge] === Edge.taken) return evaluation.addressesUsed.has(graph.starts[graph.edgeTo[edge]!]!)
  return (seen & 2) !== 0
}

/** Does the instruction at `at` run, where the function was followed? */
export function runsIn(evaluation: Evaluation | undefined, at: number): boolean {
  return evaluation !== undefined && (evaluation.seen[at - evaluation.start]! & 1) !== 0
}
