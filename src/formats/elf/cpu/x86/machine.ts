import type { X86Decoder } from '../../../../isa/x86/decode.ts'
import type { GlobalStore, ParameterStore, Surroundings } from './evaluation.ts'
import {
  address as addressValue,
  anything,
  clean,
  compute,
  featureTable,
  type Flags,
  isZero,
  join,
  number,
  type Operation,
  plain,
  singleAddress,
  singleOffset,
  truncated,
  untouched,
  type Value,
} from '../program/value.ts'

/** General registers by their numbers in instructions. */
export const Register = { rax: 0, rcx: 1, rdx: 2, rbx: 3, rsp: 4, rbp: 5, rsi: 6, rdi: 7, r8: 8, r9: 9 } as const
/** Integer arguments of the psABI (3.2.3), in no order. */
export const argumentRegisters: readonly number[] = [7, 6, 2, 1, 8, 9]

export interface State {
  readonly registers: (Value | undefined)[]
  /** Stack slots by offset from the entry's RSP, and refined globals by address; see `slotKey`. */
  /** Shared between states until one of them changes it. */
  memory: Map<number, Value>
  flags: Flags | undefined
}

/** Of a comparison of what is not known, and has nothing to do with the CPU. */
export const cleanFlags: Flags = { kind: 'result', left: untouched, right: untouched, size: 8, register: -1, place: undefined }

/** Places relative to what a register held on entry (RSP: the stack) lie far below all addresses. */
export const placeKey = (base: number, offset: number): number => offset - 2 ** 40 * (base + 1)
export const slotKey = (offset: number): number => placeKey(Register.rsp, offset)
const MEMORY_LIMIT = 96

export interface FunctionCode {
  /** Bytes of the section. */
  readonly code: Uint8Array
  readonly view: DataView
  /** Address of `code[0]`. */
  readonly base: number
  readonly start: number
  readonly end: number
}

/** Registers, stack, variables and operands of a function that is evaluated, and what others get to see of them. */
export abstract class Machine {
  protected readonly decoder: X86Decoder
  protected readonly code: Uint8Array
  protected readonly view: DataView
  protected readonly base: number
  protected readonly from: number
  protected readonly to: number
  protected readonly outside: Surroundings
  protected readonly isCautious: boolean
  protected readonly used: Set<number> = new Set()
  protected readonly globals: Map<string, GlobalStore> = new Map()
  /** Sizes of the variables written, by address. */
  protected readonly stored: Map<number, number> = new Map()
  protected readonly storedThrough: Map<number, { register: number; offset: number; size: number }> = new Map()
  protected readonly parameterStores: Map<string, ParameterStore> = new Map()
  protected readonly fields: Map<string, { offset: number; size: number; value: Value }> = new Map()
  /** A field of some object was taken to hold what was stored in another's at the same offset. */
  assumed = false
  /** Offsets of fields where something else is stored than what a check found out. */
  protected readonly otherFields: Set<number> = new Set()
  protected readonly leakedFields: Set<number> = new Set()
  protected leaksAnywhere = false
  protected leaksArguments = false
  // of the instruction at hand
  protected state!: State
  protected at = 0
  protected next = 0
  protected rex = 0
  protected size = 4
  protected modrmAt = 0
  protected memoryAddress: Value | undefined
  protected ownsMemory = false
  protected isMemory = false
  protected displacement = 0
  protected hasBase = false
  /** Base of an operand with an index. */
  protected tableRegister: number = -1

  constructor(decoder: X86Decoder, target: FunctionCode, outside: Surroundings, isCautious: boolean) {
    this.isCautious = isCautious
    this.decoder = decoder
    this.code = target.code
    this.view = target.view
    this.base = target.base
    this.from = target.start - target.base
    this.to = target.end - target.base
    this.outside = outside
  }

  protected ownMemory(): Map<number, Value> {
    if (!this.ownsMemory) this.state.memory = new Map(this.state.memory)
    this.ownsMemory = true
    return this.state.memory
  }

