import { lastAtMost } from '../../program/number-list.ts'
import { plain } from '../../program/value.ts'
import type { Guards } from '../checks/guards.ts'
import type { Program } from '../code/program.ts'

/** Bytes of a function that does nothing but to say whether the CPU has something. */
const LARGEST = 64
/** Bytes of a row. */
const LARGEST_ROW = 64

/**
 * Rows in tables that end with a function which says of this CPU that it lacks what it takes (OpenSSL's `OSSL_ALGORITHM_CAPABLE`:
 * names, properties, operations, description, `capable`): what else is in them is for other CPUs.
 */
export class RefusedRows {
  readonly #program: Program
  readonly #guards: Guards

  constructor(program: Program, guards: Guards) {
    this.#program = program
    this.#guards = guards
  }

  /** The places of pointers in [from, to) that belong to such rows. */
  placesIn(from: number, to: number): ReadonlySet<number> {
    const { image, graph } = this.#program
    const { places, targets } = image.codePointers
    let found: Set<number> | undefined
    for (let pointer = lastAtMost(places, from - 1) + 1; pointer < places.length && places[pointer]! < to; pointer++) {
      const index = graph.functionAt(targets[pointer]!)
      if (index === undefined || !this.#saysNo(index)) continue
      const end = places[pointer]!
      // one member before it may hold nothing
      let place = image.dataPointers.get(end - 8) === undefined ? end - 16 : end - 8
      for (; place >= Math.max(from, end - LARGEST_ROW) && image.dataPointers.get(place) !== undefined; place -= 8) (found ??= new Set()).add(place)
    }
    return found ?? none
  }

  /** Does the function return 0 because of what the CPU says, and call and store nothing? */
  #saysNo(index: number): boolean {
    const { graph } = this.#program
    if (graph.ends[index]! - graph.starts[index]! > LARGEST || graph.firstEdge[index] !== graph.firstEdge[index + 1]) return false
    const evaluation = this.#guards.evaluations.get(index)
    const value = evaluation?.results.get(0)
    if (evaluation === undefined || value === undefined || !evaluation.returns || evaluation.stores.length > 0 || evaluation.globalStores.length > 0) return false
    return value.detected && value.base === plain && value.partial !== true && value.words.length === 2 && value.words[0] === 0
  }
}

const none: ReadonlySet<number> = new Set()
