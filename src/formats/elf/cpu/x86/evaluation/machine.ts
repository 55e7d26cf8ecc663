import type { X86Decoder } from '../../../../../isa/x86/decode.ts'
import type { ParameterStore, Surroundings } from './evaluation.ts'
import type { FunctionCode } from '../code/function-code.ts'
import { firstObject, objectLimit } from './made-objects.ts'
import type { Places } from '../../program/places.ts'
import { placeKey, Register, slotKey, type State, unknownSlot } from './state.ts'
import { anything, clean, compute, isZero, join, number, type Operation, plain, relative, singleOffset, truncated, untouched, type Value } from '../../program/value.ts'

/** Places of memory that are remembered at once. */
const MEMORY_LIMIT = 128

/**
 * How a function is followed: along what checks decide, taking fields to hold what was stored at their offset anywhere
 * (`likely`) or nothing (`cautious`); or on both sides of every check, to see what hangs on it (`regardless`).
 */
export type Manner = 'likely' | 'cautious' | 'regardless'

/** Registers, stack and variables of a function that is evaluated. */
export abstract class Machine {
  protected readonly decoder: X86Decoder
  protected readonly code: Uint8Array
  protected readonly view: DataView
  protected readonly base: number
  protected readonly from: number
  protected readonly to: number
  protected readonly outside: Surroundings
  /** Is it of interest where values come from? */
  protected readonly tracesOrigins: boolean
  protected readonly target: FunctionCode
  protected readonly manner: Manner
  /** What the function was told that it is called with, and what it looked at of that in objects, by place. */
  protected parameters: ReadonlyMap<number, Value> | undefined
  protected readonly told: Map<number, ParameterStore> = new Map()
  /** Bits that are clear in objects that are passed to the function, by byte; see `placeKey`. */
  clear: ReadonlyMap<number, number> | undefined
  /** A field of some object was taken to hold what was stored in another's at the same offset. */
  assumed = false
  /** Numbers of new objects by where they were made. */
  readonly #made = new Map<string, number>()
  // of the instruction at hand
  protected state!: State
  protected at = 0
  protected next = 0
  protected ownsMemory = false

  constructor(decoder: X86Decoder, target: FunctionCode, outside: Surroundings, manner: Manner) {
    this.manner = manner
    this.decoder = decoder
    this.target = target
    this.code = target.code
    this.view = target.view
    this.base = target.base
    this.from = target.from
    this.to = target.to
    this.outside = outside
    this.tracesOrigins = outside.origins !== undefined
  }

  /** Notes what is loaded from an object, where that is as the caller says. */
  protected noteTold(value: Value, register: number, offset: number, size: number): void {
    const key = placeKey(register, offset)
    if (this.parameters?.get(key) === value && !this.told.has(key)) this.told.set(key, { register, offset, size, value })
  }

  protected ownMemory(): Places<Value> {
    if (!this.ownsMemory) this.state.memory = this.state.memory.copy()
    this.ownsMemory = true
    return this.state.memory
  }

  /** What is not known, but comes from nothing that CPUID says. */
  protected computed(result: Value | undefined, a: Value | undefined, b: Value | undefined): Value | undefined {
    if (result !== undefined) return result
    if (a?.detected === true || b?.detected === true) return anything
    // nothing is looked up behind the condition: it is false until proofs are made, and V8 would compile all of this again
    return this.tracesOrigins && a !== undefined && b !== undefined ? untouched : undefined
  }

  protected compute(operation: Operation, a: Value | undefined, b: Value | undefined): Value | undefined {
    const isClean = a?.base === clean || b?.base === clean
    return this.computed(isClean && !isZero(a) && !isZero(b) ? undefined : compute(operation, a, b), a, b)
  }

  protected join(a: Value | undefined, b: Value | undefined): Value | undefined {
    return this.computed(join(a, b), a, b)
  }

  protected truncated(value: Value | undefined, size: number): Value | undefined {
    return this.computed(truncated(value, size), value, value)
  }

