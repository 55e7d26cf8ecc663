import { Edge } from '../../program/edges.ts'
import { tagStores } from '../code/tag-stores.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'
import type { Program } from '../code/program.ts'

/** Calls on the way to what sets a field, and bytes of such a function. */
const DEPTH = 3
const LARGEST_SETTER = 2048
/** Functions that are looked at, behind one that asks and in all. */
const MOST_BEHIND = 32
const MOST = 2000

/**
 * Offsets of fields in which functions store what a check found out, and others that they call a number that is not zero, without
 * asking: `object->fast = has_avx2(); prepare(object)`. What a branch on such a field decides may be either's. At the beginning of objects many
 * have something.
 */
export function setOtherwise(program: Program, evaluations: ReadonlyMap<number, Evaluation>, isOwn: (index: number) => boolean): ReadonlySet<number> {
  const { graph, functions } = program
  const found = new Set<number>()
  const stores = new Map<number, ReturnType<typeof tagStores>>()
  for (const [index, { leaks }] of evaluations) {
    const { stored } = leaks
    if (stored.size === 0 || !isOwn(index)) continue
    let behind: readonly number[] = [index]
    const known = new Set(behind)
    for (let depth = 0; depth < DEPTH && known.size < MOST_BEHIND && stores.size < MOST; depth++) {
      behind = behind.flatMap((caller) => {
        const callees: number[] = []
        for (let edge = graph.firstEdge[caller]!; edge < graph.firstEdge[caller + 1]!; edge++) {
          const callee = graph.edgeTo[edge]!
          if (graph.edgeKind[edge] !== Edge.call || known.has(callee) || graph.ends[callee]! - graph.starts[callee]! > LARGEST_SETTER || program.isOfRuntimeLibrary(callee)) continue
          known.add(callee)
          callees.push(callee)
        }
        return callees
      })
      for (const callee of behind) {
        let all = stores.get(callee)
        if (all === undefined) {
          const target = functions.get(callee)
          stores.set(callee, (all = target === undefined ? [] : tagStores(target)))
        }
        const evaluation = evaluations.get(callee)
        if (evaluation?.decides === true) continue // what it stores may be what it found out
        for (const { at, offset, tag } of all) if (tag !== 0 && offset > 0 && stored.has(offset) && (evaluation === undefined || (evaluation.seen[at - evaluation.start]! & 1) !== 0)) found.add(offset)
      }
    }
  }
  return found
}
