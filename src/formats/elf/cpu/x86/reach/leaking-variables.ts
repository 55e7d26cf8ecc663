import { Access } from '../../program/sweep.ts'
import type { Guards } from '../checks/guards.ts'
import type { Program } from '../code/program.ts'
import type { Leaks } from '../evaluation/evaluation.ts'

/** Variables that are stored to through the address of what they are a part of. */
const STRUCTURE_SIZE = 64
/** Bytes of arrays in which a check may have stored what it found out. */
const ARRAY_SIZE = 1024

/** Which variables may hold what CPUID says, beyond those that are followed. */
export class LeakingVariables {
  readonly #program: Program
  readonly #guards: Guards
  readonly #known = new Map<number, boolean>()

  constructor(program: Program, guards: Guards) {
    this.#program = program
    this.#guards = guards
  }

  /** May the variable at `address`? Who has its address, or that of what it is a part of, may store to it: as to a field. */
  mayLeak(address: number): boolean {
    let known = this.#known.get(address)
    if (known === undefined) this.#known.set(address, (known = this.#isLeak(address)))
    return known
  }

  #isLeak(address: number): boolean {
    const { variables, anywhere, stored } = this.#guards.leaks
    if (variables.has(address)) return true
    if (!anywhere && stored.size === 0) return false
    const { accesses, sweep } = this.#program
    const to = sweep.accessTo.values()
    const kind = sweep.accessKind.values()
    for (const access of accesses.range(address - STRUCTURE_SIZE, address)) {
      if (kind[access] === Access.take && (anywhere || stored.has(address - to[access]!))) return true
    }
    return false
  }

  /** The same where it is likely: it is a part of what begins at the last address before it that is taken. */
  isLikely(address: number, { variables, anywhere, stored }: Leaks): boolean {
    if (variables.has(address)) return true
    if (!anywhere && stored.size === 0) return false
    const { accesses, sweep } = this.#program
    const to = sweep.accessTo.values()
    const kind = sweep.accessKind.values()
    let start = -1
    for (const access of accesses.range(address - STRUCTURE_SIZE, address)) if (kind[access] === Access.take) start = to[access]!
    return start >= 0 && (anywhere || stored.has(address - start))
  }

  /** May an element of the array at `address`? */
  arrayMayLeak(address: number): boolean {
    const { anywhere, stored } = this.#guards.leaks
    return anywhere || stored.size > 0 || this.#holdsOne(address, address + ARRAY_SIZE)
  }

  /** The same where it is likely: what follows the next address that is taken is something else. */
  isArrayLikely(address: number): boolean {
    const { accesses, sweep } = this.#program
    const to = sweep.accessTo.values()
    const kind = sweep.accessKind.values()
    let end = address + ARRAY_SIZE
    for (const access of accesses.range(address + 1, end)) if (kind[access] === Access.take && to[access]! < end) end = to[access]!
    return this.#holdsOne(address, end)
  }

  /** Is a variable in [from, to) that holds what checks found out? */
  #holdsOne(from: number, to: number): boolean {
    for (const at of this.#guards.leaks.variables) if (at >= from && at < to) return true
    return this.#guards.followsAny(from, to)
  }
}
