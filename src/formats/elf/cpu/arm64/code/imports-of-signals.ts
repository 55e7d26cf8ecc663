import type { Program } from './program.ts'

export const jumpsBack: RegExp = /^_*sigsetjmp$|^_?setjmp$/
export const setsHandler: RegExp = /^(?:_*sigaction|signal|bsd_signal)$/

/** Which of them each function calls, directly or through the GOT. */
export function importsOfSignals({ graph, sweep, image }: Pick<Program, 'graph' | 'sweep' | 'image'>): ReadonlyMap<number, readonly string[]> {
  const isAsked = (name: string): boolean => jumpsBack.test(name) || setsHandler.test(name)
  const names = new Map<number, string[]>()
  for (const [index, calls] of graph.importCalls) {
    const asked = calls.filter(({ name }) => isAsked(name))
    if (asked.length > 0) names.set(index, asked.map(({ name }) => name))
  }
  // a static program has them itself
  const named = new Map<number, string>()
  for (const [address, name] of graph.names) {
    const index = isAsked(name) ? graph.functionAt(address) : undefined
    if (index !== undefined) named.set(index, name)
  }
  if (named.size > 0) {
    for (let edge = 0; edge < graph.edgeTo.length; edge++) {
      const name = named.get(graph.edgeTo[edge]!)
      const index = graph.edgeFrom[edge]!
      if (name !== undefined) names.set(index, [...(names.get(index) ?? []), name])
    }
  }
  const places = new Map<number, string>()
  for (const [place, slot] of image.slots) if (slot.import !== undefined && isAsked(slot.import)) places.set(place, slot.import)
  const from = sweep.accessFrom.values()
  const to = sweep.accessTo.values()
  for (let access = 0; places.size > 0 && access < to.length; access++) {
    const name = places.get(to[access]!)
    const index = name === undefined ? -1 : graph.functionOf(from[access]!)
    if (name !== undefined && index >= 0) names.set(index, [...(names.get(index) ?? []), name])
  }
  return names
}
