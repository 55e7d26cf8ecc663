import type { GlobalStore, ParameterStore, PlaceBehindParameter } from './evaluation.ts'
import { Machine } from './machine.ts'
import { argumentRegisters } from '../code/argument-registers.ts'
import { placeKey, Register, slotKey } from './state.ts'
import { firstObject, HandedOut, type ObjectStore } from './made-objects.ts'
import { detectedAs, isExact, isZero, plain, sameValue, singleAddress, singleOffset, type Value } from '../../program/value.ts'

/** A store to a field of some object. */
export interface FieldWrite {
  readonly offset: number
  readonly size: number
  readonly value: Value | undefined
  /** Where that is behind what an argument points to; undefined where it is not known. */
  readonly place: number | undefined
}

/** What others get to see of what a function that is evaluated does: what it leaves in memory, hands on and names. */
export abstract class Effects extends Machine {
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
  /** Offsets where callees store what others told them, and something else here. */
  readonly contradicted: Set<number> = new Set()
  /** Stores to fields of something else than what a check found out, by the instruction's offset in the code. */
  readonly otherWrites: Map<number, FieldWrite> = new Map()
  /** Offsets of fields that it sets to a number, and that it computes first (`object[set ? 300 : 304] = 1`). */
  protected readonly computedFields: Set<number> = new Set()
  protected readonly leakedFields: Set<number> = new Set()
  protected readonly leakedToArguments: Set<number> = new Set()
  protected readonly leakedElsewhere: Set<number> = new Set()
  /** See `Leaks`. */
  protected readonly leakedFrames: Map<number, Set<number>> = new Map()
  /** Slots of the frame that held what a check found out, until something was called that may have changed it. */
  protected readonly doubtfulSlots: Set<number> = new Set()
  /** Offsets of such, behind pointers to the frame that calls are given later. */
  protected readonly leakedDoubtfully: Set<number> = new Set()
  /** Offsets at which callees store what a check found out, behind pointers that are not known. */
  protected readonly lostStores: Set<number> = new Set()
  protected argumentsEscape = false
  protected readonly argumentsHandedAt: Set<number> = new Set()
  protected readonly escapedArguments: Set<number> = new Set()
  protected leaksAnywhere = false
  protected readonly leakedThreadLocals: Set<number> = new Set<number>()
  /** Of those, the ones that do not hold the addresses of functions of which the CPU cannot run one: that one of them is there says nothing about it. */
  protected readonly leakedThreadNumbers: Set<number> = new Set<number>()
  protected leaksArguments = false
  protected readonly handedOut: HandedOut = new HandedOut()

  hasCleared({ register, offset, size }: PlaceBehindParameter): boolean {
    return this.cleared.some((range) => range.register === register && offset >= range.offset && offset + size <= range.offset + range.size)
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

  /** What it stores through its parameters of what checks found out, with the numbers that it leaves there at other ends of the function. */
  protected storesThroughParameters(): ParameterStore[] {
    return [...this.parameterStores.values()].map((store) => {
      const left = this.leftIn(placeKey(store.register, store.offset))
      return left !== undefined && isExact(left) ? { ...store, value: detectedAs(left, true) } : store
    })
  }

  /** See `Evaluation`. */
  protected numbersStored(): Set<number> {
    const offsets = new Set(this.computedFields)
    for (const { offset, place, value } of this.otherWrites.values()) if (isNumberSet(value)) offsets.add(place ?? offset)
    return offsets
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
    this.mayBeStored(at, this.stored.get(at)!, value, this.partOf.get(at))
  }

  protected mayBeStored(at: number, size: number, value: Value, structure?: number): void {
    const key = `${at}.${size}`
    const known = this.globals.get(key)
    const joined = known === undefined ? value : this.join(known.value, value)
    // at every call again, and the same for the most part
    if (known !== undefined && known.value === joined && known.structure === structure) return
    this.globals.set(key, { address: at, size, value: joined, ...(structure === undefined ? {} : { structure }) })
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
      this.escapedArguments.add(value.base)
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
      for (const key of this.doubtfulSlots) if (key >= start && key < start + 4096 && memory.get(key) === undefined) this.leakedDoubtfully.add(key - start)
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

/** Is it a number that is no check's, and not zero? */
export function isNumberSet(value: Value | undefined): boolean {
  return value !== undefined && !value.detected && isExact(value) && !isZero(value)
}
