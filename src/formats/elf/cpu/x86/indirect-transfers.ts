import { EscapedInstructions } from './escaped-instructions.ts'
import { argumentRegisters, Register, type State } from './machine.ts'
import { number, plain, singleAddress } from '../program/value.ts'

/** Group 5 (FE, FF): calls and jumps through registers and memory, and what shares their opcodes. */
export abstract class IndirectTransfers extends EscapedInstructions {
  protected readonly indirectCalls: Set<number> = new Set()
  protected readonly tableCalls: Map<number, number> = new Map()
  /** States at jumps through tables that were met and not followed yet. */
  protected readonly atTables: State[] = []

  protected groupFive(at: number, byte: number, segment: boolean): boolean {
    const width = (byte & 1) === 1 ? this.size : 1
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
      return this.call(singleAddress(target))
    }
    if (byte === 0xff && (slash === 4 || slash === 5)) {
      const target = singleAddress(this.read(8))
      this.seen[this.at - this.from]! |= 2
      if (target !== undefined) {
        const inside = target - this.base
        if (inside >= this.from && inside < this.to) this.flow(inside | 0, this.state)
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
