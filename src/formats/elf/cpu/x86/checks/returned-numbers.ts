import { detectedAs, type Value } from '../../program/value.ts'
import type { Program } from '../code/program.ts'
import { Register } from '../evaluation/state.ts'
import { isSmallNumber } from './parameters.ts'

/** Bytes of a function that says which number an option is. */
const LARGEST = 512

/** What small functions return whatever checks say, where that is one of a few numbers: what an option is by its name. */
export class ReturnedNumbers {
  readonly #program: Program
  readonly #regardless: (index: number) => Value | undefined
  readonly #known = new Map<number, ReadonlyMap<number, Value> | undefined>()

  /** @param regardless what a function returns on both sides of checks */
  constructor(program: Program, regardless: (index: number) => Value | undefined) {
    this.#program = program
    this.#regardless = regardless
  }

  of(index: number): ReadonlyMap<number, Value> | undefined {
    if (this.#known.has(index)) return this.#known.get(index)
    const { starts, ends } = this.#program.graph
    this.#known.set(index, undefined) // where it calls itself
    const value = ends[index]! - starts[index]! <= LARGEST && !this.#program.isOfRuntimeLibrary(index) ? this.#regardless(index) : undefined
    if (value !== undefined && isSmallNumber(Register.rax, value)) this.#known.set(index, new Map([[Register.rax, detectedAs(value, false)]]))
    return this.#known.get(index)
  }
}
