import { type CallingConvention, changedByCalls, keptByCallees } from './calling-convention.ts'
import { closuresAmong } from './closures.ts'
import { ContestedPlaces } from './contested-places.ts'
import { Arithmetic } from './arithmetic.ts'
import type { ClosureCall, Origins, ParameterStore, PlaceBehindParameter, Surroundings } from './evaluation.ts'
import { noVectors } from './vectors.ts'
import type { X86Decoder } from '../../../../../isa/x86/decode.ts'
import type { FunctionCode } from '../code/function-code.ts'
import type { Manner } from './machine.ts'
import { argumentRegisters } from '../code/argument-registers.ts'
import { Register, OBJECT_SIZE, placeKey, slotKey, STACK_ARGUMENT, STACK_ARGUMENTS, type State } from './state.ts'
import { anything, clean, compute, detectedAs, isExact, isZero, number, plain, singleAddress, singleOffset, untouched, type Value } from '../../program/value.ts'

const noWrites: readonly ParameterStore[] = []

/** Are the numbers of the first among those of the second, or is that not known? */
function areAmong({ words }: Value, others: Value): boolean {
  if (!isExact(others)) return true
  for (let at = 0; at < words.length; at += 2) {
    let found = false
    for (let other = 0; other < others.words.length; other += 2) if (words[at] === others.words[other] && words[at + 1] === others.words[other + 1]) found = true
    if (!found) return false
  }
  return true
}

/** Calls: what is given to the callee, and what is known when it comes back. */
export abstract class Calls extends Arithmetic {
  protected readonly convention: CallingConvention
  readonly #handlesExceptions: boolean
  /** By offset from the first byte: see `Evaluation`. */
  protected readonly seen: Uint8Array
  protected readonly passed: Map<number, Map<number, Value>> = new Map()
  protected readonly closures: Map<number, readonly ClosureCall[]> = new Map()
  readonly #contested = new ContestedPlaces()

  constructor(decoder: X86Decoder, target: FunctionCode, outside: Surroundings, convention: CallingConvention, manner: Manner) {
    super(decoder, target, outside, manner)
    this.convention = convention
    this.#handlesExceptions = outside.origins?.handlers !== false
    this.seen = new Uint8Array(target.to - target.from)
  }

  /** Control can get to `at` in that state. */
  protected abstract flow(at: number, state: State): void

  /** An exception that a call lets out is handled in this function: with its frame, and the registers that every callee keeps. */
  #unwind(at: number): void {
    if (!this.#handlesExceptions) return
    const pad = this.outside.landingPad(at)
    if (pad !== undefined) this.#flowToHandler((pad - this.base) | 0)
  }

