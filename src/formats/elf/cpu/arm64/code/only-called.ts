import { Edge } from '../../program/edges.ts'
import { pointedToByData } from '../../program/pointed-to-by-data.ts'
import type { Program } from './program.ts'

/** Is function `index` entered by nothing but direct calls of this file? */
export function onlyCalled({ graph, image }: Program): (index: number) => boolean {
  const entered = pointedToByData({ graph, image })
  for (let edge = 0; edge < graph.edgeTo.length; edge++) if (graph.edgeKind[edge] !== Edge.call) entered.add(graph.edgeTo[edge]!)
  for (const { address, exported } of image.functions) {
    const index = exported ? graph.functionAt(address) : undefined
    if (index !== undefined) entered.add(index)
  }
  return (index) => !entered.has(index)
}
