import type { CallGraph } from './call-graph.ts'
import { Edge } from './edges.ts'

const keepsPlace = /^_{0,2}(?:sig)?setjmp$/
const goesBack = /^_{0,2}(?:sig)?longjmp(?:_chk)?$/
/** Calls between a check and `longjmp`. */
const DEPTH = 3

/** Does the instruction at `at` of function `index` run? */
type Runs = (index: number, at: number) => boolean

/** Does function `index` keep where it is (`setjmp`), and what does not return, `dead`, go back there? Then that ends no program. */
export function comesBackTo(graph: CallGraph, index: number, dead: number, runs: Runs): boolean {
  return graph.importCalls.get(index)?.some(({ name }) => keepsPlace.test(name)) === true && jumpsBack(graph, dead, runs)
}

/** Does it call `longjmp`, or one that does? */
function jumpsBack(graph: CallGraph, dead: number, runs: Runs): boolean {
  const seen = new Set([dead])
  let callers = [dead]
  for (let depth = 0; depth <= DEPTH; depth++) {
    const callees: number[] = []
    for (const index of callers) {
      if (graph.importCalls.get(index)?.some(({ at, name }) => goesBack.test(name) && runs(index, at)) === true) return true
      for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
        const callee = graph.edgeTo[edge]!
        if (graph.edgeKind[edge] !== Edge.call || seen.has(callee) || !runs(index, graph.edgeAt[edge]!)) continue
        seen.add(callee)
        callees.push(callee)
      }
    }
    callers = callees
  }
  return false
}