  #flowToHandler(pad: number): void {
    const unknown = this.tracesOrigins ? untouched : undefined
    const registers = this.state.registers.slice()
    for (let register = 0; register < registers.length; register++) if (!keptByCallees.has(register)) registers[register] = unknown
    this.flow(pad, { registers, memory: this.state.memory, flags: undefined, vectors: noVectors })
    this.ownsMemory = false
  }

  /** @param several where it leads through a pointer, to one of these */
  protected call(target?: number, several?: readonly number[]): boolean {
    const at = this.base + this.at
    const { registers } = this.state
    this.seen[this.at - this.from]! |= 2
    this.pass(at, 0, target)
    this.#unwind(at)
    const closures = closuresAmong(registers, this.state.memory, this.outside)
    if (closures.length > 0) this.closures.set(at, closures)
    if (this.convention.isGo) this.used_(registers[Register.rax]) // Go's first argument
    const found = several === undefined ? this.outside.returned(at, registers, target) : this.#returnedBySome(at, several)
    if (found === 'never') return false
    const isOther = this.#contradicts(this.outside.toldTo(at))
    const returned = isOther ? undefined : found
    const told = this.outside.writesOf(at, registers)
    if (isOther) for (const { offset } of told) this.contradicted.add(offset)
    const writes = isOther ? noWrites : told
    const kept = this.#keptAt(at)
    const fills = this.outside.fills(at)
    if (fills && isZero(registers[Register.rsi])) this.noteCleared(singleAddress(registers[Register.rdx]))
    const isCopy = this.outside.copies(at)
    if (isCopy) this.copy(singleAddress(registers[Register.rdx]), 1)
    const contested = this.#contested.at(registers, this.state.memory, this.outside.contested)
    this.publish(false)
    if (!isCopy) this.#forgetBehindArguments(at)
    this.#forgetVariables(at)
    if (fills) this.#fillVariables(registers)
    this.#writeAll(writes)
    this.#writeAll(kept)
    for (const key of contested) this.remember(key, untouched)
    this.#setReturned(at, returned)
    this.state.flags = undefined
    this.state.vectors = noVectors // the psABI (3.2.1) has none kept
    return true
  }

  /** What one of several functions returns, which a pointer may lead to. */
  #returnedBySome(at: number, several: readonly number[]): ReadonlyMap<number, Value> | undefined {
    let all: Value | undefined
    for (const target of several) {
      const returned = this.outside.returned(at, this.state.registers, target)
      if (returned === 'never') continue
      const result = returned?.get(Register.rax)
      if (result === undefined) return undefined
      all = all === undefined ? result : this.join(all, result)
    }
    return all === undefined ? undefined : new Map([[Register.rax, all]])
  }

  /** Do objects hold something else here than other callers say, so that what the callee does with that is not known? */
  #contradicts(told: readonly ParameterStore[]): boolean {
    for (let index = 0; index < told.length; index++) {
      const { register, offset, size, value } = told[index]!
      const pointer = this.state.registers[register]
      const start = pointer === undefined ? undefined : pointer.base === plain ? singleAddress(pointer) : pointer.base >= 0 ? singleOffset(pointer) : undefined
      if (start === undefined) continue
      const at = start + offset
      const held = pointer!.base === plain ? (this.truncated(this.state.memory.get(at), size) ?? this.outside.load(at, size)) : this.heldBehind({ register: pointer!.base, offset: at, size })
      if (held !== undefined && !held.detected && isExact(held) && !areAmong(held, value)) return true
    }
    return false
  }

  #forgetBehindArguments(at: number): void {
    const { registers } = this.state
    const isClean = this.tracesOrigins && this.#fillsFromElsewhere(at)
    for (let argument = 0; argument < argumentRegisters.length; argument++) {
      const value = registers[argumentRegisters[argument]!]
      if (value === undefined || value.base !== Register.rsp) continue
      const offset = singleOffset(value)
      if (offset === undefined) continue
      if (isClean) this.clean(slotKey(offset), slotKey(offset + 56))
      else {
        this.#noteDoubtful(slotKey(offset), slotKey(offset + 63))
        this.forget(slotKey(offset), slotKey(offset + 63))
        this.hideFromBelow(slotKey(offset))
      }
    }
  }

  /** What a check found out there may be there still. */
  #noteDoubtful(from: number, to: number): void {
    const { memory } = this.state
    for (let index = memory.indexFrom(from); index < memory.size && memory.keys[index]! <= to; index++) if (memory.values[index]!.detected) this.doubtfulSlots.add(memory.keys[index]!)
  }

  /** It is told to call nobody that might ask the CPU, either. */
  #fillsFromElsewhere(at: number): boolean {
    const { registers } = this.state
    if (this.outside.origins?.fillsFromElsewhere(at) !== true) return false
    return argumentRegisters.every((register) => {
      const address = singleAddress(registers[register])
      return address === undefined || address <= 0xfff || !this.outside.isFunction(address)
    })
  }

  /** What we stored stays, unless the callee stores there as well; what a branch told us of a variable does not. */
  #forgetVariables(at: number): void {
    for (let index = this.state.memory.size - 1; index >= 0 && this.state.memory.keys[index]! >= 0; index--) {
      const key = this.state.memory.keys[index]!
      if (this.stored.has(key) && !this.outside.calleeStores(at, key)) continue
      const other = this.stored.has(key) ? this.outside.storedByCallee(at, key) : undefined
      const joined = other === undefined ? undefined : this.join(this.state.memory.values[index], other)
      if (joined === undefined) this.ownMemory().remove(index, 1)
      else this.ownMemory().values[index] = joined
    }
  }

  /** `memset` of variables. */
  #fillVariables(registers: readonly (Value | undefined)[]): void {
    const from = singleAddress(registers[Register.rdi])
    const size = singleAddress(registers[Register.rdx])
    if (from === undefined || size === undefined) return
    const byte = registers[Register.rsi]
    const filler = byte === undefined || !isExact(byte) ? anything : compute('mul', compute('and', byte, number(0xff)), number(0x0101_0101, 0x0101_0101))
    for (const [at, width] of this.stored) {
      if (at < from || at + width > from + size) continue
      this.remember(at, this.truncated(filler, width))
    }
  }

  #keptAt(at: number): readonly ParameterStore[] {
    const places = this.outside.withheldBy(at, this.state.registers)
    const kept: ParameterStore[] = []
    for (let index = 0; index < places.length; index++) {
      const store = this.kept(places[index]!)
      if (store !== undefined) kept.push(store)
    }
    return kept
  }

  #writeAll(writes: readonly ParameterStore[]): void {
    for (let index = 0; index < writes.length; index++) this.writeOf(writes[index]!)
  }

  /** Registers behind a call, and the new objects that it leaves. */
  #setReturned(at: number, returned: ReadonlyMap<number, Value> | undefined): void {
    const { registers } = this.state
    const { origins } = this.outside
    const made = origins === undefined ? undefined : this.#objectsFrom(at, origins)
    const pointer = returned?.has(Register.rax) === true ? undefined : this.#pointerFrom(at)
    const isTold = registers[Register.rdi]?.detected === true || registers[Register.rsi]?.detected === true
    const changed = (this.outside.changedBy(at) & changedByCalls) | this.convention.alsoChanged
    for (let register = 0; register < 16; register++) if ((changed & (1 << register)) !== 0 && !this.#isLeftAlone(at, register)) registers[register] = undefined
    if (returned !== undefined) for (const [register, value] of returned) registers[register] = value
    else if (origins !== undefined && !origins.resultLeaks(at, isTold)) registers[Register.rax] = registers[Register.rdx] = untouched
    if (pointer !== undefined) registers[Register.rax] = pointer
    if (made !== undefined) registers[Register.rax] = this.newObject(`${at}`, made)
    else if (origins !== undefined && origins.allocates(at)) registers[Register.rax] = this.newObject(`${at}`, undefined)
  }

  /**
   * Is it a pointer into our frame, and is it left by the callee, which only uses it? GCC hands it on to the next (`-fipa-ra`), who may store there. (Of
   * other objects nobody knows what is left of them behind a call.)
   */
  #isLeftAlone(at: number, register: number): boolean {
    return !this.convention.isGo && this.state.registers[register]?.base === Register.rsp && (this.outside.writtenBy(at) & (1 << register)) === 0
  }

  #pointerFrom(at: number): Value | undefined {
    const returned = this.outside.returnedPointer(at)
    return returned === undefined ? undefined : this.compute('add', this.state.registers[returned.register], number(returned.offset, returned.offset < 0 ? -1 : 0))
  }

  /** Notes the new objects that the callee stores. What the one that it returns holds first. */
  #objectsFrom(at: number, origins: Origins): Value | undefined {
    const made = origins.objectsFrom(at)
    for (const { register, offset, first } of made?.stores ?? []) {
      this.writeOf({ register, offset, size: 8, value: this.newObject(`${at} ${register} ${offset}`, first) })
    }
    return made?.returned
  }

  /** `size` bytes from where RDI points to are set to zero. */
  protected noteCleared(size: number | undefined): void {
    const pointer = this.state.registers[Register.rdi]
    const offset = pointer === undefined ? undefined : singleOffset(pointer)
    if (pointer === undefined || pointer.base < 0 || offset === undefined || size === undefined) return
    this.cleared.push({ register: pointer.base, offset, size: Math.min(size, 0x7fff_ffff) | 0 })
  }

  /** What stays in a place that the function about to be called stores to on other CPUs. */
  protected kept({ register, offset, size }: PlaceBehindParameter): ParameterStore | undefined {
    const pointer = this.state.registers[register]
    const start = pointer === undefined ? undefined : pointer.base === plain ? singleAddress(pointer) : singleOffset(pointer)
    if (pointer === undefined || start === undefined) return undefined
    const at = start + offset
    let held: Value | undefined
    if (pointer.base === plain) held = this.truncated(this.state.memory.get(at), size) ?? this.outside.initially(at, size)
    else if (pointer.base >= 0) {
      const place = { register: pointer.base, offset: at, size }
      held = this.hasCleared(place) ? number(0) : this.heldBehind(place)
      if (held === undefined && pointer.base !== Register.rsp) this.withheld.set(placeKey(pointer.base, at), place)
    }
    return held?.base === plain && held.words.length === 2 ? { register, offset, size, value: detectedAs(held, true) } : undefined
  }

  /** What memory holds, where the store to it may have been a wider one. */
  protected heldBehind({ register, offset, size }: PlaceBehindParameter): Value | undefined {
    if (register === Register.rsp) return this.loadSlot(offset, size)
    for (let back = 0; back < 8; back++) {
      const key = placeKey(register, offset - back)
      const stored = this.storedThrough.get(key)
      const value = stored !== undefined && stored.size >= back + size ? this.state.memory.get(key) : undefined
      if (value?.base === plain) return this.truncated(this.compute('shr', value, number(back * 8)), size)
    }
    return undefined
  }

  /** `pushed`: bytes of the return address, which the callee's frame lies behind. */
  protected writeOf(write: ParameterStore, pushed = 8): void {
    const { registers } = this.state
    const pointer = write.register === Register.rsp ? this.compute('sub', registers[Register.rsp], number(pushed)) : registers[write.register]
    if (pointer === undefined) {
      if (write.value.detected) this.lostStores.add(write.offset)
      return
    }
    if (pointer.base === Register.rsp) {
      const offset = singleOffset(pointer)
      if (offset !== undefined) this.remember(slotKey(offset + write.offset), write.value)
      return
    }
    this.isMemory = true
    this.hasBase = true
    this.displacement = write.offset | 0
    this.memoryAddress = this.compute('add', pointer, number(write.offset, write.offset < 0 ? -1 : 0))
    this.write(write.value, write.size)
  }

  /** Is it the address of a function that stands in a register which the callee does not read: one that was not chosen? */
  #isLeftIn(at: number, register: number, held: Value | undefined, through: number | undefined): boolean {
    const address = singleAddress(held)
    if (address === undefined || address <= 0xfff || !this.outside.isFunction(address)) return false
    return (through !== undefined && this.refused.has(address)) || !this.outside.readsArgument(at, register, through)
  }

  /**
   * What the call at `at` is given.
   * @param above bytes between the top of the stack and the arguments there
   * @param through where a call through a register or memory leads
   */
  protected pass(at: number, above: number, through?: number): void {
    const { registers } = this.state
    let passed = this.passed.get(at)
    // behind pointers, and on the stack, when the call was met before
    const given = passed === undefined ? undefined : new Set<number>()
    const top = registers[Register.rsp]
    const stackTop = (top?.base === Register.rsp ? singleOffset(top) : undefined) ?? NaN
    const passFlag = (place: number, value: Value | undefined): void => {
      given?.add(place)
      if (value?.base !== plain || value.words.length === 0) return
      if (passed === undefined) this.passed.set(at, (passed = new Map()))
      const known = passed.get(place)
      passed.set(place, known === undefined ? value : (this.join(known, value) ?? known))
    }
    const { keys, values } = this.state.memory
    const firstOnStack = slotKey(stackTop + above)
    for (let index = this.state.memory.indexFrom(firstOnStack); index < keys.length && keys[index]! < firstOnStack + 8 * STACK_ARGUMENTS; index++) {
      const offset = keys[index]! - firstOnStack
      if (offset % 8 === 0) passFlag(STACK_ARGUMENT + offset / 8, values[index])
    }
    // what a check stored in an object is known to whoever is given the object
    for (const register of argumentRegisters) {
      const pointer = registers[register]
      const offset = pointer === undefined || pointer.base < 0 ? undefined : singleOffset(pointer)
      if (offset === undefined) continue
      const first = placeKey(pointer!.base, offset)
      for (let index = this.state.memory.indexFrom(first); index < keys.length && keys[index]! < first + OBJECT_SIZE; index++) {
        passFlag(placeKey(register, keys[index]! - first), values[index])
      }
    }
    // what was there the first time, and is not known the next: the callee may have changed it, and this be a loop
    if (given !== undefined) for (const [place, value] of passed!) if ((place < 0 || place >= STACK_ARGUMENT) && !value.detected && !given.has(place)) passed!.delete(place)
    for (const register of argumentRegisters) {
      const held = registers[register]
      if (!this.#isLeftIn(at, register, held, through)) this.usedByCall(held, at)
      const value = held !== undefined && held.base !== plain && !held.detected && this.tracesOrigins ? untouched : held
      if (value === undefined || (value.base !== plain && value.base !== clean)) {
        passed?.delete(register)
        continue
      }
      if (passed === undefined) this.passed.set(at, (passed = new Map()))
      const known = passed.get(register)
      const joined = known === undefined ? value : this.join(known, value)
      if (joined === undefined) passed.delete(register)
      else passed.set(register, joined)
    }
  }
}
