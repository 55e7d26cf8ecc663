import type { CallGraph } from './call-graph.ts'
import { IndexSet } from './index-set.ts'
import type { MemoryImage } from './memory-image.ts'

/** Functions that a pointer in data leads to. What a slot of the GOT holds is called or loaded: by whoever names the slot. */
export function pointedToByData({ graph, image }: { readonly graph: CallGraph; readonly image: MemoryImage }): IndexSet {
  const found = new IndexSet(graph.starts.length)
  const { places, targets } = image.codePointers
  for (let pointer = 0; pointer < targets.length; pointer++) {
    const index = image.dataAt(places[pointer]!)?.separate === true ? undefined : graph.functionAt(targets[pointer]!)
    if (index !== undefined) found.add(index)
  }
  return found
}
