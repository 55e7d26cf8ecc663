import { argumentRegisters, cleanFlags, Register, slotKey } from './machine.ts'
import { Transfers } from './transfers.ts'
import { isZero, number, plain, signExtended, singleAddress, singleOffset } from '../program/value.ts'

/** What instructions do, by opcode. */
export abstract class Instructions extends Transfers {
  protected readonly indirectCalls: Set<number> = new Set()
  /** A jump through a table was met. */
  protected indirect = false

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
      else registers[register] = number(wide === 2 ? view.getUint16(next - 2, true) : view.getInt32(next - 4, true))
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
        const factor = number(byte === 0x6b ? view.getInt8(next - 1) : view.getInt32(next - 4, true))
        this.setRegister(this.truncated(this.compute('mul', this.read(wide), factor), wide), wide)
        this.state.flags = undefined
        return true
      }
      case 0x68:
      case 0x6a:
        registers[Register.rsp] = this.compute('sub', registers[Register.rsp], number(8))
        return true
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
        registers[Register.rax] = this.truncated(signExtended(this.truncated(registers[Register.rax], wide / 2), wide / 2), wide)
        return true
      case 0x99:
        registers[Register.rdx] = isZero(registers[Register.rax]) ? registers[Register.rax] : undefined
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
        this.shift((this.code[this.modrmAt]! >> 3) & 7, byte < 0xc8 ? this.code[next - 1]! : byte < 0xd2 ? 1 : undefined, width)
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
      const value = registers[Register.rax]
      registers[Register.rax] = registers[other]
      registers[other] = value
      return true
    }
    if (byte >= 0xa4 && byte < 0xb0) {
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
      if (singleAddress(target) === undefined) this.indirectCalls.add(this.base + this.at)
      this.noteArguments(singleAddress(target) === undefined)
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
          if (this.outside.isPointerTarget(target)) this.used.add(target)
          this.returns = true
        }
        return false
      }
      for (const register of argumentRegisters) this.used_(registers[register])
      this.open.add(this.base + this.at)
      this.indirectCalls.add(this.base + this.at)
      this.publish(true)
      this.indirect = true
      this.returns = true // as a tail call
      return false
    }
    if (byte === 0xff && slash === 6) {
      if (!this.isMemory) this.used_(this.read(8))
      registers[Register.rsp] = this.compute('sub', registers[Register.rsp], number(8))
    }
    return true
  }

  protected escaped(at: number, segment: boolean): boolean {
    const { registers } = this.state
    const opcode = this.code[at + 1]!
    if ((opcode & 0xf0) === 0x80) return this.branch(opcode & 15, this.next + this.view.getInt32(this.next - 4, true))
    switch (opcode) {
      case 0xa2:
        this.cpuid()
        return true
      case 0x01:
        if (this.code[at + 2] === 0xd0) {
          registers[Register.rax] = number(this.outside.model.xcr0, 0, true)
          registers[Register.rdx] = number(0, 0, true)
        } else if (this.code[at + 2] === 0xf9) for (const register of [0, 1, 2]) registers[register] = undefined
        return true
      case 0x05:
        for (const register of [0, 1, 11]) registers[register] = undefined
        return true
      case 0x31:
        registers[Register.rax] = undefined
        registers[Register.rdx] = undefined
        return true
      case 0x0b:
      case 0xb9:
        return false // UD2, UD1
      case 0x38:
        this.operands(at + 3, segment)
        if (this.code[at + 2]! >= 0xf0) {
          if (this.code[at + 2] === 0xf0 || this.code[at + 2] === 0xf1) this.setRegister(undefined, 4)
        }
        return true
      case 0x3a:
        this.operands(at + 3, segment)
        if (this.code[at + 2]! >= 0x14 && this.code[at + 2]! <= 0x17) this.write(undefined, 4)
        return true
    }
    if (opcode === 0x1f || opcode === 0x1e || opcode === 0x18 || opcode === 0x0d || opcode === 0x77) return true
    if ((opcode & 0xf8) === 0xc8) {
      registers[(opcode & 7) | ((this.rex & 1) << 3)] = undefined
      return true
    }
    this.operands(at + 2, segment)
    const size = this.size
    switch (opcode) {
      case 0xb6:
      case 0xb7:
        this.setRegister(this.truncated(this.read(opcode & 1 ? 2 : 1), opcode & 1 ? 2 : 1), 8)
        return true
      case 0xbe:
      case 0xbf:
        this.setRegister(this.truncated(signExtended(this.read(opcode & 1 ? 2 : 1), opcode & 1 ? 2 : 1), size), 8)
        return true
      case 0xa3:
      case 0xba:
        this.bitTest(opcode, size)
        return true
      case 0xab:
      case 0xb3:
      case 0xbb:
        this.write(undefined, size)
        this.state.flags = undefined
        return true
      case 0xbc:
      case 0xbd:
      case 0xb8: {
        const value = this.read(size)
        const zero = isZero(value)
        this.setRegister(zero ? value : this.computed(undefined, value, value), size)
        this.state.flags = undefined
        if (zero) this.setFlags('result', value, number(0), size)
        return true
      }
      case 0xaf:
        this.setRegister(this.truncated(this.compute('mul', this.register(size), this.read(size)), size), size)
        this.state.flags = undefined
        return true
      case 0xb0:
      case 0xb1:
        this.write(this.join(this.read(opcode & 1 ? size : 1), this.register(opcode & 1 ? size : 1)), opcode & 1 ? size : 1)
        registers[Register.rax] = undefined
        this.state.flags = undefined
        return true
      case 0xc0:
      case 0xc1:
        this.write(undefined, size)
        this.setRegister(undefined, size)
        this.state.flags = undefined
        return true
      case 0xc7:
        if (this.isMemory) {
          registers[Register.rax] = undefined
          registers[Register.rdx] = undefined
        } else this.write(undefined, 8)
        this.state.flags = undefined
        return true
      case 0x2c:
      case 0x2d:
      case 0x50:
      case 0xd7:
      case 0xc5:
        this.setRegister(undefined, 8)
        return true
      case 0x6e:
        if (!this.isMemory && this.read(size)?.detected === true) this.leaksAnywhere = true
        return true
      case 0x10:
      case 0x12:
      case 0x16:
      case 0x28:
      case 0x6f:
        this.noteVectorLoad()
        return true
      case 0x7e:
        if (this.code[at - 1] === 0xf3 || (this.rex !== 0 && this.code[at - 2] === 0xf3)) this.noteVectorLoad()
        else this.write(undefined, 8)
        return true
      case 0x11:
      case 0x13:
      case 0x17:
      case 0x29:
      case 0x2b:
      case 0x7f:
      case 0xd6:
      case 0xe7:
        if (this.isMemory) this.write(undefined, 16)
        return true
      case 0x2e:
      case 0x2f:
        this.state.flags = this.outside.origins === undefined ? undefined : cleanFlags // floating-point numbers
        return true
      case 0xa4:
      case 0xa5:
      case 0xac:
      case 0xad:
        this.write(undefined, size)
        this.state.flags = undefined
        return true
    }
    if ((opcode & 0xf0) === 0x40) this.conditionalMove(opcode & 15, size)
    else if ((opcode & 0xf0) === 0x90) this.setCondition(opcode & 15)
    return true
  }

  protected cpuid(): void {
    const { registers } = this.state
    const leaf = registers[Register.rax]
    const subleaf = registers[Register.rcx]
    const known = leaf !== undefined && leaf.base === plain && leaf.words.length === 2 ? leaf.words[0]! : undefined
    const sub = subleaf !== undefined && subleaf.base === plain && subleaf.words.length === 2 ? subleaf.words[0]! : 0
    const answer = known === undefined ? [0, 0, 0, 0] : this.outside.model.query(known, sub)
    for (const [index, register] of [Register.rax, Register.rbx, Register.rcx, Register.rdx].entries()) {
      registers[register] = number(answer[index]!, 0, true)
    }
  }

  /** VEX, EVEX and XOP: only what they do to general registers matters. */
  protected vector(at: number, first: number): void {
    const code = this.code
    const { registers } = this.state
    const opcodeAt = first === 0xc5 ? at + 2 : first === 0x62 ? at + 4 : at + 3
    const opcode = code[opcodeAt]!
    const modrm = code[opcodeAt + 1]!
    const map = first === 0xc5 ? 1 : code[at + 1]! & (first === 0x62 ? 7 : 31)
    const extend = first === 0xc5 ? (code[at + 1]! & 0x80 ? 0 : 8) : code[at + 1]! & 0x80 ? 0 : 8
    const rmExtend = first === 0xc5 ? 0 : code[at + 1]! & 0x20 ? 0 : 8
    const register = ((modrm >> 3) & 7) | extend
    const general = map === 2 ? opcode >= 0xf0 : map === 3 ? opcode === 0xf0 : false
    if (general && first === 0xc4) {
      // ANDN, BZHI, PDEP, PEXT, MULX, BEXTR, SARX …, RORX
      const vvvv = (~(code[at + 2]! >> 3)) & 15
      const source = (modrm & 7) | rmExtend
      const zero = modrm >= 0xc0 && isZero(registers[source])
      registers[register] = zero && (opcode === 0xf2 || opcode === 0xf7 || opcode === 0xf5) ? registers[source] : undefined
      if (opcode === 0xf6 || opcode === 0xf3) registers[vvvv] = undefined
      this.state.flags = undefined
      return
    }
    if (map === 1 && (opcode === 0x50 || opcode === 0xd7 || opcode === 0xc5 || opcode === 0x2c || opcode === 0x2d || opcode === 0x93)) {
      registers[register] = undefined
    }
    if ((map === 1 && opcode === 0x7e) || (map === 3 && opcode >= 0x14 && opcode <= 0x17)) {
      if (modrm >= 0xc0) registers[(modrm & 7) | rmExtend] = undefined
    }
    if (opcode === 0x2e || opcode === 0x2f || (map === 2 && opcode === 0x17) || (map === 1 && (opcode === 0x98 || opcode === 0x99))) {
      this.state.flags = undefined
    }
  }
}
