import type { CallGraph } from './call-graph.ts'
import type { IndexSet } from './index-set.ts'
import type { MemoryImage } from './memory-image.ts'
import type { Sweep } from './sweep.ts'

/** Functions with an instruction that asks the CPU. Compilers leave in what nobody calls, and data between functions looks like any instruction. */
export function detectingFunctions(sweep: Sweep, graph: CallGraph, live: IndexSet): ReadonlySet<number> {
  const functions = new Set<number>()
  for (const at of sweep.detectorAt.values()) {
    const index = graph.functionOf(at)
    if (index >= 0 && live.has(index)) functions.add(index)
  }
  return functions
}

/** Addresses of IFUNC resolvers: those of relocations, and of symbols of that type. */
export function resolverAddresses(image: MemoryImage): ReadonlySet<number> {
  const resolvers = new Set<number>()
  for (const slot of image.slots.values()) if (slot.indirect === true && slot.address !== undefined) resolvers.add(slot.address)
  for (const named of image.functions) if (named.indirect) resolvers.add(named.address)
  return resolvers
}
