import { cleanFlags, Register, saysNothing } from './state.ts'
import { Accesses } from './accesses.ts'
import { mentionedRegisters } from '../code/mentioned-registers.ts'
import { type Flags, flagsOf, outcomes, refined } from './flags.ts'
import { anything, detectedAs, isExact, isZero, number, type Operation, plain, sameValue, signExtended, singleAddress, untouched, type Value, valueOf } from '../../program/value.ts'

/** Of numbers that are not the same; which is the larger is not known. */
const unequal: Flags = flagsOf('compare', valueOf(plain, [0, 0, 2, 0], true), number(1), 8)

/** Condition code of JNE and its like. */
const NOT_EQUAL = 5

/** What a check chose; also where that is not known: a word of flags with a bit more. */
function chosen(value: Value | undefined, isByCheck: boolean): Value | undefined {
  if (value === undefined) return isByCheck ? anything : undefined
  return detectedAs(value, value.detected || isByCheck)
}

/** Arithmetic on sets of numbers, and the flags that it leaves. */
export abstract class Arithmetic extends Accesses {
  /** A branch was decided by what CPUID said, and one that could not be. */
  protected decides = false
  /** Addresses that checks decided against, and that still stand in registers. */
  protected readonly refused: Set<number> = new Set()
  /** The same of all, also those that are gone. */
  protected readonly outvoted: Set<number> = new Set()
  protected doubts = false
  /** A branch was decided though what it looks at may be another number: what somebody wants instead. */

  protected arithmetic(at: number, byte: number, width: number, segment: boolean): void {
    const form = byte & 7
    const operation = byte >> 3
    if (form >= 4) {
      const immediate =
        form === 4 ? this.view.getInt8(this.next - 1) : width === 2 ? this.view.getInt16(this.next - 2, true) : this.view.getInt32(this.next - 4, true)
      const left = this.truncated(this.state.registers[Register.rax], width) ?? (width === 8 ? this.state.registers[Register.rax] : undefined)
      this.modrmAt = -1
      this.isMemory = false
      this.applyArithmetic(operation, left, number(immediate, immediate < 0 ? -1 : 0), width, (v) => this.assign(Register.rax, v, width))
      // CMP AL, imm8 and its like name no register, and a branch on them tells as much about it
      const { flags } = this.state
      if (operation === 7 && flags !== undefined && !saysNothing(flags)) this.state.flags = flagsOf('compare', flags.left, flags.right, width, Register.rax)
      return
    }
    this.operands(at + 1, segment)
    const register = ((this.code[this.modrmAt]! >> 3) & 7) | ((this.rex & 4) << 1)
    const same = !this.isMemory && register === ((this.code[this.modrmAt]! & 7) | ((this.rex & 1) << 3))
    const rmFirst = form < 2
    if (same && (operation === 5 || operation === 6)) {
      this.assign(register, number(0), width)
      this.state.flags = undefined
      return
    }
    if (same && operation === 3) {
      this.assign(register, this.truncated(this.carryMask(), width), width)
      return
    }
    const rm = this.read(width)
    const reg = this.register(width)
    this.applyArithmetic(operation, rmFirst ? rm : reg, rmFirst ? reg : rm, width, (v) => (rmFirst ? this.write(v, width) : this.setRegister(v, width)))
  }

  /** ADD OR ADC SBB AND SUB XOR CMP, by their number in opcodes. */
  protected applyArithmetic(operation: number, left: Value | undefined, right: Value | undefined, size: number, write: (value: Value | undefined) => void): void {
    if (operation === 7 && size === 8 && this.areNeverTheSame(left, right)) {
      this.state.flags = unequal
      return
    }
    if (operation === 7 || operation === 5) this.setFlags('compare', this.truncated(left, size), this.truncated(right, size), size, true)
    if (operation === 7) return
    const names: readonly (Operation | undefined)[] = ['add', 'or', undefined, undefined, 'and', 'sub', 'xor']
    const name = names[operation]
    let result = name === undefined ? undefined : this.compute(name, left, right)
    if (name === undefined) result = this.#withCarry(operation === 2 ? 'add' : 'sub', left, right)
    if (result?.base === plain) result = this.truncated(result, size)
    else if (size === 8 && name === 'add') {
      // an element that is not known of a table that is
      this.followed_(left)
      this.followed_(right)
    }
    write(result)
    if (operation !== 5) this.setFlags(name === 'and' || name === 'or' || name === 'xor' ? 'logic' : 'result', result, number(0), size)
  }

