import { arm64Features } from '../../../../../isa/arm64/scan.ts'
import { Edge } from '../../program/edges.ts'
import { isEntryOfModule } from '../../program/module-entry.ts'
import { plain, type Value } from '../../program/value.ts'
import { findGuards, type Guards } from '../checks/guards.ts'
import type { Program } from '../code/program.ts'
import { hwcapModel } from '../evaluation/hwcap-model.ts'
import type { ReachSearch } from './reach.ts'

/** Calls from `main` to the function that checks. */
const DEPTH = 3

/**
 * Functions that end the program by what they return, because of what the CPU says: `main`, where it always returns one number
 * other than zero on this CPU, the entry of a module, where it returns no module, each of which returns something else on a CPU that has
 * everything; and what they call to find out.
 */
export function findRefusals(program: Program, guards: Guards, search: ReachSearch): ReadonlySet<number> {
  const { graph } = program
  const refusals = new Set<number>()
  let better: Guards | undefined
  const { isLibrary } = program.image
  for (const index of isLibrary ? entriesOfModule(program, search) : startedByEntry(program, search)) {
    const failure = resultOf(guards, index)
    if (failure === undefined || (failure === 0) !== isLibrary) continue
    better ??= findGuards(program, hwcapModel(new Set(arm64Features)))
    const work = [{ at: index, depth: 0 }]
    for (let next = work.pop(); next !== undefined; next = work.pop()) {
      if (refusals.has(next.at) || resultOf(guards, next.at) !== failure || resultOf(better, next.at) === failure) continue
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

/** What the host of a module looks up by name. */
function entriesOfModule({ graph }: Program, search: ReachSearch): number[] {
  return [...search.roots].filter(([index, { how }]) => how === 'export' && isEntryOfModule(graph.nameOf(index))).map(([index]) => index)
}

/** The number that a function which looks at the CPU always returns. */
function resultOf({ evaluations }: Guards, index: number): number | undefined {
  const evaluation = evaluations.get(index)
  const value: Value | undefined = evaluation?.results.get(0)
  if (evaluation === undefined || value === undefined || !evaluation.returns || !(evaluation.decides || value.detected)) return undefined
  return value.base === plain && value.words.length === 2 && value.partial !== true ? value.words[0] : undefined
}
