import { Effects } from './effects.ts'
import { address as addressValue, addressesIn, clean, isExact, join, number, plain, singleAddress, type Value } from '../../program/value.ts'

/** Bytes of a table of words or bytes with a bit or one for each feature. */
const TABLE_SIZE = 64

/** Operands of the instruction at hand: registers, and memory by the address that ModRM and SIB name. */
export abstract class Operands extends Effects {
  protected rex = 0
  protected size = 4
  protected modrmAt = 0
  protected memoryAddress: Value | undefined
  protected isMemory = false
  /** The address is not known, and says nothing about the CPU. */
  protected isCleanAddress = false
  protected asksByArgument = false
  /** See `Evaluation`. */
  protected ignoresOthers = false
  /** See `Evaluation`. */
  protected readonly tablesByOthers: Set<number> = new Set()
  protected displacement = 0
  protected hasBase = false
  /** A variable of the thread, named by its distance from FS. */
  protected isThreadLocal = false
  /** Base of an operand with an index. */
  protected tableRegister: number = -1
  /** Where the array begins that an element is read of which is not known; -1 where there is none. */
  protected array = -1

  protected byteRegister(index: number): number {
    return this.rex === 0 && index >= 4 && index < 8 ? index - 4 : index // AH, CH, DH, BH
  }

  /** What lies at the address that the instruction has at `at`, instead of ModRM. */
  protected operandAt(at: number, segment: boolean): void {
    const low = this.view.getUint32(at, true)
    const high = this.next - at >= 8 ? this.view.getUint32(at + 4, true) : 0
    this.isMemory = true
    this.memoryAddress = segment ? undefined : number(low | 0, high | 0)
    this.isCleanAddress = false
    this.hasBase = false
    this.isThreadLocal = segment
    this.displacement = low | 0
    this.tableRegister = -1
    this.array = -1
  }

  protected operands(modrmAt: number, segment: boolean): void {
    const code = this.code
    const { registers } = this.state
    this.modrmAt = modrmAt
    const modrm = code[modrmAt]!
    const mod = modrm >> 6
    this.isMemory = mod !== 3
    this.memoryAddress = undefined
    this.isCleanAddress = false
    this.hasBase = false
    this.isThreadLocal = false
    this.tableRegister = -1
    this.array = -1
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
    if (segment) {
      this.isThreadLocal = base === -1 && index === -1
      return
    }
    this.hasBase = base !== -1 && index === -1
    this.tableRegister = index === -1 ? -1 : base
    let value: Value | undefined = base === -1 ? number(0) : registers[base]
    if (index !== -1) value = this.compute('add', value, this.compute('shl', registers[index], number(scale)))
    this.memoryAddress = value === undefined || this.displacement === 0 ? value : this.compute('add', value, number(this.displacement, this.displacement >> 31))
    this.isCleanAddress = this.memoryAddress?.base === clean
    if (this.isCleanAddress) this.memoryAddress = undefined
    // an element that is not known of a table that is
    if (singleAddress(this.memoryAddress) === undefined) {
      if (index !== -1 && this.functionsAt(this.memoryAddress) !== undefined) return
      if (base !== -1) this.followed_(registers[base])
      // code for a fixed address has that of the table in the instruction
      if (this.displacement > 0xfff) this.followed_(number(this.displacement))
      if (index !== -1 && scale === 0) this.followed_(registers[index])
      const table = base === -1 ? 0 : (singleAddress(registers[base]) ?? (scale === 0 && index !== -1 ? singleAddress(registers[index]) : undefined))
      if (index !== -1 && table !== undefined) this.#element(table + this.displacement)
    }
  }

  /** Of several places that a check found out, the functions whose addresses they hold: entries of a table that it chooses from. */
  protected functionsAt(place: Value | undefined): Value | undefined {
    if (place?.detected !== true || !isExact(place)) return undefined
    let held: Value | undefined
    for (const at of addressesIn(place)) {
      const known = this.outside.load(at, 8)
      const address = singleAddress(known)
      if (address === undefined || !this.outside.isFunction(address)) return undefined
      held = held === undefined ? known : join(held, known)
    }
    return held
  }

  /** An element that is not known is read of the table at `address`. */
  #element(address: number): void {
    this.asksByArgument ||= this.holdsChecks(address)
    if (!this.isCleanAddress || address <= 0xfff) return
    this.array = address
    this.tablesByOthers.add(address)
  }

  /** Is there what a check found out in the table at `address`? */
  protected holdsChecks(address: number): boolean {
    for (let offset = 0; offset < TABLE_SIZE; offset += 4) if (this.outside.load(address + offset, 4)?.detected === true) return true
    return false
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
      registers[index] = this.truncated(value, size)
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
}
