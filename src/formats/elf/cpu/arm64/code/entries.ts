import { lastAtMost } from '../../program/number-list.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'
import type { Program } from './program.ts'

/** Bytes within which a word that is no instruction makes what looks like a jump a table of constants. */
const NEIGHBOURHOOD = 48

/**
 * Where control comes into the middle of functions: handlers of exceptions that GCC has moved to `main.cold`, jumps to other
 * such parts, and assembly whose functions go on in each other.
 */
export class EntriesInside {
  readonly #program: Program
  readonly #evaluations: ReadonlyMap<number, Evaluation>
  /** Edges that lead into the middle of each function. */
  readonly #jumps = new Map<number, { readonly edge: number; readonly to: number }[]>()
  /** Functions that each function jumps into. */
  readonly #entered = new Map<number, Set<number>>()

  constructor(program: Program, evaluations: ReadonlyMap<number, Evaluation>) {
    this.#program = program
    this.#evaluations = evaluations
    const { graph, sweep } = program
    const undecodable = sweep.undecodableAt.values()
    const isBesideData = (address: number): boolean => {
      const before = lastAtMost(undecodable, address)
      return address - (undecodable[before] ?? -Infinity) <= NEIGHBOURHOOD || (undecodable[before + 1] ?? Infinity) - address <= NEIGHBOURHOOD
    }
    for (const jump of graph.intoMiddle) {
      const [from, to] = [graph.edgeFrom[jump.edge]!, graph.edgeTo[jump.edge]!]
      if (jump.to >= graph.ends[to]! || isBesideData(graph.edgeAt[jump.edge]!)) continue
      const jumps = this.#jumps.get(to)
      if (jumps === undefined) this.#jumps.set(to, [jump])
      else jumps.push(jump)
      const entered = this.#entered.get(from)
      if (entered === undefined) this.#entered.set(from, new Set([to]))
      else entered.add(to)
    }
  }

  of(index: number): number[] {
    const entries = new Set(this.#program.landingPads.entering(index))
    for (const { edge, to } of this.#jumps.get(index) ?? []) if (this.#runs(edge)) entries.add(to)
    return [...entries]
  }

  /** Functions that function `index` jumps into. */
  enteredFrom(index: number): Iterable<number> {
    return this.#entered.get(index) ?? []
  }

  #runs(edge: number): boolean {
    const { edgeAt, edgeFrom } = this.#program.graph
    const evaluation = this.#evaluations.get(edgeFrom[edge]!)
    return evaluation === undefined || (evaluation.seen[(edgeAt[edge]! - evaluation.start) / 4]! & 2) !== 0
  }
}
