import { Edge } from '../../program/edges.ts'
import { isEntryOfModule, isLoadedAsModule } from '../../program/module-entry.ts'
import { isZero, plain, type Value } from '../../program/value.ts'
import type { Guards } from '../checks/guards.ts'
import type { Program } from '../code/program.ts'
import { mainStartedBy } from '../code/rust-start.ts'
import { refuses } from './failing-results.ts'
import { leavesUndone } from './left-undone.ts'
import type { Run } from './run-on.ts'

/** Calls from the first function to the one that checks. */
const DEPTH = 3

/**
 * Functions that end the program by what they return, because of what CPUID says: `main`, where it returns another number than
 * zero, or, of Rust, before it did what it is there for, the entry of a module, where it returns no module, and what they call to find out.
 */
export function findRefusals(program: Program, { guards, search }: Run, started: ReadonlySet<number>): Set<number> {
  const { graph, image } = program
  const refusals = new Set<number>()
  const isModule = isLoadedAsModule(image)
  for (const [index, { how }] of search.roots) {
    if (how === 'export' && isModule && isEntryOfModule(graph.nameOf(index)) && refuses(guards, index, isZero)) refusals.add(index)
  }
  if (image.isLibrary) return refusals
  for (const index of started) {
    const main = mainStartedBy(program, index)
    if (main !== undefined && leavesUndone(program, guards, main.target)) refusals.add(main.target)
    if (search.roots.get(index)?.how === 'initializer' || !refuses(guards, index, isFailure)) continue
    const failure = guards.evaluations.get(index)!.results.get(0)!
    const work = [{ at: index, depth: 0 }]
    for (let next = work.pop(); next !== undefined; next = work.pop()) {
      if (refusals.has(next.at)) continue
      refusals.add(next.at)
      if (next.depth === DEPTH) continue
      for (let edge = graph.firstEdge[next.at]!; edge < graph.firstEdge[next.at + 1]!; edge++) {
        const to = graph.edgeTo[edge]!
        if (graph.edgeKind[edge] === Edge.call && refuses(guards, to, (value) => value?.words[0] === failure.words[0] && value?.words.length === 2)) work.push({ at: to, depth: next.depth + 1 })
      }
    }
  }
  return refusals
}

function isFailure(value: Value | undefined): boolean {
  return value?.base === plain && value.words.length === 2 && value.partial !== true && value.words[0] !== 0
}

/** Do they still, where `guards` are about another CPU? */
export function stillRefuse(program: Program, guards: Guards, refusals: ReadonlySet<number>): boolean {
  const isModule = program.image.isLibrary
  return [...refusals].some((index) => {
    const value = guards.evaluations.get(index)?.results.get(0)
    return isModule ? isZero(value) : isFailure(value) || leavesUndone(program, guards, index)
  })
}
