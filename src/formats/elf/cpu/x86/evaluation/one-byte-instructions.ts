import { IndirectTransfers } from './indirect-transfers.ts'
import { Register, slotKey } from './state.ts'
import { isZero, number, signExtended, singleAddress, singleOffset, untouched } from '../../program/value.ts'

const eight = number(8)

/** What an opcode does. False when the path ends with the instruction. */
type Handler = (this: OneByteInstructions, at: number, byte: number, segment: boolean) => boolean

/**
 * What instructions of the one-byte map do. By table, not in one switch: a compiler that learns of a case when it is met
 * makes one small function anew and not all of them.
 */
export abstract class OneByteInstructions extends IndirectTransfers {
  /** By opcode. */
  static readonly #handlers: readonly Handler[] = Array.from({ length: 256 }, (_, byte) => OneByteInstructions.#handlerOf(byte))

  protected oneByte(at: number, byte: number, segment: boolean): boolean {
    return OneByteInstructions.#handlers[byte]!.call(this, at, byte, segment)
  }

  static #handlerOf(byte: number): Handler {
    const own = OneByteInstructions.prototype
    if (byte < 0x40) return (byte & 7) < 6 ? own.arithmeticForm : own.nothing
    switch (byte & 0xf8) {
      case 0x50:
        return own.push
      case 0x58:
        return own.pop
      case 0x70:
      case 0x78:
        return own.shortBranch
      case 0x90:
        return own.exchangeWithAccumulator
      case 0xb0:
        return own.moveByte
      case 0xb8:
        return own.moveImmediate
    }
    switch (byte) {
      case 0x63:
        return own.moveSignExtended
      case 0x68:
      case 0x6a:
        return own.pushImmediate
      case 0x69:
      case 0x6b:
        return own.multiply
      case 0x80:
      case 0x81:
      case 0x83:
        return own.arithmeticImmediate
      case 0x84:
      case 0x85:
        return own.testRegister
      case 0x86:
      case 0x87:
        return own.exchange
      case 0x88:
      case 0x89:
        return own.store
      case 0x8a:
      case 0x8b:
        return own.load
      case 0x8d:
        return own.loadAddress
      case 0x8f:
        return own.popToMemory
      case 0x98:
      case 0x99:
        return own.extendAccumulator
      case 0xa0:
      case 0xa1:
      case 0xa2:
      case 0xa3:
        return own.moveByAddress
      case 0xa8:
      case 0xa9:
        return own.testAccumulator
      case 0xc0:
      case 0xc1:
      case 0xd0:
      case 0xd1:
      case 0xd2:
      case 0xd3:
        return own.shiftForm
      case 0xc2:
      case 0xc3:
        return own.returnForm
      case 0xc6:
      case 0xc7:
        return own.storeImmediate
      case 0xc9:
        return own.leaveFrame
      case 0xcc:
      case 0xf4:
        return own.stop
      case 0xe8:
        return own.callForm
      case 0xe9:
      case 0xeb:
        return own.jumpForm
      case 0xe0:
      case 0xe1:
      case 0xe2:
      case 0xe3:
        return own.loop
      case 0xf6:
      case 0xf7:
        return own.unaryForm
      case 0xfe:
      case 0xff:
        return own.groupFive
    }
    return byte >= 0xa4 && byte < 0xb0 ? own.string : own.nothing
  }

  /** Bytes of the operand. */
  #width(byte: number): number {
    return (byte & 1) === 1 ? this.size : 1
  }

  /** The register that the opcode names. */
  #named(byte: number): number {
    return (byte & 7) | ((this.rex & 1) << 3)
  }

  /** ModRM.reg, where it is a part of the opcode. */
  #slash(): number {
    return (this.code[this.modrmAt]! >> 3) & 7
  }

  #immediate8(): number {
    return this.view.getInt8(this.next - 1)
  }

  /** Two bytes with a prefix of 66, and else four. */
  #immediateZ(): number {
    return this.size === 2 ? this.view.getInt16(this.next - 2, true) : this.view.getInt32(this.next - 4, true)
  }

  protected nothing(): boolean {
    return true
  }

  protected stop(): boolean {
    return false
  }

  protected arithmeticForm(at: number, byte: number, segment: boolean): boolean {
    this.arithmetic(at, byte, this.#width(byte), segment)
    return true
  }

  protected push(_at: number, byte: number): boolean {
    const { registers } = this.state
    const value = registers[this.#named(byte)]
    this.used_(value)
    registers[Register.rsp] = this.compute('sub', registers[Register.rsp], eight)
    this.storeSlot(registers[Register.rsp], value)
    return true
  }

  protected pushImmediate(_at: number, byte: number): boolean {
    const { registers } = this.state
    const immediate = byte === 0x6a ? this.#immediate8() : this.view.getInt32(this.next - 4, true)
    registers[Register.rsp] = this.compute('sub', registers[Register.rsp], eight)
    this.storeSlot(registers[Register.rsp], number(immediate, immediate < 0 ? -1 : 0))
    return true
  }

  protected pop(_at: number, byte: number): boolean {
    const { registers } = this.state
    const slot = registers[Register.rsp]
    const offset = slot?.base === Register.rsp ? singleOffset(slot) : undefined
    registers[this.#named(byte)] = offset === undefined ? undefined : this.state.memory.get(slotKey(offset))
    registers[Register.rsp] = this.compute('add', slot, eight)
    return true
  }

  protected popToMemory(at: number, _byte: number, segment: boolean): boolean {
    this.operands(at + 1, segment)
    this.write(undefined, 8)
    return true
  }

  protected shortBranch(_at: number, byte: number): boolean {
    return this.branch(byte & 15, this.next + this.#immediate8())
  }

  protected moveImmediate(_at: number, byte: number): boolean {
    const { next, size, view } = this
    const register = this.#named(byte)
    if (size === 8) this.state.registers[register] = number(view.getInt32(next - 8, true), view.getInt32(next - 4, true))
    else this.assign(register, number(size === 2 ? view.getUint16(next - 2, true) : view.getInt32(next - 4, true)), size)
    return true
  }

  protected moveByte(_at: number, byte: number): boolean {
    this.assignNamed(this.#named(byte), number(this.code[this.next - 1]!), 1)
    return true
  }

  protected moveSignExtended(at: number, _byte: number, segment: boolean): boolean {
    this.operands(at + 1, segment)
    this.noteTable()
    this.setRegister(signExtended(this.truncated(this.read(4) ?? this.oneOfConstants(4), 4), 4), this.size)
    return true
  }

  protected multiply(at: number, byte: number, segment: boolean): boolean {
    const { size } = this
    this.operands(at + 1, segment)
    const factor = byte === 0x6b ? this.#immediate8() : this.#immediateZ()
    this.setRegister(this.truncated(this.compute('mul', this.read(size), number(factor, factor < 0 ? -1 : 0)), size), size)
    this.state.flags = undefined
    return true
  }

  protected arithmeticImmediate(at: number, byte: number, segment: boolean): boolean {
    const width = this.#width(byte)
    this.operands(at + 1, segment)
    const immediate = byte === 0x81 ? this.#immediateZ() : this.#immediate8()
    this.applyArithmetic(this.#slash(), this.read(width), number(immediate, immediate < 0 ? -1 : 0), width, (value) => this.write(value, width))
    return true
  }

  protected testRegister(at: number, byte: number, segment: boolean): boolean {
    const width = this.#width(byte)
    this.operands(at + 1, segment)
    this.test(this.read(width), this.register(width), width)
    return true
  }

  protected testAccumulator(_at: number, byte: number): boolean {
    const width = this.#width(byte)
    const mask = byte === 0xa8 ? this.code[this.next - 1]! : this.view.getInt32(this.next - 4, true)
    this.test(this.truncated(this.state.registers[Register.rax], width), number(mask), width)
    return true
  }

  protected exchange(at: number, byte: number, segment: boolean): boolean {
    const width = this.#width(byte)
    this.operands(at + 1, segment)
    const old = this.read(width)
    this.write(this.register(width), width)
    this.setRegister(old, width)
    return true
  }

  protected exchangeWithAccumulator(_at: number, byte: number): boolean {
    const { size } = this
    const { registers } = this.state
    const other = this.#named(byte)
    const value = registers[Register.rax]
    const held = registers[other]
    this.assign(Register.rax, this.truncated(held, size), size)
    this.assign(other, this.truncated(value, size), size)
    return true
  }

  protected store(at: number, byte: number, segment: boolean): boolean {
    const width = this.#width(byte)
    this.operands(at + 1, segment)
    this.write(this.register(width), width)
    return true
  }

  /** MOV between the accumulator and what lies at the address in the instruction: Free Pascal's variables. */
  protected moveByAddress(at: number, byte: number, segment: boolean): boolean {
    const width = this.#width(byte)
    this.operandAt(at + 1, segment)
    if (byte < 0xa2) this.assign(Register.rax, this.read(width), width)
    else this.write(this.truncated(this.state.registers[Register.rax], width), width)
    return true
  }

  protected storeImmediate(at: number, byte: number, segment: boolean): boolean {
    const width = this.#width(byte)
    this.operands(at + 1, segment)
    const immediate = byte === 0xc6 ? this.#immediate8() : this.#immediateZ()
    const value = this.truncated(number(immediate, immediate < 0 ? -1 : 0), width)
    if (this.isMemory) this.used_(value)
    this.write(value, width)
    return true
  }

  protected load(at: number, byte: number, segment: boolean): boolean {
    const width = this.#width(byte)
    this.operands(at + 1, segment)
    this.setRegister(this.read(width), width)
    return true
  }

  protected loadAddress(at: number): boolean {
    this.operands(at + 1, false)
    this.setRegister(this.isCleanAddress ? untouched : this.resolveStub(this.memoryAddress), this.size)
    return true
  }

  /** CBW and its wider forms, CWD and its. */
  protected extendAccumulator(_at: number, byte: number): boolean {
    const { size } = this
    const value = this.state.registers[Register.rax]
    if (byte === 0x98) this.assign(Register.rax, this.truncated(signExtended(this.truncated(value, size / 2), size / 2), size), size)
    else this.assign(Register.rdx, this.truncated(this.compute('sar', signExtended(this.truncated(value, size), size), number(63)), size), size)
    return true
  }

  protected shiftForm(at: number, byte: number, segment: boolean): boolean {
    const width = this.#width(byte)
    this.operands(at + 1, segment)
    this.shift(this.#slash(), byte < 0xc8 ? this.code[this.next - 1]! : byte < 0xd2 ? 1 : this.countInCl(width), width, byte >= 0xd2 && this.state.registers[Register.rcx]?.detected === true)
    return true
  }

  protected unaryForm(at: number, byte: number, segment: boolean): boolean {
    this.operands(at + 1, segment)
    this.unary(this.#slash(), byte, this.#width(byte))
    return true
  }

  protected returnForm(): boolean {
    this.return()
    return false
  }

  protected leaveFrame(): boolean {
    const { registers } = this.state
    registers[Register.rsp] = this.compute('add', registers[Register.rbp], eight)
    registers[Register.rbp] = undefined
    return true
  }

  protected callForm(): boolean {
    this.noteArguments(false)
    this.forgetPassedObjects()
    return this.call()
  }

  protected jumpForm(_at: number, byte: number): boolean {
    return this.jump(this.next + (byte === 0xeb ? this.#immediate8() : this.view.getInt32(this.next - 4, true)))
  }

  /** LOOP and JRCXZ. */
  protected loop(_at: number, byte: number): boolean {
    if (byte !== 0xe3) this.state.registers[Register.rcx] = undefined
    this.flow(this.next + this.#immediate8(), this.state)
    return true
  }

  protected string(_at: number, byte: number): boolean {
    const { registers } = this.state
    const count = singleAddress(registers[Register.rcx])
    const isFill = (byte === 0xaa || byte === 0xab) && this.code[this.at] === 0xf3 && isZero(registers[Register.rax])
    if (isFill && count !== undefined) this.noteCleared(count * this.#width(byte))
    if (byte === 0xa4 || byte === 0xa5) this.copy(this.code[this.at] === 0xf3 ? count : 1, this.#width(byte))
    // STOS and SCAS leave RSI alone, LODS RDI, and without a prefix each leaves RCX
    if (byte < 0xac || byte >= 0xae) registers[Register.rdi] = undefined
    if (byte < 0xa8 || (byte >= 0xac && byte < 0xae)) registers[Register.rsi] = undefined
    if (this.code[this.at] === 0xf2 || this.code[this.at] === 0xf3) registers[Register.rcx] = undefined
    if (byte === 0xac || byte === 0xad) registers[Register.rax] = undefined
    if (byte === 0xa6 || byte === 0xa7 || byte >= 0xae) this.state.flags = undefined
    return true
  }
}
