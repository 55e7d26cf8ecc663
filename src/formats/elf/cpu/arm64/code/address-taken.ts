import { Edge } from '../../program/edges.ts'
import type { Program } from './program.ts'

/** Functions that somebody may call who is not known by a direct call: their arguments are not known either. */
export function functionsWithAddressTaken(program: Program): ReadonlySet<number> {
  const taken = new Set<number>()
  const { graph, image } = program
  for (let edge = 0; edge < graph.edgeKind.length; edge++) if (graph.edgeKind[edge] !== Edge.call) taken.add(graph.edgeTo[edge]!)
  // what the GOT holds is called through stubs, or loaded, which is an edge
  const called = new Set(program.stubs.values())
  const { places, targets } = image.codePointers
  for (const [pointer, target] of targets.entries()) {
    const place = places[pointer]!
    if (image.dataAt(place)?.separate === true || called.has(image.slots.get(place)!)) continue
    const index = graph.functionAt(target)
    if (index !== undefined) taken.add(index)
  }
  for (const named of image.functions) {
    const index = image.isLibrary && named.exported && program.isEntered(named.name) ? graph.functionAt(named.address) : undefined
    if (index !== undefined) taken.add(index)
  }
  return taken
}
