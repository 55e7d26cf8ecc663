import { Operands } from './operands.ts'
import type { Origins } from './evaluation.ts'
import { argumentRegisters } from '../code/argument-registers.ts'
import { isNumberSet } from './effects.ts'
import { LEAST_FIELD, placeKey, placeOf, Register, slotKey, unknownSlot } from './state.ts'
import { addressesIn, clean, featureTable, isExact, join, LOWEST_ADDRESS, number, plain, singleAddress, singleOffset, untouched, type Value, valueOf } from '../../program/value.ts'

/** Bytes beyond which nobody copies what he knows of the CPU. */
const LARGEST_COPY = 65_536

/** What the operand at hand holds, and what becomes of it: the stack, variables, fields of objects. */
export abstract class Accesses extends Operands {
  /** Where pointers first pointed that reads go through, by the read: what they point to later is likely to be of the same array. */
  readonly #walked = new Map<number, number>()

  protected read(size: number): Value | undefined {
    if (!this.isMemory) {
      const index = (this.code[this.modrmAt]! & 7) | ((this.rex & 1) << 3)
      if (size === 1 && index !== this.byteRegister(index)) return this.highByte(index - 4)
      const value = this.state.registers[index]
      return size === 8 ? value : this.truncated(value, size)
    }
    const place = this.memoryAddress
    if (place === undefined) return this.field(size) ?? (this.array < 0 ? this.#fieldUnlessLeaked() : this.#elementUnlessLeaked())
    if (place.base === featureTable) return number(0, 0, true)
    if (place.base === Register.rsp) {
      const offset = singleOffset(place)
      return offset === undefined ? this.unlessLeaked(undefined) : this.loadSlot(offset, size)
    }
    if (place.base !== plain) {
      const offset = singleOffset(place)
      const held = offset === undefined ? undefined : this.state.memory.get(placeKey(place.base, offset))
      if (held?.detected === true) this.noteTold(held, place.base, offset!, size)
      if (held === undefined) return this.field(size) ?? this.#withoutFlags(place.base, offset, size) ?? this.unlessLeaked(this.hasBase ? this.displacement : offset)
      return this.truncated(held, size) ?? (size === 8 ? held : undefined)
    }
    const at = singleAddress(place)
    if (at === undefined) return this.outside.origins === undefined ? (size === 8 ? this.functionsAt(place) : undefined) : ((size === 8 && this.outside.origins.settled ? this.functionsAt(place) : undefined) ?? this.#oneOfUnlessLeaked(place, size))
    if (place.partial === true && place.detected) this.ignoresOthers = true
    if (size === 8 && this.hasBase) this.followed_(place) // a pointer that was kept in a register
    const known = this.truncated(this.state.memory.get(at), size) ?? this.outside.load(at, size)
    if (known !== undefined) return known
    return this.outside.origins === undefined ? undefined : this.#variableUnlessLeaked(at, this.outside.origins)
  }

  /** Of several entries of a table that never changes, what they hold: of jumps, it is known then which are taken. (Of what a check found out others may be meant, too: somebody may override it.) */
  protected oneOfConstants(size: number): Value | undefined {
    const place = this.memoryAddress
    if (!this.isMemory || place === undefined || place.detected || !isExact(place) || place.words.length === 2) return undefined
    const { memory } = this.state
    let all: Value | undefined
    for (const at of addressesIn(place)) {
      const entry = memory.get(at) === undefined ? this.outside.load(at, size) : undefined
      if (entry === undefined || !isExact(entry) || entry.detected) return undefined
      all = all === undefined ? entry : join(all, entry)
    }
    return all !== undefined && isExact(all) ? all : undefined
  }

  /** A variable that no check stores to, or an element of an array. */
  #variableUnlessLeaked(at: number, origins: Origins): Value | undefined {
    if (this.hasBase && !this.#walked.has(this.at)) this.#walked.set(this.at, at)
    const array = this.hasBase ? -1 : this.#arrayOf(at)
    return (array < 0 ? origins.variableLeaks(at) : origins.elementLeaks(at, array)) ? undefined : untouched
  }

  /** Where the array begins of which an element at `at` is read; -1 where that is not told apart. */
  #arrayOf(at: number): number {
    const code = this.code
    if ((code[this.modrmAt]! & 7) !== 4) return -1
    const sib = code[this.modrmAt + 1]!
    const index = ((sib >> 3) & 7) | ((this.rex & 2) << 2)
    if (index === 4) return -1
    const { registers } = this.state
    const base = (sib & 7) === 5 && code[this.modrmAt]! >> 6 === 0 ? 0 : (singleAddress(registers[(sib & 7) | ((this.rex & 1) << 3)]) ?? 0)
    const start = this.displacement + (base >= LOWEST_ADDRESS ? base : sib >> 6 === 0 ? (singleAddress(registers[index]) ?? 0) : 0)
    return start >= LOWEST_ADDRESS && start <= at ? start : -1
  }

  /** A field of what the instruction's base points to. */
  #fieldUnlessLeaked(): Value | undefined {
    if (this.isThreadLocal) return this.outside.origins?.threadLocalLeaks(this.displacement) === false ? untouched : undefined
    const start = this.hasBase && this.isCleanAddress ? this.#walked.get(this.at) : undefined
    if (start !== undefined && this.outside.origins?.walkLeaks(start, this.displacement) === false) return untouched
    if (!this.hasBase && this.isCleanAddress && this.outside.origins?.indexedLeaks(this.displacement, this.code[this.modrmAt + 1]! >> 6 > 0) === false) return untouched
    return this.unlessLeaked(this.hasBase ? this.displacement : undefined)
  }

