import type { Program } from '../code/program.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'
import type { NumbersStored } from './numbers-stored.ts'
import type { Variables } from './variables.ts'

/** Bytes of a function that may do nothing but set what it is given the address of. */
const LARGEST = 256

/** Small functions that are given the address of a structure, and may set a part of it that a check stores to: `set_level(&options, AVX2)`. */
export class StructureSetters {
  readonly #program: Program
  readonly #variables: Variables
  readonly #stored: NumbersStored
  /** They put there what checks find out: their callers know what that is. */
  readonly #fillers = new Set<number>()

  constructor(program: Program, variables: Variables, stored: NumbersStored) {
    this.#program = program
    this.#variables = variables
    this.#stored = stored
  }

  note(index: number, evaluation: Evaluation): void {
    if (evaluation.parameterStores.length > 0) this.#fillers.add(index)
  }

  /** Asks of an address that function `index` is given whether it may set a variable behind it; undefined: it sets none. */
  of(index: number): ((address: number) => boolean) | undefined {
    const { starts, ends } = this.#program.graph
    if (ends[index]! - starts[index]! > LARGEST || this.#fillers.has(index)) return undefined
    return (address) => {
      const offsets = this.#variables.offsetsBehind(address)
      return offsets.size > 0 && this.#stored.mayStoreTo(index, offsets)
    }
  }
}
