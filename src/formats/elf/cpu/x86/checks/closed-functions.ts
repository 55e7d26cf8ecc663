import { Edge } from '../../program/edges.ts'
import { IndexSet } from '../../program/index-set.ts'
import type { Program } from '../code/program.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'

/**
 * Functions that store to what they are given, and that nobody calls but functions that were followed.
 * @param untold functions whose callers were not told what they store
 */
export function closedFunctions({ graph, image, pointed, isEntered }: Program, evaluations: ReadonlyMap<number, Evaluation>, untold: ReadonlySet<number>): ReadonlySet<number> {
  const closed = new Map<number, number>()
  const isCandidate = new IndexSet(graph.starts.length)
  for (const [index, { leaks }] of evaluations) {
    if (leaks.toArguments.size === 0 || untold.has(index) || graph.firstCaller[index + 1] === graph.firstCaller[index]) continue
    if (!isCalledByFollowed(graph, index, evaluations)) continue
    closed.set(graph.starts[index]!, index)
    isCandidate.add(index)
  }
  if (closed.size === 0) return new Set()
  for (const [start, index] of closed) if (pointed.placesOf(index).length > 0) closed.delete(start)
  // most edges lead elsewhere, and a bit is looked up sooner than a number in a map
  for (let edge = 0; edge < graph.edgeTo.length; edge++) {
    if (graph.edgeKind[edge] !== Edge.call && isCandidate.has(graph.edgeTo[edge]!)) closed.delete(graph.starts[graph.edgeTo[edge]!]!)
  }
  for (const { address, exported, name } of image.functions) if (exported && isEntered(name)) closed.delete(address)
  return new Set(closed.values())
}

function isCalledByFollowed({ firstCaller, callerEdge, edgeKind, edgeFrom }: Program['graph'], index: number, evaluations: ReadonlyMap<number, Evaluation>): boolean {
  for (let entry = firstCaller[index]!; entry < firstCaller[index + 1]!; entry++) {
    const edge = callerEdge[entry]!
    if (edgeKind[edge] !== Edge.call || !evaluations.has(edgeFrom[edge]!)) return false
  }
  return true
}