  /** What is compared with a kernel may be what a check chose. */
  #isKernel(value: Value | undefined): boolean {
    const address = singleAddress(value)
    return address !== undefined && address > 0xfff && this.outside.isKernel(address)
  }

  /** Is one of them not known, and the other the address of a kernel that nobody hands out? */
  protected areNeverTheSame(left: Value | undefined, right: Value | undefined): boolean {
    if (this.outside.origins !== undefined) return false
    const address = left === undefined ? singleAddress(right) : right === undefined ? singleAddress(left) : undefined
    return address !== undefined && address > 0xfff && this.outside.isNeverHandedOut(address)
  }

  /** ADC, SBB */
  #withCarry(operation: 'add' | 'sub', left: Value | undefined, right: Value | undefined): Value | undefined {
    const { flags } = this.state
    if (flags === undefined || saysNothing(flags)) return this.computed(undefined, left, right)
    const possible = this.outcome(2)
    const detected = flags.left.detected || flags.right.detected
    const carry = possible === 3 ? valueOf(plain, [0, 0, 1, 0], detected) : number(possible === 2 ? 1 : 0, 0, detected)
    return this.compute(operation, this.compute(operation, left, right), carry)
  }

  /** Do both outcomes of what is no check occur? See `Origins.settled`. */
  get #isSettled(): boolean {
    return this.outside.origins?.settled === true
  }

  /** SBB r, r: all bits or none, as the carry says. */
  protected carryMask(): Value | undefined {
    const { flags } = this.state
    if (flags === undefined && this.tracesOrigins) return undefined
    if (flags === undefined || saysNothing(flags)) return this.tracesOrigins && !this.#isSettled ? untouched : valueOf(plain, [0, 0, -1, -1], false)
    const possible = this.outcome(2)
    const detected = flags.left.detected || flags.right.detected
    return possible === 3 ? valueOf(plain, [0, 0, -1, -1], detected) : number(possible === 2 ? -1 : 0, possible === 2 ? -1 : 0, detected)
  }

  /** Of the instruction that ends at `before`, where nothing is known of the register. */
  protected comparedToZero: { readonly before: number; readonly register: number } | undefined

  /** What the last MOVZX of the block at hand moved a byte into. */
  protected extended: { readonly before: number; readonly register: number } | undefined

  /** Does a register hold a byte, and nothing above it? GCC tests the guard of a variable of a function so, and uses it as the `false` that it is then. */
  #isByte(register: number): boolean {
    return this.extended?.register === register && register === this.byteRegister(register) && (mentionedRegisters(this.decoder, this.code, this.extended.before, this.at, () => 0xffff) & (1 << register)) === 0
  }

  protected test(left: Value | undefined, right: Value | undefined, size: number): void {
    const register = ((this.code[this.modrmAt]! >> 3) & 7) | ((this.rex & 4) << 1)
    const same = !this.isMemory && register === ((this.code[this.modrmAt]! & 7) | ((this.rex & 1) << 3)) && sameValue(left, right)
    this.setFlags('logic', same ? left : this.compute('and', left, right), number(0), size, same)
    // TEST r, r of a number that is not known
    const isSame = !this.isMemory && register === ((this.code[this.modrmAt]! & 7) | ((this.rex & 1) << 3))
    const isWhole = size >= 4 || (size === 1 && this.#isByte(register))
    this.comparedToZero = isSame && isWhole && this.state.flags === undefined ? { before: this.next, register } : undefined
    if (isSame && isWhole && this.state.flags === cleanFlags) this.state.flags = flagsOf('compare', cleanFlags.left, cleanFlags.right, cleanFlags.size, register, undefined, number(0))
  }

  protected setFlags(kind: Flags['kind'], left: Value | undefined, right: Value | undefined, size: number, traced = false): void {
    if (left === undefined || right === undefined || left.base !== plain || right.base !== plain) {
      if (left?.detected === true || right?.detected === true) this.asksByArgument = true
      // a frame of many pages is touched page by page, until RSP is where it was computed to end
      const isStack = traced && !this.isMemory && (this.code[this.modrmAt]! & 7) === Register.rsp && (this.rex & 1) === 0
      if (isStack && right !== undefined && right.base === Register.rsp && right.words.length === 2) {
        this.state.flags = flagsOf('compare', cleanFlags.left, cleanFlags.right, cleanFlags.size, Register.rsp, undefined, right)
        return
      }
      const isOpen = left?.detected === true || right?.detected === true || this.#isKernel(left) || this.#isKernel(right)
      // whether the stack has room, which every function of Go asks, is no check
      const isKnown = (left !== undefined && right !== undefined) || left?.base === Register.rsp || right?.base === Register.rsp
      this.state.flags = this.tracesOrigins && !isOpen && isKnown ? cleanFlags : undefined
      return
    }
    let register = -1
    let place: number | undefined
    if (traced && this.modrmAt >= 0) {
      if (!this.isMemory) register = (this.code[this.modrmAt]! & 7) | ((this.rex & 1) << 3)
      else place = singleAddress(this.memoryAddress)
    }
    this.state.flags = flagsOf(kind, left, right, size, register, place)
  }

  /** @param isByCheck does CL, by which it is shifted, hold what a check found out? */
  protected shift(slash: number, count: number | undefined, size: number, isByCheck = false): void {
    const value = this.read(size)
    let result: Value | undefined
    if (isZero(value)) result = value
    else if (count !== undefined && (slash === 4 || slash === 6)) result = this.truncated(this.compute('shl', value, number(count)), size)
    else if (count !== undefined && slash === 5) result = this.compute('shr', value, number(count))
    else if (count === undefined || slash < 4) result = this.computed(undefined, value, this.state.registers[Register.rcx])
    else if (slash === 7) result = this.truncated(this.compute('sar', signExtended(value, size), number(count)), size)
    // how far is what a check found out (`1 << level`)
    if (isByCheck && result?.base === plain) result = detectedAs(result, true)
    const carry = count !== undefined && count > 0 && slash === 5 && value?.words.length === 2 ? this.compute('and', this.compute('shr', value, number(count - 1)), number(1)) : undefined
    this.write(result, size)
    if (carry !== undefined && result?.base === plain) this.state.flags = flagsOf('shift', result, carry, size)
    else this.setFlags('result', result, number(0), size)
  }

  /** The count of a shift by CL, modulo 32 or 64, where it is known. */
  protected countInCl(size: number): number | undefined {
    const count = this.truncated(this.state.registers[Register.rcx], 1)
    if (count === undefined || count.base !== plain || count.words.length !== 2 || count.partial === true) return undefined
    return count.words[0]! & (size === 8 ? 63 : 31)
  }

  protected unary(slash: number, byte: number, size: number): void {
    const { registers } = this.state
    const value = this.read(size)
    if (slash < 2) {
      const immediate = byte === 0xf6 ? this.code[this.next - 1]! : size === 2 ? this.view.getInt16(this.next - 2, true) : this.view.getInt32(this.next - 4, true)
      this.setFlags('logic', this.compute('and', value, this.truncated(number(immediate, immediate < 0 ? -1 : 0), size)), number(0), size)
    } else if (slash === 2) this.write(this.truncated(this.compute('xor', value, number(-1, -1)), size), size)
    else if (slash === 3) {
      const result = this.truncated(this.compute('sub', number(0), value), size)
      this.write(result, size)
      this.setFlags('compare', number(0), value, size)
    } else {
      const result = this.computed(undefined, value, registers[Register.rax])
      registers[Register.rax] = result
      registers[Register.rdx] = result
      this.state.flags = undefined
    }
  }

  protected bitTest(opcode: number, size: number): void {
    const value = this.read(size)
    const slash = opcode === 0xba ? (this.code[this.modrmAt]! >> 3) & 7 : 4
    // modulo the size in registers; in memory it may be a bit of what follows
    const inRegister = this.isMemory ? this.register(size) : this.compute('and', this.register(size), number(size * 8 - 1))
    const bit = opcode === 0xba ? number(this.code[this.next - 1]! & (size * 8 - 1)) : inRegister
    if (opcode === 0xa3 && !this.isMemory && value !== undefined && isExact(value) && bit !== undefined && isExact(bit) && bit.words.length > 2) {
      // of several numbers of bits those are left behind the branch that it leads to
      this.state.flags = flagsOf('bit', bit, value, size, ((this.code[this.modrmAt]! >> 3) & 7) | ((this.rex & 4) << 1))
      return
    }
    const shifted = isZero(value) ? value : bit?.words.length === 2 ? this.compute('shr', value, bit) : undefined
    const carry = this.compute('and', shifted, number(1))
    if (slash > 4) {
      const mask = this.compute('shl', number(1), bit)
      const name = slash === 5 ? 'or' : slash === 6 ? 'and' : 'xor'
      this.write(this.truncated(this.compute(name, value, name === 'and' ? this.compute('xor', mask, number(-1, -1)) : mask), size), size)
    }
    this.state.flags = carry === undefined ? undefined : flagsOf('carry', carry, number(0), 1)
  }

  protected outcome(condition: number): number {
    const { flags } = this.state
    if (flags === undefined || saysNothing(flags)) return 3
    const isDetected = flags.left.detected || flags.right.detected
    const possible = outcomes(flags, condition)
    if (isDetected) {
      if (possible === 3) this.doubts = true
      else this.decides = true
      if (possible !== 3 && (flags.left.partial === true || flags.right.partial === true)) this.ignoresOthers = true
      if (this.manner === 'regardless') return 3
    }
    return possible
  }

  protected conditionalMove(condition: number, size: number): void {
    const { flags } = this.state
    const detected = flags !== undefined && (flags.left.detected || flags.right.detected)
    const possible = this.outcome(condition)
    const source = this.read(size)
    const old = this.register(size)
    if (possible !== 3) {
      this.setRegister(chosen(possible === 2 ? source : old, detected), size)
      const refused = detected ? singleAddress(possible === 2 ? old : source) : undefined
      if (refused !== undefined) this.outvoted.add(refused)
      if (refused !== undefined && possible === 1) this.refused.add(refused)
    } else {
      this.used_(old)
      this.used_(source)
      const isOpen = flags === undefined && this.tracesOrigins
      const named = this.code[this.modrmAt]!
      const moved = this.isMemory ? source : this.#whereOutcome((named & 7) | ((this.rex & 1) << 3), source, condition, true)
      const kept = this.#whereZero(condition) ? number(0) : this.#whereOutcome(((named >> 3) & 7) | ((this.rex & 4) << 1), old, condition, false)
      this.setRegister(isOpen ? undefined : this.join(kept, moved), size)
    }
  }

  /** What `register`, which holds `value`, holds where a condition comes out so: of what was compared, and of what is left of it, the numbers of that side (`sub edx, 2; cmovae ecx, edx`). */
  #whereOutcome(register: number, value: Value | undefined, condition: number, outcome: boolean): Value | undefined {
    const { flags } = this.state
    if (value === undefined || flags?.kind !== 'compare' || flags.register !== register || flags.left.words.length === 2) return value
    const left = refined(flags, condition, outcome)
    if (left === undefined) return value
    if (sameValue(value, flags.left)) return left
    const difference = (of: Value): Value | undefined => this.truncated(this.compute('sub', of, flags.right), flags.size) ?? (flags.size === 8 ? this.compute('sub', of, flags.right) : undefined)
    return flags.right.words.length === 2 && sameValue(value, difference(flags.left)) ? difference(left) : value
  }

  /** Does CMOVNE keep what TEST has just compared with zero? Then that is zero where it is kept. */
  #whereZero(condition: number): boolean {
    const tested = this.comparedToZero
    return condition === NOT_EQUAL && tested?.before === this.at && tested.register === (((this.code[this.modrmAt]! >> 3) & 7) | ((this.rex & 4) << 1))
  }

  protected setCondition(condition: number): void {
    const { flags } = this.state
    const detected = flags !== undefined && (flags.left.detected || flags.right.detected)
    const possible = this.outcome(condition)
    const isOpen = flags === undefined && this.tracesOrigins
    const isClean = flags !== undefined && saysNothing(flags) && !this.#isSettled
    const value = isOpen ? undefined : isClean ? untouched : possible === 3 ? valueOf(plain, [0, 0, 1, 0], detected) : number(possible === 2 ? 1 : 0, 0, detected)
    this.write(value, 1)
  }
}
