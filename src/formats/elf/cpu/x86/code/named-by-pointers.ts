import { Edge } from '../../program/edges.ts'
import type { IndexSet } from '../../program/index-set.ts'
import { pointedToByData } from '../../program/pointed-to-by-data.ts'
import type { Code } from './code.ts'

/** Functions whose address is in data or taken: who calls them cannot be told. */
export function namedByPointers({ graph, image }: Pick<Code, 'graph' | 'image'>): IndexSet {
  const named = pointedToByData({ graph, image })
  for (let edge = 0; edge < graph.edgeTo.length; edge++) {
    if (graph.edgeKind[edge] === Edge.taken || graph.edgeKind[edge] === Edge.loaded) named.add(graph.edgeTo[edge]!)
  }
  return named
}
