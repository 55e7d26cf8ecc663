import type { CallGraph } from './call-graph.ts'
import { IndexSet } from './index-set.ts'
import type { LandingPads } from './landing-pads.ts'
import type { MemoryImage } from './memory-image.ts'

/**
 * Every function that something could lead to: from roots and from pointers in data, along all edges, whatever checks
 * say. What is not among them is dead code.
 *
 * @param isEntered false for exports that nobody looks up
 * @param handlers lead from functions to parts of them that were moved away
 */
export function liveFunctions(image: MemoryImage, graph: CallGraph, isGo: boolean, isEntered: (name: string) => boolean = () => true, handlers?: LandingPads): IndexSet {
  const live = new IndexSet(graph.starts.length)
  const stack: number[] = []
  const add = (index: number | undefined): void => {
    if (index !== undefined && live.add(index)) stack.push(index)
  }
  add(graph.functionAt(Number(image.file.header.e_entry)))
  const { targets } = image.codePointers
  for (let pointer = 0; pointer < targets.length; pointer++) add(graph.functionAt(targets[pointer]!))
  for (const slot of image.slots.values()) if (slot.address !== undefined) add(graph.functionAt(slot.address))
  for (const named of image.functions) if ((named.exported && isEntered(named.name)) || named.name === '_init' || named.name === '_fini') add(graph.functionAt(named.address))
  for (const section of image.file.sections) {
    if (section.name === '.init' || section.name === '.fini') add(graph.functionAt(Number(section.sh_addr)))
  }
  // a Go program's functions are reached through tables of offsets; whatever is linked in counts
  if (isGo) for (let index = 0; index < graph.starts.length; index++) add(index)
  while (stack.length > 0) {
    const index = stack.pop()!
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) add(graph.edgeTo[edge]!)
    for (const { to } of handlers?.leaving(index) ?? []) add(to)
  }
  return live
}