  /** Any number in which the flags are clear that only a check sets. */
  #withoutFlags(base: number, offset: number | undefined, size: number): Value | undefined {
    const { clear } = this
    if (clear === undefined || offset === undefined) return undefined
    const words: [number, number] = size > 4 ? [-1, -1] : [size === 4 ? -1 : (1 << (size * 8)) - 1, 0]
    let isAny = true
    for (let byte = 0; byte < size; byte++) {
      const bits = clear.get(placeKey(base, offset + byte)) ?? 0
      if (bits === 0) continue
      isAny = false
      words[byte >> 2]! &= ~(bits << ((byte & 3) * 8))
    }
    return isAny ? undefined : valueOf(plain, [0, 0, ...words], false, undefined, true)
  }

  /** Of an array that holds nothing that a check stores, every element is something else. */
  #elementUnlessLeaked(): Value | undefined {
    return this.outside.origins?.arrayLeaks(this.array) === false ? untouched : undefined
  }

  /** Of several variables that are known none holds what a check stores. */
  #oneOfUnlessLeaked(place: Value, size: number): Value | undefined {
    const { origins } = this.outside
    if (origins === undefined || !isExact(place)) return this.unlessLeaked(undefined)
    // where numbers are settled, all entries of a constant table that are read occur
    const constants = origins.settled ? this.oneOfConstants(size) : undefined
    if (constants !== undefined) return constants
    const addresses = addressesIn(place)
    const array = this.hasBase ? -1 : this.#arrayOf(Math.min(...addresses))
    const leaks = (at: number): boolean => (array < 0 ? origins.variableLeaks(at) : origins.elementLeaks(at, array))
    const isCheck = (at: number): boolean => (this.state.memory.get(at) ?? this.outside.load(at, size))?.detected === true || leaks(at)
    return addresses.some(isCheck) ? undefined : untouched
  }

  protected unlessLeaked(offset: number | undefined): Value | undefined {
    const { origins } = this.outside
    return origins === undefined || origins.fieldLeaks(offset) ? undefined : untouched
  }

  protected field(size: number): Value | undefined {
    if (this.manner === 'cautious' || !this.hasBase || this.displacement < LEAST_FIELD) return undefined
    const value = this.outside.loadField(this.displacement, size)
    if (value !== undefined) this.assumed = true
    return value
  }

  protected loadSlot(offset: number, size: number): Value | undefined {
    const { keys, values } = this.state.memory
    const key = slotKey(offset)
    let index = this.state.memory.indexFrom(key)
    if (keys[index] === key) {
      if (values[index] === unknownSlot) return undefined
      // stored in two parts
      if (size === 8 && keys[index + 1] === key + 4) return this.compute('or', values[index], this.compute('shl', values[index + 1], number(32)))
      return this.truncated(values[index]!, size) ?? (size === 8 ? values[index] : undefined)
    }
    while (--index >= 0 && key - keys[index]! < 8) {
      const wider = values[index]!
      if (wider === unknownSlot) return undefined
      if (wider.base === clean) return wider
      if (wider.base === plain) return this.truncated(this.compute('shr', wider, number((key - keys[index]!) * 8)), size)
    }
    return undefined
  }

  protected write(value: Value | undefined, size: number): void {
    if (!this.isMemory) {
      const index = (this.code[this.modrmAt]! & 7) | ((this.rex & 1) << 3)
      this.assignNamed(index, value, size)
      return
    }
    this.used_(value)
    const place = this.memoryAddress
    if (value?.detected === true) this.noteLeak(place, value)
    else if (this.hasBase && place?.base !== Register.rsp && (place === undefined || place.base !== plain)) this.noteOtherWrite(value, size, place)
    else if (place !== undefined && place.base >= 0 && place.base !== Register.rsp && isNumberSet(value)) for (let at = 0; at < place.words.length; at += 2) this.computedFields.add(place.words[at]!)
    if (size === 8 && value !== undefined && value.base >= 0 && place?.base !== Register.rsp) this.noteEscape(value, -1)
    if (this.outside.contested !== undefined && this.hasBase && isNumberSet(value)) this.#setInOther(place)
    if (place === undefined) {
      if (value?.detected === true) this.storeField(value, size)
      return
    }
    if (place.base === Register.rsp) {
      this.storeSlot(place, value, size)
      const offset = singleOffset(place)
      if (offset !== undefined && offset >= 0) {
        this.storedThrough.set(slotKey(offset), { register: Register.rsp, offset, size })
        if (this.manner === 'regardless') this.noteSite(slotKey(offset))
      }
      return
    }
    if (place.base === plain) {
      const at = singleAddress(place)
      if (at === undefined) {
        this.#storeInOneOf(place, value, size)
        return
      }
      this.stored.set(at, size)
      this.remember(at, value)
      if (this.manner === 'regardless') this.noteSite(at)
      return
    }
    const offset = singleOffset(place)
    if (offset !== undefined) {
      const key = placeKey(place.base, offset)
      this.remember(key, value)
      this.storedThrough.set(key, { register: place.base, offset, size })
      if (this.manner === 'regardless') this.noteSite(key)
    }
    if (value?.detected === true) this.storeField(value, size)
  }

  /** Nobody knows in which of several variables: any of them may hold that then. */
  #storeInOneOf(place: Value, value: Value | undefined, size: number): void {
    if (value?.base !== plain || value.detected || !isExact(place) || !isExact(value)) return
    for (const at of addressesIn(place)) {
      if (at < LOWEST_ADDRESS) continue
      if (!this.stored.has(at)) this.mayBeStored(at, size, value)
      const held = this.state.memory.get(at)
      if (held !== undefined) this.remember(at, this.join(held, value))
    }
  }

  /** A number is stored in an object, which may be the same as another that holds what a check found out at that place. */
  #setInOther(place: Value | undefined): void {
    if (place !== undefined && (place.base === plain || place.base === Register.rsp)) return
    const offset = (place === undefined ? undefined : singleOffset(place)) ?? this.displacement
    for (let index = 0; index < this.state.memory.size && this.state.memory.keys[index]! < 0; index++) {
      const held = placeOf(this.state.memory.keys[index]!)
      if (held.offset !== offset || held.register === Register.rsp || held.register === place?.base || !this.state.memory.values[index]!.detected) continue
      this.ownMemory().values[index] = untouched
    }
  }

  /** What checks found out goes along when `count` elements at RSI are copied to RDI. */
  protected copy(count: number | undefined, width: number): void {
    const { registers, memory } = this.state
    const from = this.#placeOf(registers[Register.rsi])
    const to = this.#placeOf(registers[Register.rdi])
    if (from === undefined || count === undefined || count * width > LARGEST_COPY) return
    const copied: [key: number, value: Value][] = []
    for (let index = memory.indexFrom(from.key); index < memory.size && memory.keys[index]! < from.key + count * width; index++) {
      copied.push([memory.keys[index]!, memory.values[index]!])
    }
    if (to !== undefined) this.forget(to.key, to.key + count * width - 1)
    for (const [key, value] of copied) {
      const size = this.stored.get(key) ?? this.storedThrough.get(key)?.size ?? 8
      if (to === undefined) {
        if (value.detected) this.#leakAt(key - from.key)
        continue
      }
      const place = to.key + key - from.key
      if (to.base === plain) {
        this.stored.set(place, size)
        this.partOf.set(place, to.key)
      } else if (to.base !== Register.rsp || to.offset >= 0) this.storedThrough.set(place, { register: to.base, offset: (to.offset + key - from.key) | 0, size })
      this.remember(place, value)
    }
  }

  #leakAt(offset: number): void {
    this.leakedFields.add(offset)
    this.leakedElsewhere.add(offset)
    this.leakedToArguments.delete(offset)
  }

  #placeOf(pointer: Value | undefined): { base: number; offset: number; key: number } | undefined {
    const offset = pointer === undefined ? undefined : pointer.base === plain ? singleAddress(pointer) : pointer.base >= 0 ? singleOffset(pointer) : undefined
    return pointer === undefined || offset === undefined ? undefined : { base: pointer.base, offset, key: pointer.base === plain ? offset : placeKey(pointer.base, offset) }
  }

  protected noteOtherWrite(value: Value | undefined, size: number, place?: Value): void {
    const known = this.otherWrites.get(this.at)
    this.otherWrites.set(this.at, { offset: this.displacement, size, value: known === undefined ? value : join(known.value, value), place: place === undefined ? undefined : singleOffset(place) })
  }

  protected noteSite(key: number): void {
    const sites = this.sites.get(key)
    if (sites === undefined) this.sites.set(key, [this.at - this.from])
    else sites.push(this.at - this.from)
  }

  /** What a check found out is stored where it is not followed. */
  protected noteLeak(place: Value | undefined, value: Value): void {
    const known = place !== undefined && (place.base === plain || place.base === Register.rsp) && place.words.length === 2
    if (known) return
    if (!this.hasBase) {
      if (this.isThreadLocal) {
        this.leakedThreadLocals.add(this.displacement)
        if (!this.#areFunctions(value)) this.leakedThreadNumbers.add(this.displacement)
      }
      else this.leaksAnywhere = true
      return
    }
    this.leakedFields.add(this.displacement)
    const isArgument = place !== undefined && argumentRegisters.includes(place.base) && singleOffset(place) !== undefined
    if (!isArgument) this.leakedElsewhere.add(this.displacement)
    if (this.leakedElsewhere.has(this.displacement)) this.leakedToArguments.delete(this.displacement)
    else this.leakedToArguments.add(this.displacement)
  }

  /** Are these addresses of functions, of which the CPU cannot run one? Then no check chose among them for sure. */
  #areFunctions(value: Value): boolean {
    const addresses = addressesIn(value)
    return isExact(value) && addresses.every((address) => address >= LOWEST_ADDRESS && this.outside.isFunction(address)) && addresses.some((address) => this.outside.isKernel(address))
  }

  protected storeField(value: Value, size: number): void {
    if (!this.hasBase || this.displacement < LEAST_FIELD || value.base !== plain) return
    const key = `${this.displacement}.${size}`
    const known = this.fields.get(key)
    const joined = known === undefined ? value : this.join(known.value, value)
    if (joined !== undefined) this.fields.set(key, { offset: this.displacement, size, value: joined })
  }
}
