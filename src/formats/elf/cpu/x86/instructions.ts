import { argumentRegisters, Register, slotKey, type State } from './machine.ts'
import { EscapedInstructions } from './escaped-instructions.ts'
import { isZero, number, plain, signExtended, singleAddress, singleOffset } from '../program/value.ts'

/** What instructions do, by opcode. */
export abstract class Instructions extends EscapedInstructions {
  protected readonly indirectCalls: Set<number> = new Set()
  protected readonly tableCalls: Map<number, number> = new Map()
  /** States at jumps through tables that were met and not followed yet. */
  protected readonly atTables: State[] = []

  /** False when the path ends with this instruction. */
  protected step(): boolean {
    const code = this.code
    let at = this.at
    let operand16 = false
    let segment = false
    this.rex = 0
    let byte = code[at]!
    for (;;) {
      if (byte === 0x66) operand16 = true
      else if (byte === 0x64 || byte === 0x65) segment = true
      else if (byte !== 0xf2 && byte !== 0xf3 && byte !== 0xf0 && (byte & 0xe7) !== 0x26 && byte !== 0x67) break
      byte = code[++at]!
    }
    if ((byte & 0xf0) === 0x40) {
      this.rex = byte
      byte = code[++at]!
    }
    this.size = (this.rex & 8) !== 0 ? 8 : operand16 ? 2 : 4
    if (byte === 0x0f) return this.escaped(at, segment)
    if (byte === 0xc4 || byte === 0xc5 || byte === 0x62 || (byte === 0x8f && (code[at + 1]! & 31) >= 8)) {
      this.vector(at, byte)
      return true
    }
    return this.oneByte(at, byte, segment)
  }

  protected oneByte(at: number, byte: number, segment: boolean): boolean {
    const { registers } = this.state
    const view = this.view
    const next = this.next
    const wide = this.size
    const width = (byte & 1) === 1 ? wide : 1
    if (byte < 0x40 && (byte & 7) < 6) {
      this.arithmetic(at, byte, width, segment)
      return true
    }
    if (byte >= 0x50 && byte < 0x58) {
      this.used_(registers[(byte & 7) | ((this.rex & 1) << 3)])
      const value = registers[(byte & 7) | ((this.rex & 1) << 3)]
      registers[Register.rsp] = this.compute('sub', registers[Register.rsp], number(8))
      this.storeSlot(registers[Register.rsp], value)
      return true
    }
    if (byte >= 0x58 && byte < 0x60) {
      const slot = registers[Register.rsp]
      const offset = slot?.base === Register.rsp ? singleOffset(slot) : undefined
      registers[(byte & 7) | ((this.rex & 1) << 3)] = offset === undefined ? undefined : this.state.memory.get(slotKey(offset))
      registers[Register.rsp] = this.compute('add', slot, number(8))
      return true
    }
    if (byte >= 0x70 && byte < 0x80) return this.branch(byte & 15, next + view.getInt8(next - 1))
    if (byte >= 0xb8 && byte < 0xc0) {
      const register = (byte & 7) | ((this.rex & 1) << 3)
      if (wide === 8) registers[register] = number(view.getInt32(next - 8, true), view.getInt32(next - 4, true))
      else this.assign(register, number(wide === 2 ? view.getUint16(next - 2, true) : view.getInt32(next - 4, true)), wide)
      return true
    }
    if (byte >= 0xb0 && byte < 0xb8) {
      this.assignNamed((byte & 7) | ((this.rex & 1) << 3), number(this.code[next - 1]!), 1)
      return true
    }
    switch (byte) {
      case 0x63:
        this.operands(at + 1, segment)
        this.setRegister(signExtended(this.truncated(this.read(4), 4), 4), wide)
        return true
      case 0x69:
      case 0x6b: {
        this.operands(at + 1, segment)
        const factor = byte === 0x6b ? view.getInt8(next - 1) : wide === 2 ? view.getInt16(next - 2, true) : view.getInt32(next - 4, true)
        this.setRegister(this.truncated(this.compute('mul', this.read(wide), number(factor, factor < 0 ? -1 : 0)), wide), wide)
        this.state.flags = undefined
        return true
      }
      case 0x68:
      case 0x6a: {
        const immediate = byte === 0x6a ? view.getInt8(next - 1) : view.getInt32(next - 4, true)
        registers[Register.rsp] = this.compute('sub', registers[Register.rsp], number(8))
        this.storeSlot(registers[Register.rsp], number(immediate, immediate < 0 ? -1 : 0))
        return true
      }
      case 0x80:
      case 0x81:
      case 0x83: {
        this.operands(at + 1, segment)
        const immediate = byte === 0x81 ? (wide === 2 ? view.getInt16(next - 2, true) : view.getInt32(next - 4, true)) : view.getInt8(next - 1)
        this.applyArithmetic((this.code[this.modrmAt]! >> 3) & 7, this.read(width), number(immediate, immediate < 0 ? -1 : 0), width, (v) =>
          this.write(v, width),
        )
        return true
      }
      case 0x84:
      case 0x85:
        this.operands(at + 1, segment)
        this.test(this.read(width), this.register(width), width)
        return true
      case 0x86:
      case 0x87: {
        this.operands(at + 1, segment)
        const old = this.read(width)
        this.write(this.register(width), width)
        this.setRegister(old, width)
        return true
      }
      case 0x88:
      case 0x89:
        this.operands(at + 1, segment)
        this.write(this.register(width), width)
        return true
      case 0x8a:
      case 0x8b:
        this.operands(at + 1, segment)
        this.setRegister(this.read(width), width)
        return true
      case 0x8d:
        this.operands(at + 1, false)
        this.setRegister(this.resolveStub(this.memoryAddress), wide)
        return true
      case 0x8f:
        this.operands(at + 1, segment)
        this.write(undefined, 8)
        return true
      case 0x98:
        this.assign(Register.rax, this.truncated(signExtended(this.truncated(registers[Register.rax], wide / 2), wide / 2), wide), wide)
        return true
      case 0x99:
        this.assign(Register.rdx, this.truncated(this.compute('sar', signExtended(this.truncated(registers[Register.rax], wide), wide), number(63)), wide), wide)
        return true
      case 0xa8:
      case 0xa9:
        this.test(this.truncated(registers[Register.rax], width), number(byte === 0xa8 ? this.code[next - 1]! : view.getInt32(next - 4, true)), width)
        return true
      case 0xc0:
      case 0xc1:
      case 0xd0:
      case 0xd1:
      case 0xd2:
      case 0xd3:
        this.operands(at + 1, segment)
        this.shift((this.code[this.modrmAt]! >> 3) & 7, byte < 0xc8 ? this.code[next - 1]! : byte < 0xd2 ? 1 : this.countInCl(width), width)
        return true
      case 0xc2:
      case 0xc3:
        this.return()
        return false
      case 0xc6:
      case 0xc7: {
        this.operands(at + 1, segment)
        const immediate = byte === 0xc6 ? view.getInt8(next - 1) : wide === 2 ? view.getInt16(next - 2, true) : view.getInt32(next - 4, true)
        const value = this.truncated(number(immediate, immediate < 0 ? -1 : 0), width)
        this.used_(value)
        this.write(value, width)
        return true
      }
      case 0xc9:
        registers[Register.rsp] = this.compute('add', registers[Register.rbp], number(8))
        registers[Register.rbp] = undefined
        return true
      case 0xcc:
      case 0xf4:
        return false
      case 0xe8:
        this.noteArguments(false)
        this.forgetPassedObjects()
        return this.call()
      case 0xe9:
        return this.jump(next + view.getInt32(next - 4, true))
      case 0xeb:
        return this.jump(next + view.getInt8(next - 1))
      case 0xe0:
      case 0xe1:
      case 0xe2:
      case 0xe3:
        if (byte !== 0xe3) registers[Register.rcx] = undefined
        this.flow(next + view.getInt8(next - 1), this.state)
        return true
      case 0xf6:
      case 0xf7:
        this.operands(at + 1, segment)
        this.unary((this.code[this.modrmAt]! >> 3) & 7, byte, width)
        return true
      case 0xfe:
      case 0xff:
        return this.groupFive(at, byte, width, segment)
    }
    if (byte >= 0x90 && byte < 0x98) {
      const other = (byte & 7) | ((this.rex & 1) << 3)
      const size = this.size
      const [value, held] = [registers[Register.rax], registers[other]]
      this.assign(Register.rax, this.truncated(held, size), size)
      this.assign(other, this.truncated(value, size), size)
      return true
    }
    if (byte >= 0xa4 && byte < 0xb0) {
      const count = singleAddress(registers[Register.rcx])
      const isFill = (byte === 0xaa || byte === 0xab) && this.code[this.at] === 0xf3 && isZero(registers[Register.rax])
      if (isFill && count !== undefined) this.noteCleared(count * width)
      for (const register of [Register.rdi, Register.rsi, Register.rcx]) registers[register] = undefined
      if (byte >= 0xac) registers[Register.rax] = undefined
      if (byte === 0xa6 || byte === 0xa7 || byte >= 0xae) this.state.flags = undefined
    }
    return true
  }

