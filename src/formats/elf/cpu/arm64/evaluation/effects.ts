import { SP } from '../../../../../isa/arm64/operands.ts'
import { clean, join, overridden, plain, type Value } from '../../program/value.ts'
import type { GlobalStore, KeptPointers, ParameterStore } from './evaluation.ts'
import type { Machine } from './machine.ts'
import { placeOf } from './cells.ts'

/** Stores through parameters that callers are told of. */
const STORES = 64

const SOMEBODY = -1
/** Bytes of an object in the frame that somebody has a pointer to. */
const OBJECT = 128

const POINTER = 8

const none: ReadonlySet<number> = new Set()

/** What a function does that others can notice, collected while it is evaluated. */
export class Effects implements KeptPointers {
  /** Arguments by address of the call. */
  readonly passed: Map<number, readonly (Value | undefined)[]> = new Map()
  /** Functions called through registers, by address of the call. */
  readonly indirect: Map<number, Set<number>> = new Map()
  /** What is stored far behind pointers that are not followed, by address of the store. */
  readonly fieldStores: Map<number, Value | undefined> = new Map()
  /** Variables in which callees may leave what a check found out. */
  readonly storedByCallees: Set<number> = new Set()
  /** Places in the frame whose address callees were given, or that was stored. */
  readonly handedOut: Set<number> = new Set()
  /** Pointers into the frame that somebody may keep: by place, the only call that could, or `SOMEBODY`. */
  readonly #kept = new Map<number, number>()
  /** The same in the frame itself, by the place that they lead to: who has a pointer to what holds them has them. */
  readonly #held = new Map<number, Set<number>>()
  /** Loads from tables by an index: whether that was known whenever they ran. */
  readonly indexedLoads: Map<number, boolean> = new Map()
  /** Numbers without a check in variables, on some ways only: later loads of the same function may find them, or not. */
  readonly #onSomeWays = new Map<number, GlobalStore>()
  /** The same of allocated objects. */
  readonly #inObjects = new Map<string, ParameterStore>()
  readonly #globals = new Map<string, GlobalStore>()
  readonly #written = new Map<string, ParameterStore>()
  /** Sizes of what was stored outside the frame, by key. */
  readonly #stored = new Map<number, number>()
  /** What is returned, by the instruction that ends the path. */
  readonly #results = new Map<number, ReadonlyMap<number, Value>>()
  /** What every return so far has left where parameters point. */
  #always: ReadonlyMap<string, ParameterStore> | undefined
  /** Variables that every return so far has stored to. */
  #alwaysStored: ReadonlySet<number> | undefined
  readonly #resultRegisters: number

  constructor(resultRegisters: number) {
    this.#resultRegisters = resultRegisters
  }

  get returns(): boolean {
    return this.#results.size > 0
  }

