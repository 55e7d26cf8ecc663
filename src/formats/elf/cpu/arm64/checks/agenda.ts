import type { CallGraph } from '../../program/call-graph.ts'

/** More callers are not followed. */
const CALLERS = 400

/** Functions that have to be followed in the next round, and how many steps each is from a check. */
export class Agenda {
  readonly #graph: CallGraph
  readonly distance: Map<number, number> = new Map()
  #next = new Set<number>()

  constructor(graph: CallGraph) {
    this.#graph = graph
  }

  add(index: number, distance: number): void {
    const known = this.distance.get(index)
    if (known === undefined || known > distance) this.distance.set(index, distance)
    this.#next.add(index)
  }

  addCallers(index: number, distance: number): void {
    const { firstCaller, callerEdge, edgeFrom } = this.#graph
    const from = firstCaller[index]!
    const to = firstCaller[index + 1]!
    if (to - from > CALLERS) return
    for (let entry = from; entry < to; entry++) this.add(edgeFrom[callerEdge[entry]!]!, distance + 1)
  }

  /** Those of the next round, in order; from then on others are gathered. */
  take(): number[] {
    const taken = [...this.#next].sort((a, b) => a - b)
    this.#next = new Set()
    return taken
  }

  get isEmpty(): boolean {
    return this.#next.size === 0
  }
}