  protected storeSlot(place: Value | undefined, value: Value | undefined, size = 8): void {
    const offset = place === undefined || place.base !== Register.rsp ? undefined : singleOffset(place)
    if (offset === undefined) return
    const key = slotKey(offset)
    const { memory } = this.state
    const index = memory.indexFrom(key)
    if (memory.keys[index + (memory.keys[index] === key ? 1 : 0)]! < key + size) this.forget(key + 1, key + size - 1)
    // what it overlaps
    const below = index > 0 && key - memory.keys[index - 1]! < 8 ? index - 1 : -1
    if (below >= 0) this.#storePart(memory.keys[below]!, memory.values[below]!, key - memory.keys[below]!, value, size)
    const held = size < 8 && memory.keys[index] === key ? memory.values[index]! : undefined
    const stored = held === undefined ? value : this.#merged(held, 0, value, size)
    // what lies below may have four bytes only: they do not say what comes behind them
    this.remember(key, stored ?? (below >= 0 || this.tracesOrigins ? unknownSlot : undefined))
  }

  /** The slot at `key` holds eight bytes: some of them, from `offset` on, are written. */
  #storePart(key: number, held: Value, offset: number, value: Value | undefined, size: number): void {
    if (held.base === clean) return
    if (held.base !== plain) {
      this.forget(key)
      return
    }
    const rest = compute('shr', held, number(offset * 8))
    if (rest === undefined || !isZero(rest)) this.remember(key, this.#merged(held, offset, value, size))
  }

  #merged(held: Value, offset: number, value: Value | undefined, size: number): Value | undefined {
    if (held.base !== plain) return value
    const ones = size >= 8 ? number(-1, -1) : size === 4 ? number(-1) : number(2 ** (size * 8) - 1)
    const mask = compute('xor', compute('shl', ones, number(offset * 8)), number(-1, -1))
    const kept = this.compute('and', held, mask)
    if (value === undefined) return offset === 0 ? undefined : kept
    if (isZero(kept)) return offset === 0 ? value : this.compute('shl', value, number(offset * 8))
    return this.compute('or', kept, this.compute('shl', this.truncated(value, size), number(offset * 8)))
  }

  /** Whatever else there is no room for, what comes from a check is kept. */
  protected remember(key: number, value: Value | undefined): void {
    const { memory } = this.state
    if (value !== undefined && (memory.size <= MEMORY_LIMIT || value.detected)) this.ownMemory().set(key, value)
    else this.forget(key)
  }

  /** Slots in [from, to] hold something that is not known, and that comes from nothing that CPUID says, unless they held such. */
  protected clean(from: number, to: number): void {
    for (let key = from; key <= to; key += 8) {
      const { memory } = this.state
      const first = memory.indexFrom(key)
      let isClean = true
      for (let index = first; index < memory.size && memory.keys[index]! < key + 8; index++) {
        const held = memory.values[index]!
        if (held.detected || held === unknownSlot) isClean = false
      }
      this.forget(key, key + 7)
      if (isClean && this.state.memory.size <= MEMORY_LIMIT) this.ownMemory().set(key, untouched)
    }
  }

  /** Forgets the places in [from, to]. */
  protected forget(from: number, to: number = from): void {
    const { memory } = this.state
    const first = memory.indexFrom(from)
    let last = first
    while (last < memory.size && memory.keys[last]! <= to) last++
    if (last > first) this.ownMemory().remove(first, last - first)
  }

  /** What the slot at `key` holds is not known: nor does one below say it, which may be narrower. */
  protected hideFromBelow(key: number): void {
    const { memory } = this.state
    const below = memory.indexFrom(key) - 1
    if (below >= 0 && key - memory.keys[below]! < 8) this.remember(key, unknownSlot)
  }

  /** A pointer to the new object that comes from `where`. Its first eight bytes hold `first`. */
  protected newObject(where: string, first: Value | undefined): Value {
    let made = this.#made.get(where)
    if (made === undefined) {
      if (this.#made.size >= objectLimit) return untouched
      this.#made.set(where, (made = firstObject + this.#made.size))
    }
    const key = placeKey(made, 0)
    if (first === undefined) this.forget(key)
    else this.ownMemory().set(key, first)
    return relative(made, 0)
  }
}
