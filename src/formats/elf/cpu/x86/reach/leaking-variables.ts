import { Access } from '../../program/sweep.ts'
import type { Guards } from '../checks/guards.ts'
import { addressesIn } from '../../program/value.ts'
import type { Program } from '../code/program.ts'
import type { FileLeaks } from '../evaluation/evaluation.ts'

/** Variables that are stored to through the address of what they are a part of. */
const STRUCTURE_SIZE = 64
/** Bytes of arrays in which a check may have stored what it found out. */
const ARRAY_SIZE = 1024
/** Functions that are looked at to which a pointer may be handed on. */
const MOST_GIVEN = 64

/** Which variables may hold what CPUID says, beyond those that are followed. */
export class LeakingVariables {
  readonly #program: Program
  readonly #guards: Guards
  readonly #known = new Map<number, boolean>()
  readonly #isNamed: (index: number) => boolean
  readonly #storers = new Map<number, ReadonlySet<number>>()
  readonly #storedTo = new Map<string, boolean>()

  /** @param isNamed may others than its direct callers call a function? */
  constructor(program: Program, guards: Guards, isNamed: (index: number) => boolean) {
    this.#program = program
    this.#guards = guards
    this.#isNamed = isNamed
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
  isLikely(address: number, { variables, anywhere, stored }: FileLeaks): boolean {
    if (variables.has(address)) return true
    if (!anywhere && stored.size === 0) return false
    const { accesses, sweep } = this.#program
    const to = sweep.accessTo.values()
    const kind = sweep.accessKind.values()
    let start = -1
    for (const access of accesses.range(address - STRUCTURE_SIZE, address)) if (kind[access] === Access.take) start = to[access]!
    return start >= 0 && (anywhere || (stored.has(address - start) && this.isStoredTo(start, address - start)))
  }

  /** Is what begins at `start` likely to be given to a function that stores what a check found out `offset` bytes behind a pointer? */
  isStoredTo(start: number, offset: number): boolean {
    const key = `${start}.${offset}`
    let known = this.#storedTo.get(key)
    if (known === undefined) this.#storedTo.set(key, (known = this.#findStoredTo(start, this.#storersAt(offset))))
    return known
  }

  #findStoredTo(start: number, storers: ReadonlySet<number>): boolean {
    // who stores there is not known, or who calls it
    if (storers.size === 0 || [...storers].some((index) => this.#isNamed(index))) return true
    const { accesses, sweep, graph, calls } = this.#program
    const kind = sweep.accessKind.values()
    const from = sweep.accessFrom.values()
    const given = new Set<number>()
    for (const access of accesses.range(start, start)) {
      if (kind[access] !== Access.take) continue
      const index = graph.functionOf(from[access]!)
      if (storers.has(index)) return true
      const passed = this.#guards.evaluations.get(index)?.passed
      for (const [at, callee] of calls.of(index).callees) {
        if (passed === undefined || [...(passed.get(at)?.values() ?? [])].some((value) => addressesIn(value).includes(start))) given.add(callee)
      }
    }
    for (const index of given) {
      if (storers.has(index) || given.size > MOST_GIVEN) return true
      for (const callee of calls.of(index).callees.values()) given.add(callee)
    }
    return false
  }

  #storersAt(offset: number): ReadonlySet<number> {
    let storers = this.#storers.get(offset)
    if (storers === undefined) {
      storers = new Set([...this.#guards.evaluations].filter(([, { leaks }]) => leaks.stored.has(offset)).map(([index]) => index))
      this.#storers.set(offset, storers)
    }
    return storers
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
