import { Edge } from '../../program/edges.ts'
import { isDetectorFunction, isDetectorTableFunction } from './detectors.ts'
import type { Code } from './code.ts'

/** Calls between what asks about the CPU and who decides. */
const DEPTH = 3
/** Functions that are looked at before it counts as near. */
const FUNCTIONS = 200

/** What a function that was followed does with what a check found out. */
export interface Asking {
  readonly decides: boolean
  readonly doubts: boolean
}

/** Which functions ask about the CPU themselves, or call what does, not far away. */
export class NearDetectors {
  readonly #program: Pick<Code, 'graph' | 'detectors'>
  readonly #known = new Map<number, boolean>()

  constructor(program: Pick<Code, 'graph' | 'detectors'>) {
    this.#program = program
  }

  /** @param evaluated functions that the search followed: they look at what a check found out */
  asks(index: number, evaluated: ReadonlyMap<number, Asking>): boolean {
    let known = this.#known.get(index)
    if (known === undefined) this.#known.set(index, (known = this.#search(index, evaluated)))
    return known
  }

  #search(index: number, evaluated: ReadonlyMap<number, Asking>): boolean {
    const { graph, detectors } = this.#program
    const seen = new Set([index])
    let layer = [index]
    for (let depth = 0; depth <= DEPTH; depth++) {
      const next: number[] = []
      for (const from of layer) {
        if (detectors.functions.has(from) || evaluated.get(from)?.decides === true || evaluated.get(from)?.doubts === true) return true
        if ((graph.importCalls.get(from) ?? []).some(({ name }) => isDetectorFunction(name) || isDetectorTableFunction(name))) return true
        for (let edge = graph.firstEdge[from]!; edge < graph.firstEdge[from + 1]!; edge++) {
          const to = graph.edgeTo[edge]!
          if (graph.edgeKind[edge] !== Edge.call || seen.has(to)) continue
          seen.add(to)
          next.push(to)
        }
      }
      if (seen.size > FUNCTIONS) return true
      layer = next
    }
    return false
  }
}
