import { plain, singleAddress, type Value } from '../../program/value.ts'
import type { VariableAccesses } from '../code/variable-accesses.ts'
import { ARGUMENTS } from '../evaluation/evaluation.ts'
import type { Program } from '../code/program.ts'
import { StoresThroughArguments } from '../code/stores-through-arguments.ts'
import type { Variables } from './variables.ts'

/** Functions that a call through a pointer may reach, as far as they store where the variable is. */
export const CALLEES = 64

/** Bytes of a structure that is handed out. */
const OBJECT = 512

type Registers = readonly (Value | undefined)[]

/** A function that may be called with the address of a variable, and what it is given then. */
export interface Receiver {
  readonly index: number
  readonly parameters: Registers
}

/** Calls that are given the address of a variable that a check sets, or of what it is a part of: whoever gets it may set it, too. */
export class VariablesHandedOut {
  readonly #program: Program
  readonly #variables: Variables
  readonly #accesses: VariableAccesses
  readonly #stores: StoresThroughArguments

  constructor(program: Program, variables: Variables, accesses: VariableAccesses) {
    this.#program = program
    this.#variables = variables
    this.#accesses = accesses
    this.#stores = new StoresThroughArguments(program)
  }

  /** Does function `index` store to such a variable, when it is given that? */
  isStoredBy(index: number, registers: Registers): boolean {
    for (let register = 0; register < ARGUMENTS; register++) {
      const at = singleAddress(registers[register])
      for (const { address, size } of this.#pointedTo(registers[register])) if (this.#stores.stores(index, register, address - at!, size)) return true
    }
    return false
  }

  /** Functions given to one of another file, that calls them back with what else it is given: a thread and its argument. */
  calledBack(registers: Registers): Receiver[] {
    const { image, graph } = this.#program
    const given = registers.slice(0, ARGUMENTS).filter((value) => this.#pointedTo(value).length > 0)
    if (given.length === 0) return []
    const found: Receiver[] = []
    for (const value of registers.slice(0, ARGUMENTS)) {
      const to = singleAddress(value)
      const index = to === undefined || !image.inCode(to) ? undefined : graph.functionAt(to)
      if (index !== undefined) for (const pointer of given) found.push({ index, parameters: [pointer] })
    }
    return found
  }

  /** Functions whose address is taken and that store through what a call through a pointer gives them; none where there are many. */
  calledThroughPointer(registers: Registers): Receiver[] {
    const found = new Set<number>()
    for (let register = 0; register < ARGUMENTS; register++) {
      const at = singleAddress(registers[register])
      for (const { address, size } of this.#pointedTo(registers[register])) {
        const functions = this.#stores.calledBack(register, address - at!, size)
        if (functions.length > CALLEES) return []
        for (const index of functions) found.add(index)
      }
    }
    if (found.size === 0 || found.size > CALLEES) return []
    const parameters = registers.slice(0, ARGUMENTS + 1).map((value) => (value?.base === plain ? value : undefined))
    return [...found].map((index) => ({ index, parameters }))
  }

  #pointedTo(value: Value | undefined): readonly { readonly address: number; readonly size: number }[] {
    const at = singleAddress(value)
    if (at === undefined || this.#variables.count === 0 || this.#program.image.dataAt(at)?.writable !== true) return none
    return this.#variables.within(at, Math.min(at + OBJECT, this.#accesses.endOf(at)))
  }
}

const none: readonly { readonly address: number; readonly size: number }[] = []
