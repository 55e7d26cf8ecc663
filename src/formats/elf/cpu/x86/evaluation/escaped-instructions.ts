import { bitScanned } from './bit-scans.ts'
import { cleanFlags, Register } from './state.ts'
import { SseInstructions } from './sse-instructions.ts'
import { isZero, number, plain, signExtended, valueOf } from '../../program/value.ts'

/** What instructions do whose opcode is not one byte: the maps behind 0F, and those of VEX, EVEX and XOP. */
export abstract class EscapedInstructions extends SseInstructions {
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
        } else this.sse38(at, this.code[at + 2]!)
        return true
      case 0x3a:
        this.operands(at + 3, segment)
        this.sse3a(at, this.code[at + 2]!)
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
        if (opcode === 0xb6) this.extended = { before: this.next, register: ((this.code[this.modrmAt]! >> 3) & 7) | ((this.rex & 4) << 1) }
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
        const isRepeated = this.code[this.at] === 0xf3
        this.setRegister(this.computed(value === undefined ? undefined : bitScanned(opcode, isRepeated, value), value, value), size)
        this.state.flags = undefined
        // TZCNT and LZCNT say of a zero that it is none
        if (isZero(value) && (opcode === 0xb8 || !isRepeated)) this.setFlags('result', value, number(0), size)
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
      case 0x2e:
      case 0x2f:
        this.state.flags = !this.tracesOrigins ? undefined : cleanFlags // floating-point numbers
        return true
      case 0xa4:
      case 0xa5:
      case 0xac:
      case 0xad:
        // by no bits: what is shifted in from the other register does not matter
        if ((opcode & 1) === 1 && this.countInCl(size) === 0) return true
        this.write(undefined, size)
        this.state.flags = undefined
        return true
    }
    if (this.sse(at, opcode)) return true
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
    // which leaf it is the caller says
    if (leaf === undefined) this.asksByArgument = true
    const answer = known === undefined ? [0, 0, 0, 0] : this.outside.model.query(known, sub)
    for (const [index, register] of [Register.rax, Register.rbx, Register.rcx, Register.rdx].entries()) {
      registers[register] = leaf === undefined ? valueOf(plain, [0, 0], true, true) : number(answer[index]!, 0, true)
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
    this.forgetVectors()
    // VMOVQ, VPINSRQ: what is stored of a vector is no address any more
    if (modrm >= 0xc0 && ((map === 1 && opcode === 0x6e) || (map === 3 && opcode === 0x22))) this.used_(registers[(modrm & 7) | rmExtend])
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
