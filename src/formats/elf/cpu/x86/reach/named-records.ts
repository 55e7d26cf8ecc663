import type { Evaluation } from '../evaluation/evaluation.ts'
import type { Program } from '../code/program.ts'
import { lastAtMost } from '../../program/number-list.ts'
import { isNameOfCpu, textAt } from './named-objects.ts'

/** Bytes in data within which objects of one list lie. */
const NEAR = 0x200

/** An object that begins with a pointer to a table, and the name of what it is. */
interface NamedRecord {
  readonly place: number
  readonly table: number
  readonly isForCpu: boolean
}

/**
 * Objects in data that linkers have filled in, with a table of operations and a name: `{ &operations, "haswell", … }`. So simdutf keeps its implementations, of which
 * somebody who asks the CPU looks for the best.
 */
export class NamedRecords {
  readonly #program: Program
  readonly #evaluations: ReadonlyMap<number, Evaluation>
  #known: readonly NamedRecord[] | undefined
  #asked: ReadonlySet<number> | undefined

  constructor(program: Program, evaluations: ReadonlyMap<number, Evaluation>) {
    this.#program = program
    this.#evaluations = evaluations
  }

  /** Where an object has the name of a CPU and leads to `table`, and somebody who asks names it, or a variable with its address: tables of those around with other names. */
  besides(table: number): readonly number[] {
    this.#known ??= this.#find()
    const records = this.#known
    const found = records.filter((record) => record.isForCpu && record.table === table && this.#isAskedFor(record.place))
    return found.flatMap(({ place }) => records.filter((other) => !other.isForCpu && Math.abs(other.place - place) <= NEAR).map((other) => other.table))
  }

  #find(): readonly NamedRecord[] {
    const { image } = this.#program
    const { places, targets } = image.dataPointers
    const records: NamedRecord[] = []
    for (let index = 0; index + 1 < places.length; index++) {
      if (places[index + 1] !== places[index]! + 8) continue
      const name = targets[index + 1]!
      if (textAt(image, name) !== undefined) records.push({ place: places[index]!, table: targets[index]!, isForCpu: isNameOfCpu(image, name) })
    }
    // what is not near any that bears the name of a CPU does not matter
    const wanted = Float64Array.from(records.filter(({ isForCpu }) => isForCpu), ({ place }) => place)
    return records.filter(({ place }) => lastAtMost(wanted, place + NEAR) > lastAtMost(wanted, place - NEAR - 1))
  }

  #isAskedFor(place: number): boolean {
    this.#asked ??= this.#namedByWhoAsks()
    return this.#asked.has(place)
  }

  /** Places in data that functions name that ask the CPU, and what is pointed to from there. */
  #namedByWhoAsks(): ReadonlySet<number> {
    const { graph, image, sweep } = this.#program
    const to = sweep.accessTo.values()
    const named = new Set<number>()
    for (const [index, { decides, doubts }] of this.#evaluations) {
      if (!decides && !doubts) continue
      for (let access = graph.firstAccess[index]!; access < graph.firstAccess[index + 1]!; access++) {
        named.add(to[access]!)
        const target = image.dataPointers.get(to[access]!)
        if (target !== undefined) named.add(target)
      }
    }
    return named
  }
}
