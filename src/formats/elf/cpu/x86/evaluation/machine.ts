import type { X86Decoder } from '../../../../../isa/x86/decode.ts'
import type { GlobalStore, ParameterStore, PlaceBehindParameter, Surroundings } from './evaluation.ts'
import type { FunctionCode } from '../code/function-code.ts'
import { firstObject, HandedOut, objectLimit, type ObjectStore } from './made-objects.ts'
import type { Places } from '../../program/places.ts'
import type { Vectors } from './vectors.ts'
import { type Flags, flagsOf } from './flags.ts'
import { anything, clean, compute, isZero, join, number, type Operation, plain, relative, sameValue, singleAddress, singleOffset, truncated, untouched, type Value, valueOf } from '../../program/value.ts'

/** General registers by their numbers in instructions. */
export const Register = { rax: 0, rcx: 1, rdx: 2, rbx: 3, rsp: 4, rbp: 5, rsi: 6, rdi: 7, r8: 8, r9: 9 } as const
/** Integer arguments of the psABI (3.2.3), in no order. */
export const argumentRegisters: readonly number[] = [7, 6, 2, 1, 8, 9]

/** Arguments on the stack are numbered from here, where registers are numbered. */
export const STACK_ARGUMENT = 16
export const STACK_ARGUMENTS = 12
/** Bytes behind a pointer that is passed. */
export const OBJECT_SIZE = 1024

export interface State {
  readonly registers: (Value | undefined)[]
  /** Stack slots by offset from the entry's RSP, and refined globals by address; see `slotKey`. */
  /** Shared between states until one of them changes it. */
  memory: Places<Value>
  flags: Flags | undefined
  vectors: Vectors
}

/** Of a comparison of what is not known, and has nothing to do with the CPU. */
export const cleanFlags: Flags = flagsOf('result', untouched, untouched, 8)

/** What a slot of the stack holds is not known, whatever a wider one below it says. */
export const unknownSlot: Value = valueOf(-4, [0, 0], false)

/** Says nothing of what is compared, as far as the CPU is concerned. */
export const saysNothing = (flags: Flags): boolean => flags === cleanFlags || flags.equal !== undefined

/** Places relative to what a register held on entry (RSP: the stack) lie far below all addresses. */
export const placeKey = (base: number, offset: number): number => offset - 2 ** 40 * (base + 1)
export const slotKey = (offset: number): number => placeKey(Register.rsp, offset)
const MEMORY_LIMIT = 128
/** Offsets that an eight-bit displacement reaches are offsets of too much to say which field it is. */
export const LEAST_FIELD = 0x40

/**
 * How a function is followed: along what checks decide, taking fields to hold what was stored at their offset anywhere
 * (`likely`) or nothing (`cautious`); or on both sides of every check, to see what hangs on it (`regardless`).
 */
export type Manner = 'likely' | 'cautious' | 'regardless'

/** A store to a field of some object. */
export interface FieldWrite {
  readonly offset: number
  readonly size: number
  readonly value: Value | undefined
}