  protected groupFive(at: number, byte: number, width: number, segment: boolean): boolean {
    this.operands(at + 1, segment)
    const { registers } = this.state
    const slash = (this.code[this.modrmAt]! >> 3) & 7
    if (slash < 2) {
      const result = this.truncated(this.compute(slash === 0 ? 'add' : 'sub', this.read(width), number(1)), width)
      this.write(result, width)
      this.setFlags('result', result, number(0), width)
      return true
    }
    if (byte === 0xff && (slash === 2 || slash === 3)) {
      const target = this.read(8)
      this.used_(target)
      const known = singleAddress(target)
      if (known === undefined) this.indirectCalls.add(this.base + this.at)
      else this.noteTableCall(known)
      this.noteArguments(known === undefined)
      // the table that the callee is taken from is no argument
      if (singleAddress(target) !== undefined && this.tableRegister >= 0) this.state.registers[this.tableRegister] = undefined
      return this.call()
    }
    if (byte === 0xff && (slash === 4 || slash === 5)) {
      const target = singleAddress(this.read(8))
      this.seen[this.at - this.from]! |= 2
      if (target !== undefined) {
        const inside = target - this.base
        if (inside >= this.from && inside < this.to) this.flow(inside, this.state)
        else {
          this.noteTableCall(target)
          if (this.outside.isPointerTarget(target)) this.used.add(target)
          this.returns = true
        }
        return false
      }
      for (const register of argumentRegisters) this.used_(registers[register])
      this.open.add(this.base + this.at)
      this.indirectCalls.add(this.base + this.at)
      this.publish(true)
      this.atTables.push(this.state)
      this.returns = true // as a tail call
      return false
    }
    if (byte === 0xff && slash === 6) {
      const value = this.read(8)
      this.used_(value)
      registers[Register.rsp] = this.compute('sub', registers[Register.rsp], number(8))
      this.storeSlot(registers[Register.rsp], value)
    }
    return true
  }

  /** Where it has another target on another way, it has none that is known. */
  protected noteTableCall(target: number): void {
    if (!this.isMemory || this.memoryAddress?.base !== plain) return
    const at = this.base + this.at
    const known = this.tableCalls.get(at)
    if (known !== undefined && known !== target) this.indirectCalls.add(at)
    this.tableCalls.set(at, target)
  }
}
