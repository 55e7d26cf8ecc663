import { arm64Features } from '../../../../../isa/arm64/scan.ts'
import { Edge } from '../../program/edges.ts'
import { plain, type Value } from '../../program/value.ts'
import { findGuards, type Guards } from '../checks/guards.ts'
import type { Program } from '../code/program.ts'
import { hwcapModel } from '../evaluation/hwcap-model.ts'
import type { ReachSearch } from './reach.ts'

/** Calls from `main` to the function that checks. */
const DEPTH = 3

/**
 * Functions that end the program by what they return, because of what the CPU says: `main`, where it always returns one number
 * other than zero on this CPU, and something else on one that has everything, and what it calls to find out.
 */
export function findRefusals(program: Program, guards: Guards, search: ReachSearch): ReadonlySet<number> {
  const { graph } = program
  const refusals = new Set<number>()
  let better: Guards | undefined
  for (const index of startedByEntry(program, search)) {
    const failure = failureOf(guards, index)
    if (failure === undefined) continue
    better ??= findGuards(program, hwcapModel(new Set(arm64Features)))
    const work = [{ at: index, depth: 0 }]
    for (let next = work.pop(); next !== undefined; next = work.pop()) {
      if (refusals.has(next.at) || failureOf(guards, next.at) !== failure || failureOf(better, next.at) === failure) continue
      refusals.add(next.at)
      if (next.depth === DEPTH) continue
      for (let edge = graph.firstEdge[next.at]!; edge < graph.firstEdge[next.at + 1]!; edge++) {
        if (graph.edgeKind[edge] === Edge.call) work.push({ at: graph.edgeTo[edge]!, depth: next.depth + 1 })
      }
    }
  }
  return refusals
}

/** What the entry point hands to the C library: `main`. */
function startedByEntry({ graph }: Program, search: ReachSearch): number[] {
  const started: number[] = []
  for (const [index, { how }] of search.roots) {
    if (how !== 'entry') continue
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) if (graph.edgeKind[edge] === Edge.taken) started.push(graph.edgeTo[edge]!)
  }
  return started
}

/** The number other than zero that a function which looks at the CPU always returns. */
function failureOf({ evaluations }: Guards, index: number): number | undefined {
  const evaluation = evaluations.get(index)
  const value: Value | undefined = evaluation?.results.get(0)
  if (evaluation === undefined || value === undefined || !evaluation.returns || !(evaluation.decides || value.detected)) return undefined
  return value.base === plain && value.words.length === 2 && value.partial !== true && value.words[0] !== 0 ? value.words[0] : undefined
}