  /** What is not known, but comes from nothing that CPUID says. */
  protected computed(result: Value | undefined, a: Value | undefined, b: Value | undefined): Value | undefined {
    if (result !== undefined) return result
    if (a?.detected === true || b?.detected === true) return anything
    if (this.outside.origins === undefined) return undefined
    return a !== undefined && b !== undefined && !a.detected && !b.detected ? untouched : undefined
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

  // ---- operands

  protected byteRegister(index: number): number {
    return this.rex === 0 && index >= 4 && index < 8 ? index - 4 : index // AH, CH, DH, BH
  }

  protected operands(modrmAt: number, segment: boolean): void {
    const code = this.code
    const { registers } = this.state
    this.modrmAt = modrmAt
    const modrm = code[modrmAt]!
    const mod = modrm >> 6
    this.isMemory = mod !== 3
    this.memoryAddress = undefined
    this.hasBase = false
    this.tableRegister = -1
    if (mod === 3) return
    let base = (modrm & 7) | ((this.rex & 1) << 3)
    let index = -1
    let scale = 0
    let at = modrmAt + 1
    if ((modrm & 7) === 4) {
      const sib = code[at++]!
      base = (sib & 7) | ((this.rex & 1) << 3)
      index = ((sib >> 3) & 7) | ((this.rex & 2) << 2)
      scale = sib >> 6
      if (index === 4) index = -1
      if ((sib & 7) === 5 && mod === 0) base = -1
    } else if (mod === 0 && (modrm & 7) === 5) {
      this.memoryAddress = addressValue(this.base + this.next + this.view.getInt32(at, true))
      return
    }
    this.displacement = mod === 1 ? this.view.getInt8(at) : mod === 2 || base === -1 ? this.view.getInt32(at, true) : 0
    if (segment) return
    this.hasBase = base !== -1 && index === -1
    this.tableRegister = index === -1 ? -1 : base
    let value: Value | undefined = base === -1 ? number(0) : registers[base]
    if (index !== -1) value = this.compute('add', value, this.compute('shl', registers[index], number(scale)))
    this.memoryAddress = this.compute('add', value, number(this.displacement, this.displacement < 0 ? -1 : 0))
    if (this.memoryAddress?.base === clean) this.memoryAddress = undefined
    // an element that is not known of a table that is
    if (singleAddress(this.memoryAddress) === undefined) {
      if (base !== -1) this.used_(registers[base])
      if (index !== -1 && scale === 0) this.used_(registers[index])
    }
  }

  protected resolveStub(value: Value | undefined): Value | undefined {
    const target = singleAddress(value)
    if (target === undefined) return value
    const through = this.outside.throughStub(target)
    return through === target ? value : addressValue(through)
  }

  protected register(size: number): Value | undefined {
    let index = ((this.code[this.modrmAt]! >> 3) & 7) | ((this.rex & 4) << 1)
    if (size === 1) {
      if (index !== this.byteRegister(index)) return this.highByte(index - 4)
      index = this.byteRegister(index)
    }
    return this.truncated(this.state.registers[index], size) ?? (size >= 8 ? this.state.registers[index] : undefined)
  }

  protected highByte(index: number): Value | undefined {
    const value = this.state.registers[index]
    return value?.base === plain ? this.truncated(this.compute('shr', value, number(8)), 1) : undefined
  }

  protected setRegister(value: Value | undefined, size: number): void {
    const index = ((this.code[this.modrmAt]! >> 3) & 7) | ((this.rex & 4) << 1)
    this.assignNamed(index, value, size)
  }

  /** Writes a register: 4 bytes clear the rest, 1 and 2 bytes keep it (taken as clear where it is not known). */
  protected assign(index: number, value: Value | undefined, size: number): void {
    const { registers } = this.state
    if (size >= 4) {
      registers[index] = size === 8 || value === undefined ? value : value.base === plain ? this.truncated(value, 4) : undefined
      return
    }
    const old = registers[index]
    const kept = old?.base === plain ? this.compute('and', old, number(size === 1 ? ~0xff : ~0xffff, -1)) : undefined
    registers[index] = kept === undefined ? value : this.compute('or', kept, value)
  }

  /** Writes the register that an encoding names with `index`, AH to BH included. */
  protected assignNamed(index: number, value: Value | undefined, size: number): void {
    if (size !== 1 || index === this.byteRegister(index)) {
      this.assign(index, value, size)
      return
    }
    const { registers } = this.state
    const whole = index - 4
    const kept = registers[whole]?.base === plain ? this.compute('and', registers[whole], number(~0xff00, -1)) : undefined
    registers[whole] = this.compute('or', kept, this.compute('shl', value, number(8)))
  }

  protected read(size: number): Value | undefined {
    if (!this.isMemory) {
      const index = (this.code[this.modrmAt]! & 7) | ((this.rex & 1) << 3)
      if (size === 1 && index !== this.byteRegister(index)) return this.highByte(index - 4)
      const value = this.state.registers[index]
      return size === 8 ? value : this.truncated(value, size)
    }
    const place = this.memoryAddress
    if (place === undefined) return this.field(size) ?? this.unlessLeaked(this.hasBase ? this.displacement : undefined)
    if (place.base === featureTable) return number(0, 0, true)
    if (place.base === Register.rsp) {
      const offset = singleOffset(place)
      return offset === undefined ? this.unlessLeaked(undefined) : this.loadSlot(offset, size)
    }
    if (place.base !== plain) {
      const offset = singleOffset(place)
      const held = offset === undefined ? undefined : this.state.memory.get(placeKey(place.base, offset))
      if (held === undefined) return this.field(size) ?? this.unlessLeaked(this.hasBase ? this.displacement : offset)
      return this.truncated(held, size) ?? (size === 8 ? held : undefined)
    }
    const at = singleAddress(place)
    if (at === undefined) return this.unlessLeaked(undefined)
    // a variable that no check stores to
    return this.truncated(this.state.memory.get(at), size) ?? this.outside.load(at, size) ?? (this.outside.origins === undefined ? undefined : untouched)
  }

  protected unlessLeaked(offset: number | undefined): Value | undefined {
    const { origins } = this.outside
    return origins === undefined || origins.fieldLeaks(offset) ? undefined : untouched
  }

  protected field(size: number): Value | undefined {
    if (this.isCautious || !this.hasBase || this.displacement < 0x40) return undefined
    const value = this.outside.loadField(this.displacement, size)
    if (value !== undefined) this.assumed = true
    return value
  }

  protected loadSlot(offset: number, size: number): Value | undefined {
    const exact = this.state.memory.get(slotKey(offset))
    if (exact !== undefined) return this.truncated(exact, size) ?? (size === 8 ? exact : undefined)
    for (let back = 1; back < 8; back++) {
      const wider = this.state.memory.get(slotKey(offset - back))
      if (wider?.base === plain) return this.truncated(this.compute('shr', wider, number(back * 8)), size)
    }
    return undefined
  }

  protected storeSlot(place: Value | undefined, value: Value | undefined): void {
    const offset = place === undefined || place.base !== Register.rsp ? undefined : singleOffset(place)
    if (offset === undefined) return
    this.remember(slotKey(offset), value)
  }

  /** Whatever else there is no room for, what comes from a check is kept. */
  protected remember(key: number, value: Value | undefined): void {
    const { memory } = this.state
    if (value !== undefined && (memory.size <= MEMORY_LIMIT || value.detected)) this.ownMemory().set(key, value)
    else if (memory.has(key)) this.ownMemory().delete(key)
  }

  protected forget(key: number): void {
    if (this.state.memory.has(key)) this.ownMemory().delete(key)
  }

  protected write(value: Value | undefined, size: number): void {
    if (!this.isMemory) {
      const index = (this.code[this.modrmAt]! & 7) | ((this.rex & 1) << 3)
      this.assignNamed(index, value, size)
      return
    }
    this.used_(value)
    const place = this.memoryAddress
    if (value?.detected === true) this.noteLeak(place)
    else if (this.hasBase && this.displacement >= 0x40 && !isZero(value) && place?.base !== Register.rsp) this.otherFields.add(this.displacement)
    if (place === undefined) {
      if (value?.detected === true) this.storeField(value, size)
      return
    }
    if (place.base === Register.rsp) {
      this.storeSlot(place, value)
      const offset = singleOffset(place)
      if (offset !== undefined && offset >= 0) this.storedThrough.set(slotKey(offset), { register: Register.rsp, offset, size })
      return
    }
    if (place.base === plain) {
      const at = singleAddress(place)
      if (at === undefined) return
      this.stored.set(at, size)
      this.remember(at, value)
      return
    }
    const offset = singleOffset(place)
    if (offset !== undefined) {
      const key = placeKey(place.base, offset)
      this.remember(key, value)
      this.storedThrough.set(key, { register: place.base, offset, size })
    }
    if (value?.detected === true) this.storeField(value, size)
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
    for (const [key, { register, offset, size }] of this.storedThrough) {
      const value = memory.get(key)
      if (value === undefined || value.base !== plain || !value.detected) continue
      const name = `${register}.${offset}`
      const known = this.parameterStores.get(name)
      const joined = known === undefined ? value : this.join(known.value, value)
      if (joined === undefined) this.parameterStores.delete(name)
      else if (known !== undefined || this.parameterStores.size < 64) this.parameterStores.set(name, { register, offset, size, value: joined })
    }
  }

  protected publishVariable(at: number, value: Value): void {
    const size = this.stored.get(at)!
    const key = `${at}.${size}`
    const known = this.globals.get(key)
    this.globals.set(key, { address: at, size, value: known === undefined ? value : this.join(known.value, value) })
  }

  /** What a check found out is stored where it is not followed. */
  protected noteLeak(place: Value | undefined): void {
    const known = place !== undefined && (place.base === plain || place.base === Register.rsp) && place.words.length === 2
    if (known) return
    if (this.hasBase) this.leakedFields.add(this.displacement)
    else this.leaksAnywhere = true
  }

  /** Vector registers are not followed. */
  protected noteVectorLoad(): void {
    if (!this.isMemory) return
    const place = this.memoryAddress
    if (place === undefined || (place.base !== plain && place.base !== Register.rsp)) return
    const at = place.base === plain ? singleAddress(place) : singleOffset(place)
    if (at === undefined) return
    for (let offset = 0; offset < 16; offset += 4) {
      const held = place.base === plain ? (this.state.memory.get(at + offset) ?? this.outside.load(at + offset, 4)) : this.loadSlot(at + offset, 4)
      if (held?.detected === true) this.leaksAnywhere = true
    }
  }

  /** What lies behind a pointer to our frame can be read through it. */
  protected noteArguments(isIndirect: boolean): void {
    const { registers, memory } = this.state
    for (const register of argumentRegisters) {
      const value = registers[register]
      if (isIndirect && value?.detected === true) this.leaksArguments = true
      const offset = value?.base === Register.rsp ? singleOffset(value) : undefined
      if (offset === undefined) continue
      for (const [key, held] of memory) {
        const distance = key - slotKey(offset)
        if (held.detected && distance >= 0 && distance < 4096) this.leakedFields.add(distance)
      }
    }
  }

  protected storeField(value: Value, size: number): void {
    if (!this.hasBase || this.displacement < 0x40 || value.base !== plain) return
    const key = `${this.displacement}.${size}`
    const known = this.fields.get(key)
    const joined = known === undefined ? value : this.join(known.value, value)
    if (joined !== undefined) this.fields.set(key, { offset: this.displacement, size, value: joined })
  }

  protected used_(value: Value | undefined): void {
    if (value === undefined || value.base !== plain) return
    for (let at = 0; at < value.words.length; at += 2) {
      const target = (value.words[at + 1]! >>> 0) * 0x1_0000_0000 + (value.words[at]! >>> 0)
      if (target > 0xfff && this.outside.isPointerTarget(target)) this.used.add(target)
    }
  }
}
