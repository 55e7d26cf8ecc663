import type { CallGraph } from '../../program/call-graph.ts'
import { limits } from './search-limits.ts'

/** Functions to be evaluated, and how far each is from one that asks the CPU. */
export class Agenda {
  /** Those of the next round. */
  next: Set<number> = new Set()
  readonly #graph: CallGraph
  readonly #distance = new Map<number, number>()
  /** Functions that were put down for something else than a variable that they read. */
  readonly #whole = new Set<number>()

  constructor(graph: CallGraph) {
    this.#graph = graph
  }

  /** Calls from one function that executes CPUID to this one, or steps by variables and tables that count as calls. */
  distanceOf(index: number): number {
    return this.#distance.get(index) ?? 0
  }

  add(index: number, distance: number): void {
    this.addTo(this.next, index, distance)
  }

  addTo(set: Set<number>, index: number, distance: number): void {
    this.#whole.add(index)
    this.#put(set, index, distance)
  }

  /** Puts down what reads or stores a variable by its address. */
  addAccessor(index: number, distance: number): void {
    this.#put(this.next, index, distance)
  }

  /** Is all that function `index` does of interest, and not only what it does with the variables that it reads? */
  isWhole(index: number): boolean {
    return this.#whole.has(index)
  }

  needWhole(index: number): void {
    this.#whole.add(index)
  }

  #put(set: Set<number>, index: number, distance: number): void {
    const known = this.#distance.get(index)
    if (known === undefined || known > distance) this.#distance.set(index, distance)
    set.add(index)
  }

  addCallers(index: number, distance: number): void {
    const { firstCaller, edgeFrom, callerEdge } = this.#graph
    const to = firstCaller[index + 1]!
    for (let entry = firstCaller[index]!; entry < to; entry++) this.add(edgeFrom[callerEdge[entry]!]!, distance + 1)
  }

  callerCount(index: number): number {
    const { firstCaller } = this.#graph
    return firstCaller[index + 1]! - firstCaller[index]!
  }
}

/**
 * In which order the functions of a round are evaluated, and which wait for the next: what large ones read and are told is settled before they are
 * evaluated again, as each time takes as much as hundreds of small ones.
 */
export function turnsOf(graph: CallGraph, work: ReadonlySet<number>, wasEvaluated: (index: number) => boolean): { readonly now: readonly number[]; readonly later: readonly number[] } {
  const sizeOf = (index: number): number => graph.ends[index]! - graph.starts[index]!
  const isHuge = (index: number): boolean => sizeOf(index) > limits.hugeFunction
  const ordered = callersFirst(graph, work)
  // there may not be enough steps for all of them: the smallest come first
  if (ordered.every(isHuge)) return { now: ordered.sort((a, b) => sizeOf(a) - sizeOf(b)), later: [] }
  const waits = (index: number): boolean => isHuge(index) && wasEvaluated(index)
  return { now: ordered.filter((index) => !waits(index)), later: ordered.filter(waits) }
}

/** What functions are called with should be known when they are evaluated. */
function callersFirst(graph: CallGraph, work: ReadonlySet<number>): number[] {
  const isCalledBy = (index: number): boolean => {
    for (let entry = graph.firstCaller[index]!; entry < Math.min(graph.firstCaller[index + 1]!, graph.firstCaller[index]! + 32); entry++) {
      if (work.has(graph.edgeFrom[graph.callerEdge[entry]!]!)) return true
    }
    return false
  }
  return [...work].map((index) => ({ index, late: isCalledBy(index) ? 1 : 0 })).sort((a, b) => a.late - b.late || a.index - b.index).map(({ index }) => index)
}
