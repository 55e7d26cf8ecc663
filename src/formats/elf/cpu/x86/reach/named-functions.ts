import type { CallGraph } from '../../program/call-graph.ts'

/** What was said of a function before: nothing yet, no, yes. */
export const Said = { nothing: 0, no: 1, yes: 2 } as const

/**
 * Where one function calls each of others, or takes their addresses, and what was found out about that. Many edges of one function are asked about one
 * after another, and the lists are the same for all functions.
 */
export class NamedFunctions {
  readonly #graph: CallGraph
  /** By function, the first edge to it, counted from 1, and by edge the next one. */
  readonly #first: Int32Array
  readonly #next: Int32Array
  /** Of a function: is it called as one of two that do the same? */
  readonly hasTwin: Uint8Array
  /** Is it called, or its address taken, on all sides of what may be a check? */
  readonly isDoneAnyway: Uint8Array
  #index = -1
  #kind = -1

  constructor(graph: CallGraph) {
    this.#graph = graph
    this.#first = new Int32Array(graph.starts.length)
    this.#next = new Int32Array(graph.edgeTo.length)
    this.hasTwin = new Uint8Array(graph.starts.length)
    this.isDoneAnyway = new Uint8Array(graph.starts.length)
  }

  /** The same of what function `index` names by edges of `kind`. */
  of(index: number, kind: number): this {
    if (index === this.#index && kind === this.#kind) return this
    const { firstEdge, edgeTo, edgeKind } = this.#graph
    for (let edge = this.#index < 0 ? 0 : firstEdge[this.#index]!, end = this.#index < 0 ? 0 : firstEdge[this.#index + 1]!; edge < end; edge++) {
      const target = edgeTo[edge]!
      this.#first[target] = 0
      this.hasTwin[target] = Said.nothing
      this.isDoneAnyway[target] = Said.nothing
    }
    this.#index = index
    this.#kind = kind
    for (let edge = firstEdge[index + 1]! - 1; edge >= firstEdge[index]!; edge--) {
      if (edgeKind[edge] !== kind) continue
      this.#next[edge] = this.#first[edgeTo[edge]!]!
      this.#first[edgeTo[edge]!] = edge + 1
    }
    return this
  }

  /** Is `target` named more than once? */
  namesAgain(target: number): boolean {
    const first = this.#first[target]!
    return first > 0 && this.#next[first - 1]! > 0
  }

  /** Where `target` is named, in order. */
  placesOf(target: number): number[] {
    const places: number[] = []
    for (let edge = this.#first[target]!; edge > 0; edge = this.#next[edge - 1]!) places.push(this.#graph.edgeAt[edge - 1]!)
    return places
  }
}
