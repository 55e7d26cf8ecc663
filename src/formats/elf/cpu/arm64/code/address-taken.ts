import { Edge } from '../../program/edges.ts'
import type { Program } from './program.ts'

/** Functions that somebody may call who is not known by a direct call: their arguments are not known either. */
export function functionsWithAddressTaken(program: Program): ReadonlySet<number> {
  const taken = new Set<number>()
  const { graph, image } = program
  const isTaken = new Uint8Array(graph.starts.length)
  const take = (index: number): void => {
    if (isTaken[index] === 0) taken.add(index)
    isTaken[index] = 1
  }
  for (let edge = 0; edge < graph.edgeKind.length; edge++) if (graph.edgeKind[edge] !== Edge.call) take(graph.edgeTo[edge]!)
  // what the GOT holds is called through stubs, or loaded, which is an edge
  const called = new Set(program.stubs.values())
  const { places, targets } = image.codePointers
  for (let pointer = 0; pointer < places.length; pointer++) {
    const index = graph.functionAt(targets[pointer]!)
    if (index === undefined || isTaken[index] === 1) continue
    const place = places[pointer]!
    if (image.dataAt(place)?.separate !== true && !called.has(image.slots.get(place)!)) take(index)
  }
  for (const named of image.functions) {
    const index = image.isLibrary && named.exported && program.isEntered(named.name) ? graph.functionAt(named.address) : undefined
    if (index !== undefined) take(index)
  }
  return taken
}