  get globalStores(): GlobalStore[] {
    return [...this.#globals.values()]
  }

  get storesOnSomeWays(): ReadonlyMap<number, GlobalStore> {
    return this.#onSomeWays
  }

  get storesInObjects(): readonly ParameterStore[] {
    return [...this.#inObjects.values()]
  }

  get alwaysStored(): ReadonlySet<number> {
    return this.#alwaysStored ?? none
  }

  /** What a check has to do with, and what is stored through parameters whatever happens. */
  get stores(): ParameterStore[] {
    const stores = new Map(this.#written)
    for (const [name, store] of this.#always ?? []) if (!stores.has(name) && stores.size < STORES) stores.set(name, store)
    return [...stores.values()]
  }

  storedToField(at: number, value: Value | undefined): void {
    this.fieldStores.set(at, this.fieldStores.has(at) ? join(this.fieldStores.get(at), value) : value)
  }

  /** The address of a place in the frame is stored elsewhere, or given to a function of the file. */
  pointerKept(place: number | undefined, call: number = SOMEBODY): void {
    if (place !== undefined) this.#kept.set(place, (this.#kept.get(place) ?? call) === call ? call : SOMEBODY)
  }

  /** The address of a place in the frame is stored at another, `holder`. */
  pointerHeld(place: number, holder: number): void {
    const holders = this.#held.get(place)
    if (holders === undefined) this.#held.set(place, new Set([holder]))
    else holders.add(holder)
  }

  isKeptBeside(call: number, from: number, to: number): boolean {
    return this.#isKept(call, from, to, new Set())
  }

  #isKept(call: number, from: number, to: number, known: Set<number>): boolean {
    for (const [place, by] of this.#kept) if (by !== call && place < to && place + OBJECT > from) return true
    for (const [place, holders] of this.#held) {
      if (place >= to || place + OBJECT <= from) continue
      for (const holder of holders) {
        if (known.has(holder)) continue
        known.add(holder)
        if (this.#isKept(call, holder, holder + POINTER, known)) return true
      }
    }
    return false
  }

  storedAt(key: number, size: number): void {
    this.#stored.set(key, size)
  }

  /**
   * What was stored must not get lost where another path, that `known` is the state of, has stored nothing or something else: what a
   * check stored, and what others store to variables without a check.
   */
  keep(machine: Machine, known: Machine): void {
    if (machine.memory === known.memory) return
    this.#keepLost(machine.memory, known.memory)
    this.#keepLost(known.memory, machine.memory)
  }

  #keepLost({ keys, values }: Machine['memory'], other: Machine['memory']): void {
    let next = 0
    for (let index = 0; index < values.length; index++) {
      const cell = values[index]!
      const key = keys[index]!
      while (next < other.size && other.keys[next]! < key) next++
      const beside = next < other.size && other.keys[next] === key ? other.values[next] : undefined
      if (beside === cell || cell.stale || !(cell.value.detected || (cell.stored && (key >= 0 || placeOf(key).base > SP))) || !this.#stored.has(key)) continue
      if (beside !== undefined && !beside.stale && beside.size === cell.size && join(cell.value, beside.value) !== undefined) continue
      if (cell.value.detected) this.publishCell(key, cell.value)
      else if (key >= 0) this.#noteOnSomeWays(key, cell.size, cell.value)
      else this.#noteInObject(key, cell.size, cell.value)
    }
  }

  /** What is in memory outside the frame where control leaves the function. */
  publish(machine: Machine): void {
    const { keys, values } = machine.memory
    for (let index = 0; index < values.length; index++) {
      const cell = values[index]!
      if (!cell.stale && this.#stored.has(keys[index]!)) this.publishCell(keys[index]!, cell.value)
    }
  }

  /** A callee stores it, or does not. */
  mayBeStored(address: number, size: number, value: Value | undefined): void {
    if (value?.detected === false) {
      this.#noteOnSomeWays(address, size, value)
      return
    }
    this.#stored.set(address, size)
    this.storedByCallees.add(address)
    this.publishCell(address, value)
  }

  #noteOnSomeWays(address: number, size: number, value: Value): void {
    const known = this.#onSomeWays.get(address)
    if (value.base === plain) this.#onSomeWays.set(address, { address, size, value: known === undefined ? value : join(known.value, value) })
  }

  #noteInObject(key: number, size: number, value: Value): void {
    const { base, offset } = placeOf(key)
    const name = `${key}.${size}`
    const known = this.#inObjects.get(name)
    const joined = known === undefined ? value : join(known.value, value)
    if (joined !== undefined) this.#inObjects.set(name, { base, offset, size, value: joined })
  }

  publishCell(key: number, value: Value | undefined): void {
    const size = this.#stored.get(key)!
    const { base, offset } = placeOf(key)
    const name = `${key}.${size}`
    if (base === plain) {
      const known = this.#globals.get(name)
      this.#globals.set(name, { address: offset, size, value: known === undefined ? value : join(known.value, value) })
    } else if (value !== undefined && (value.detected || base > SP)) {
      const known = this.#written.get(name)
      const joined = known === undefined ? value : join(known.value, value)
      if (joined === undefined) this.#written.delete(name)
      else if (known !== undefined || this.#written.size < STORES) this.#written.set(name, { base, offset, size, value: joined })
    }
  }

  noteTargets(at: number, value: Value | undefined): void {
    if (value === undefined || value.base !== plain || value.partial === true || value.hull === true) return
    const targets = this.indirect.get(at) ?? new Set<number>()
    for (let word = 0; word < value.words.length; word += 2) targets.add((value.words[word + 1]! >>> 0) * 0x1_0000_0000 + (value.words[word]! >>> 0))
    this.indirect.set(at, targets)
  }

  /** @param machine what is in memory then */
  returned(machine: Machine, at: number, results: ReadonlyMap<number, Value>): void {
    // it may be reached twice without a jump to it: from above, and from a jump to somewhere before
    const before = this.#results.get(at)
    this.#results.set(at, before === undefined ? results : this.#join([before, results]))
    const written = new Map<string, ParameterStore>()
    const variables = new Set<number>()
    const { keys, values } = machine.memory
    for (let index = 0; index < values.length; index++) {
      const { value, size, stored, stale } = values[index]!
      const key = keys[index]!
      if (key >= 0 && stored && !stale && this.#alwaysStored?.has(key) !== false) variables.add(key)
      const { base, offset } = placeOf(key)
      if (base < 0 || base >= SP || !stored || stale || value.base !== plain) continue
      const name = `${key}.${size}`
      const known = this.#always?.get(name)
      const joined = this.#always === undefined ? value : known === undefined ? undefined : join(known.value, value)
      if (joined !== undefined) written.set(name, { base, offset, size, value: joined })
    }
    this.#always = written
    this.#alwaysStored = variables
  }

  joinedResults(): Map<number, Value> {
    const joined = this.#join([...this.#results.values()])
    for (const [register, value] of joined) if (value.base === clean) joined.delete(register)
    return joined
  }

  #join(all: readonly ReadonlyMap<number, Value>[]): Map<number, Value> {
    const joined = new Map<number, Value>()
    for (let register = 0; register < this.#resultRegisters; register++) {
      let value = all[0]?.get(register)
      for (const results of all.slice(1)) value = overridden(value, results.get(register)) ?? join(value, results.get(register))
      if (value !== undefined) joined.set(register, value)
    }
    return joined
  }
}