/** Registers, stack and variables of a function that is evaluated, and what others get to see of them. */
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
  protected readonly used: Set<number> = new Set()
  /** Of those, the ones that are given to calls, and used for nothing else: by address the calls. */
  protected readonly usedByCalls: Map<number, number[]> = new Map()
  protected readonly followed: Set<number> = new Set()
  protected readonly globals: Map<string, GlobalStore> = new Map()
  /** Sizes of the variables written, by address. */
  protected readonly stored: Map<number, number> = new Map()
  /** Addresses of the structures that variables were copied as parts of. */
  protected readonly partOf: Map<number, number> = new Map()
  readonly storedThrough: Map<number, { register: number; offset: number; size: number }> = new Map()
  /** By place behind a parameter: instructions that store there, by offset from the function's first byte. Of both sides of checks. */
  readonly sites: Map<number, number[]> = new Map()
  /** Numbers in places behind parameters and in variables at every end of the function so far, and at how many. */
  readonly #left = new Map<number, { value: Value | undefined; ends: number }>()
  #ends = 0
  /** Where callees store on other CPUs, and what is there now is not known. */
  protected readonly withheld: Map<number, PlaceBehindParameter> = new Map()
  /** Memory that `memset` cleared. */
  protected readonly cleared: PlaceBehindParameter[] = []
  protected readonly parameterStores: Map<string, ParameterStore> = new Map()
  protected readonly fields: Map<string, { offset: number; size: number; value: Value }> = new Map()
  /** What the function was told that it is called with, and what it looked at of that in objects, by place. */
  protected parameters: ReadonlyMap<number, Value> | undefined
  protected readonly told: Map<number, ParameterStore> = new Map()
  /** Offsets where callees store what others told them, and something else here. */
  readonly contradicted: Set<number> = new Set()
  /** Bits that are clear in objects that are passed to the function, by byte; see `placeKey`. */
  clear: ReadonlyMap<number, number> | undefined
  /** A field of some object was taken to hold what was stored in another's at the same offset. */
  assumed = false
  /** Stores to fields of something else than what a check found out, by the instruction's offset in the code. */
  readonly otherWrites: Map<number, FieldWrite> = new Map()
  protected readonly leakedFields: Set<number> = new Set()
  protected readonly leakedToArguments: Set<number> = new Set()
  protected readonly leakedElsewhere: Set<number> = new Set()
  /** See `Leaks`. */
  protected readonly leakedFrames: Map<number, Set<number>> = new Map()
  /** Offsets at which callees store what a check found out, behind pointers that are not known. */
  protected readonly lostStores: Set<number> = new Set()
  protected argumentsEscape = false
  protected readonly argumentsHandedAt: Set<number> = new Set()
  protected leaksAnywhere = false
  protected readonly leakedThreadLocals: Set<number> = new Set<number>()
  protected leaksArguments = false
  protected readonly handedOut: HandedOut = new HandedOut()
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

  hasCleared({ register, offset, size }: PlaceBehindParameter): boolean {
    return this.cleared.some((range) => range.register === register && offset >= range.offset && offset + size <= range.offset + range.size)
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

  /**
   * Hands on what memory holds when others can look at it: at calls and at the end. Values in between, as flags are
   * gathered bit by bit, are nobody's business.
   */
  protected publish(atEnd: boolean): void {
    const { memory } = this.state
    for (const at of this.stored.keys()) {
      const value = memory.get(at)
      if (value !== undefined) this.publishVariable(at, value)
    }
    if (!atEnd) return
    this.#ends++
    for (const at of this.stored.keys()) this.#leave(at, memory.get(at))
    for (const [key, { register, offset, size }] of this.storedThrough) {
      const value = memory.get(key)
      this.#leave(key, value)
      if (value === undefined || value.base !== plain || !value.detected) continue
      const name = `${register}.${offset}`
      const known = this.parameterStores.get(name)
      const joined = known === undefined ? value : this.join(known.value, value)
      if (joined === undefined) this.parameterStores.delete(name)
      else if (known !== undefined || this.parameterStores.size < 64) this.parameterStores.set(name, { register, offset, size, value: joined })
    }
  }

  #leave(key: number, value: Value | undefined): void {
    const known = this.#left.get(key)
    if (known === undefined) this.#left.set(key, { value, ends: 1 })
    else {
      known.value = known.value === undefined ? undefined : this.join(known.value, value)
      known.ends++
    }
  }

  /** What a variable or a place behind a parameter holds whenever the function ends. */
  leftIn(key: number): Value | undefined {
    const known = this.#left.get(key)
    return known?.ends === this.#ends ? known.value : undefined
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

  /** The callee may make something else of the objects that it gets. (Virtual functions leave their object what it is.) */
  protected forgetPassedObjects(): void {
    if (!this.tracesOrigins) return
    for (const register of argumentRegisters) {
      const base = this.state.registers[register]?.base ?? plain
      if (base >= firstObject) this.forget(placeKey(base, 0))
    }
  }

  /** What the first eight bytes of the new object behind a pointer hold, where that is the address of something. */
  #firstOf(pointer: Value | undefined): Value | undefined {
    if (pointer === undefined || pointer.base < firstObject || singleOffset(pointer) !== 0) return undefined
    const first = this.state.memory.get(placeKey(pointer.base, 0))
    return singleAddress(first) === undefined ? undefined : first
  }

  /** At the end of the function: the new objects that the caller gets. */
  protected handOut(): void {
    if (!this.tracesOrigins) return
    const { memory, registers } = this.state
    const stores = new Map<string, ObjectStore>()
    for (const [key, { register, offset }] of this.storedThrough) {
      const first = this.#firstOf(memory.get(key))
      if (first !== undefined && register < firstObject) stores.set(`${register}.${offset}`, { register, offset, first })
    }
    this.handedOut.end(stores, this.#firstOf(registers[Register.rax]), sameValue)
  }

  protected publishVariable(at: number, value: Value): void {
    const size = this.stored.get(at)!
    const key = `${at}.${size}`
    const known = this.globals.get(key)
    const structure = this.partOf.get(at)
    this.globals.set(key, { address: at, size, value: known === undefined ? value : this.join(known.value, value), ...(structure === undefined ? {} : { structure }) })
  }

  /** What lies behind a pointer to our frame can be read through it. */
  protected noteArguments(isIndirect: boolean): void {
    const { registers } = this.state
    for (const register of argumentRegisters) {
      const value = registers[register]
      if (isIndirect && value?.detected === true) this.leaksArguments = true
      this.noteEscape(value, isIndirect ? -1 : this.base + this.at)
    }
  }

  /** A pointer is handed on, by the call at `call` or in a way that cannot be told (-1). */
  protected noteEscape(value: Value | undefined, call: number): void {
    if (value === undefined || value.base < 0) return
    if (value.base !== Register.rsp) {
      if (call < 0) this.argumentsEscape = true
      else this.argumentsHandedAt.add(call)
      return
    }
    const { memory } = this.state
    const offset = singleOffset(value)
    if (offset !== undefined) {
      const start = slotKey(offset)
      for (let index = memory.indexFrom(start); index < memory.size && memory.keys[index]! < start + 4096; index++) {
        if (memory.values[index]!.detected) this.#leakFrame(call, memory.keys[index]! - start)
      }
    }
  }

  #leakFrame(call: number, offset: number): void {
    const offsets = this.leakedFrames.get(call)
    if (offsets === undefined) this.leakedFrames.set(call, new Set([offset]))
    else offsets.add(offset)
  }

  /** Nobody else gets to see the address: what lies there is looked at. */
  protected followed_(value: Value | undefined): void {
    const at = singleAddress(value)
    if (at === undefined || this.outside.isFunction(at)) this.used_(value)
    else if (at > 0xfff && !this.used.has(at) && this.outside.isPointerTarget(at)) this.followed.add(at)
  }

  protected used_(value: Value | undefined): void {
    if (value === undefined || value.base !== plain) return
    for (let at = 0; at < value.words.length; at += 2) {
      const target = (value.words[at + 1]! >>> 0) * 0x1_0000_0000 + (value.words[at]! >>> 0)
      if (target > 0xfff && this.outside.isPointerTarget(target)) {
        this.used.add(target)
        if (this.usedByCalls.size > 0) this.usedByCalls.delete(target)
      }
    }
  }

  /** It is given to the call at `call`. */
  protected usedByCall(value: Value | undefined, call: number): void {
    if (value === undefined || value.base !== plain) return
    const target = singleAddress(value)
    if (target === undefined) {
      this.used_(value)
      return
    }
    if (target <= 0xfff) return
    const calls = this.usedByCalls.get(target)
    if (calls !== undefined) calls.push(call)
    else if (!this.used.has(target) && this.outside.isPointerTarget(target)) {
      this.used.add(target)
      this.usedByCalls.set(target, [call])
    }
  }
}
