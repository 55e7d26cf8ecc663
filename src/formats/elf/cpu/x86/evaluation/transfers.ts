import { Calls } from './calls.ts'
import type { ReturnedPointer } from './evaluation.ts'
import { Places } from '../../program/places.ts'
import { joinVectors } from './vectors.ts'
import { argumentRegisters } from '../code/argument-registers.ts'
import { Register, saysNothing, type State } from './state.ts'
import { type Flags, flagsOf, refined, restricted } from './flags.ts'
import { isExact, number, plain, sameValue, singleOffset, type Value } from '../../program/value.ts'

/** Branches, jumps and returns: where control goes, and what goes with it. */
export abstract class Transfers extends Calls {
  protected readonly pruned: Set<number> = new Set()
  protected readonly exits: Map<number, State> = new Map()
  protected results: Map<number, Value> | undefined
  /** What it has returned so far, where that is a pointer that it was given. */
  protected returnedPointer: ReturnedPointer | undefined
  protected readonly open: Set<number> = new Set()
  /** Branches on one of several numbers: which one it is may hang on a check before. */
  protected readonly undecided: Set<number> = new Set()
  protected readonly either: Set<number> = new Set()
  /** Branches that go one way by what CPUID said. */
  readonly decided: Set<number> = new Set()
  protected returns = false
  protected endsBlock = false

  protected branch(condition: number, target: number): boolean {
    this.endsBlock = true
    const possible = this.outcome(condition)
    const { flags } = this.state
    const place = this.at - this.from
    if (possible === 3 && flags !== undefined && this.#isSettled(flags)) this.either.add(this.base + this.at)
    else if (possible === 3 && (flags === undefined || !saysNothing(flags))) {
      const mayBeCheck = flags === undefined || flags.left.detected || flags.right.detected
      ;(mayBeCheck ? this.open : this.undecided).add(this.base + this.at)
    }
    if (possible !== 3 && flags !== undefined && (flags.left.detected || flags.right.detected)) this.decided.add(this.base + this.at)
    if ((possible & 2) !== 0) {
      this.seen[place]! |= 2
      if (target < this.from || target >= this.to) this.leave(this.base + this.at, this.base + target)
      else this.flow(target, this.withOutcome(flags, condition, true))
    } else this.pruned.add(target)
    if ((possible & 1) === 0) {
      this.pruned.add(this.next)
      return false
    }
    const state = this.withOutcome(flags, condition, false)
    if (state !== this.state) {
      this.state = state
      this.ownsMemory = false
    }
    return true
  }

  /** Which of the numbers that lead to either side it is hangs on no check that was not followed. */
  #isSettled({ left, right }: Flags): boolean {
    return this.outside.origins?.settled === true && isExact(left) && isExact(right)
  }

  /** The state behind a branch, where what was compared can only be what allows that outcome. */
  protected withOutcome(flags: Flags | undefined, condition: number, outcome: boolean): State {
    if (flags?.equal !== undefined) {
      if (condition !== (outcome ? 4 : 5)) return this.state
      const registers = this.state.registers.slice()
      registers[flags.register] = flags.equal
      return { registers, memory: this.state.memory, flags, vectors: this.state.vectors }
    }
    if (flags === undefined) return condition === (outcome ? 4 : 5) ? this.withZero() : this.state
    if (flags.left.words.length === 2 || (flags.register < 0 && flags.place === undefined)) return this.state
    const value = refined(flags, condition, outcome)
    if (value === undefined) return this.state
    const registers = this.state.registers.slice()
    let { memory } = this.state
    const whole = flags.register >= 0 ? registers[flags.register] : undefined
    if (whole !== undefined && sameValue(this.truncated(whole, flags.size), flags.left)) registers[flags.register] = restricted(whole, flags.size, value)
    if (flags.place !== undefined) {
      memory = memory.copy()
      memory.set(flags.place, value)
    }
    return { registers, memory, flags: flagsOf(flags.kind, value, flags.right, flags.size, flags.register, flags.place, flags.equal), vectors: this.state.vectors }
  }

  /** The state where a register that was not known has just been found to hold zero. */
  protected withZero(): State {
    const tested = this.comparedToZero
    if (tested?.before !== this.at || this.outside.origins !== undefined) return this.state
    const registers = this.state.registers.slice()
    registers[tested.register] = number(0)
    return { registers, memory: this.state.memory, flags: undefined, vectors: this.state.vectors }
  }

  protected jump(target: number): boolean {
    this.seen[this.at - this.from]! |= 2
    if (target < this.from || target >= this.to) {
      this.leave(this.base + this.at, this.base + target)
      return false
    }
    this.flow(target, this.state)
    return false
  }

  /**
   * A tail call: the arguments go on, the results come back to our caller.
   * @param through where a jump through a register or memory leads
   */
  protected leave(at: number, target: number, through?: number): void {
    this.noteArguments(false)
    this.pass(at, 8, through)
    this.noteExit(target)
    const returned = this.outside.returned(at, this.state.registers, through)
    if (returned === 'never') return
    const { memory } = this.state
    this.ownsMemory = false
    const { registers } = this.state
    for (const write of this.outside.writesOf(at, registers)) this.writeOf(write, 0)
    for (const place of this.outside.withheldBy(at, registers)) {
      const write = this.kept(place)
      if (write !== undefined) this.writeOf(write, 0)
    }
    this.endWith(returned)
    this.state.memory = memory
    this.ownsMemory = false
  }

  /** Somebody else comes back to our caller, with `results` where they are known. */
  protected endWith(results: ReadonlyMap<number, Value> | undefined): void {
    this.publish(true)
    this.returns = true
    if (this.tracesOrigins) this.handedOut.end(new Map(), undefined, sameValue)
    this.#notePointer(undefined)
    this.result(results)
  }

  /** Whoever jumps into the middle of a function hands on all registers. */
  protected noteExit(target: number): void {
    if (!this.outside.isMiddle(target)) return
    const { registers, memory, vectors } = this.state
    const known = this.exits.get(target)
    const held = registers.slice()
    if (known !== undefined) for (let register = 0; register < held.length; register++) held[register] = this.join(known.registers[register], held[register])
    this.exits.set(target, { registers: held, memory: known === undefined ? memory : new Places(), flags: undefined, vectors: known === undefined ? vectors : joinVectors(known.vectors, vectors) })
    this.ownsMemory = false
  }

  protected return(): void {
    this.publish(true)
    this.handOut()
    this.returns = true
    const { registers } = this.state
    this.used_(registers[Register.rax])
    this.#notePointer(registers[Register.rax])
    const results = new Map<number, Value>()
    for (const register of this.convention.returnRegisters) {
      const value = registers[register]
      if (value !== undefined && (value.base === plain || (this.tracesOrigins && !value.detected))) results.set(register, value)
    }
    this.result(results)
  }

  /** Before the results: there are none yet where this is the first end. */
  #notePointer(value: Value | undefined): void {
    const offset = value === undefined || !argumentRegisters.includes(value.base) ? undefined : singleOffset(value)
    const known = this.returnedPointer
    if (this.results === undefined) this.returnedPointer = offset === undefined ? undefined : { register: value!.base, offset }
    else if (known !== undefined && (offset !== known.offset || value!.base !== known.register)) this.returnedPointer = undefined
  }

  protected result(results: ReadonlyMap<number, Value> | undefined): void {
    if (this.results === undefined) {
      this.results = new Map(results ?? [])
      return
    }
    for (const [register, value] of this.results) {
      const joined = this.join(value, results?.get(register))
      if (joined === undefined) this.results.delete(register)
      else this.results.set(register, joined)
    }
  }
}
