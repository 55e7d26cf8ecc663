import type { CallGraph } from '../../program/call-graph.ts'
import { Edge } from '../../program/edges.ts'

/** What a function calls, by address of the call. */
export interface Calls {
  readonly callees: ReadonlyMap<number, number>
  /** Resolvers of what is called. */
  readonly resolvers: ReadonlyMap<number, number>
  /** Names of other files' functions. */
  readonly imported: ReadonlyMap<number, string>
}

/** Calls of the functions that are evaluated, listed once for each of them. */
export class CallSites {
  readonly #graph: CallGraph
  readonly #known = new Map<number, Calls>()

  constructor(graph: CallGraph) {
    this.#graph = graph
  }

  of(index: number): Calls {
    let calls = this.#known.get(index)
    if (calls !== undefined) return calls
    const { firstEdge, edgeKind, edgeAt, edgeTo, importCalls } = this.#graph
    const callees = new Map<number, number>()
    const resolvers = new Map<number, number>()
    for (let edge = firstEdge[index]!; edge < firstEdge[index + 1]!; edge++) {
      if (edgeKind[edge] === Edge.call) callees.set(edgeAt[edge]!, edgeTo[edge]!)
      else if (edgeKind[edge] === Edge.resolver) resolvers.set(edgeAt[edge]!, edgeTo[edge]!)
    }
    const imported = new Map<number, string>()
    for (const { at, name } of importCalls.get(index) ?? []) imported.set(at, name)
    calls = { callees, resolvers, imported }
    this.#known.set(index, calls)
    return calls
  }
}
