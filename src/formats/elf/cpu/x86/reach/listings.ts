import { Lister, type Listing } from '../code/listing.ts'
import type { Program } from '../code/program.ts'

/** Listings of functions. Only the last one is kept: the same arrays are used again. */
export class Listings {
  readonly #program: Program
  readonly #lister: Lister

  constructor(program: Program) {
    this.#program = program
    this.#lister = new Lister(program)
  }

  of(index: number): Listing | undefined {
    const { graph, codeAt } = this.#program
    const range = codeAt(graph.starts[index]!)
    return range === undefined ? undefined : this.#lister.list(range, graph.starts[index]!, graph.ends[index]!)
  }
}
