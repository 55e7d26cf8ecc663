import { branchTarget, endsPath, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { destination } from '../../../../../isa/arm64/operands.ts'
import { LowestFirst } from '../../program/lowest-first.ts'
import { address, plain, singleAddress, type Value } from '../../program/value.ts'
import { branchCondition, refinedBehind } from './branches.ts'
import { Calls, unwound } from './calls.ts'
import type { Cell } from './cells.ts'
import { Effects } from './effects.ts'
import { ElementPointers } from './element-pointers.ts'
import { ARGUMENTS, Base, type Evaluation, type FunctionCode, type StepBudget, type Surroundings } from './evaluation.ts'
import { type Flags, outcomesOf } from './flags.ts'
import { executeImmediate, executeRegister, isDetected, type Notes } from './instructions.ts'
import { readJumpTable, tableTargets } from '../code/jump-tables.ts'
import { branchTargets } from '../code/labels.ts'
import { LoadsAndStores } from './loads-and-stores.ts'
import { isLive } from './live-registers.ts'
import { Machine } from './machine.ts'
import { isIdRegisterRead } from '../code/sweep.ts'
import { executePartOfProcessor, isAnd } from './processor-parts.ts'
import { executeVector } from './vector-instructions.ts'

const NOP = 0xd503_201f | 0
/** Below are the ELF header and the program header: small numbers are no addresses. */
const FIRST_ADDRESS = 0x120
/** System calls that do not return: exit, exit_group (Linux, asm-generic/unistd.h). */
const ENDING_CALLS: ReadonlySet<number> = new Set([93, 94])

/**
 * Follows a function on every path that is possible on the CPU of the model. Undefined when that takes too many steps; then
 * every path counts as possible.
 */
export function evaluate(
  target: FunctionCode,
  parameters: readonly (Value | undefined)[] | undefined,
  surroundings: Surroundings,
  resultRegisters: number,
  budget: StepBudget,
  given?: ReadonlyMap<number, Cell>,
): Evaluation | undefined {
  const evaluator = new Evaluator(target, parameters, surroundings, resultRegisters, given)
  const evaluation = evaluator.run(budget.left)
  budget.left -= evaluator.steps
  return evaluation
}

class Evaluator implements Notes {
  readonly #words: Int32Array
  readonly #base: number
  /** Indexes into the words. */
  readonly #from: number
  readonly #to: number
  readonly #outside: Surroundings
  readonly #states = new Map<number, Machine>()
  /** What meets is joined before anyone goes on from there. */
  readonly #work = new LowestFirst()
  readonly #seen: Uint8Array
  readonly #pruned = new Set<number>()
  readonly #used = new Set<number>()
  /** Places in the function whose address is used. */
  readonly #labels = new Set<number>()
  readonly #tableLabels = new Set<number>()
  readonly #effects: Effects
  readonly #elements: ElementPointers
  readonly #memory: LoadsAndStores
  readonly #calls: Calls
  #decides = false
  #jumpsIndirectly = false
  #guessesJumps = false
  #branchTargets: ReadonlySet<number> | undefined
  /** Whether registers are read where ways meet. */
  readonly #live = new Map<number, boolean>()
  #machine!: Machine
  /** Of the instruction at hand. */
  #at = 0
  steps = 0

  constructor(target: FunctionCode, parameters: readonly (Value | undefined)[] | undefined, outside: Surroundings, resultRegisters: number, given: ReadonlyMap<number, Cell> | undefined) {
    this.#words = target.words
    this.#base = target.base
    this.#from = (target.start - target.base) / 4
    this.#to = Math.ceil((target.end - target.base) / 4)
    this.#outside = outside
    this.#effects = new Effects(resultRegisters)
    this.#elements = new ElementPointers(target.words, target.base)
    this.#memory = new LoadsAndStores(outside, this, this.#effects, this.#elements)
    this.#calls = new Calls(outside, this, this.#effects, this.#memory, resultRegisters)
    this.#seen = new Uint8Array(this.#to - this.#from)
    this.#flow(this.#from, Machine.atEntry(parameters, given))
    for (const entry of outside.entries) this.#flow((entry - this.#base) / 4, Machine.unknown())
  }

  run(left: number): Evaluation | undefined {
    const limit = Math.min(left, 4000 + (this.#to - this.#from) * 12)
    for (;;) {
      while (this.#work.length > 0) {
        this.#follow(this.#work.pop()!)
        if (this.steps > limit) return undefined
      }
      for (const label of this.#labels) if (!this.#tableLabels.has(label) && !this.#states.has(label)) this.#flow(label, Machine.unknown())
      if (this.#jumpsIndirectly) {
        this.#jumpsIndirectly = false
        for (const target of tableTargets(this.#words, this.#from, this.#to)) {
          // not what a decided branch ruled out
          if (this.#pruned.has(target) || this.#states.has(target)) continue
          this.#guessesJumps = true
          this.#flow(target, Machine.unknown())
        }
      }
      if (this.#work.length === 0) break
    }
    const { returns, globalStores, alwaysStored, storesOnSomeWays, storesInObjects, storedByCallees, stores, fieldStores, passed, indirect, indexedLoads } = this.#effects
    return {
      start: this.#base + this.#from * 4,
      seen: this.#seen,
      decides: this.#decides,
      returns,
      results: this.#effects.joinedResults(),
      globalStores,
      alwaysStored,
      storesOnSomeWays,
      storesInObjects,
      storedByCallees,
      stores,
      fieldStores,
      passed,
      indirect,
      indexedLoads,
      addressesUsed: this.#used,
      guessesJumps: this.#guessesJumps,
    }
  }

  addsToAddress(register: number, value: Value | undefined): void {
    const array = singleAddress(value)
    if (array !== undefined) this.#elements.note(register, this.#at, array)
  }

  used(value: Value | undefined): void {
    if (value === undefined || value.base !== plain) return
    for (let at = 0; at < value.words.length; at += 2) {
      const target = (value.words[at + 1]! >>> 0) * 0x1_0000_0000 + (value.words[at]! >>> 0)
      if (target >= FIRST_ADDRESS && this.#outside.isPointerTarget(target)) this.#used.add(target)
      // a label of this function: something may jump back to it
      const inside = (target - this.#base) / 4
      if (inside > this.#from && inside < this.#to && Number.isInteger(inside)) this.#labels.add(inside)
    }
  }

  decided(flags: Flags | undefined, outcomes: number): void {
    if (outcomes !== 3 && isDetected(flags)) this.#decides = true
  }

  trapped(): void {
    this.#decides = true
  }

  isNeverHandedOut(value: Value | undefined): boolean {
    const target = singleAddress(value)
    return target !== undefined && this.#outside.isNeverHandedOut(target)
  }

  /** A state other than the one at hand was made for this, and is kept. */
  #flow(index: number, machine: Machine): void {
    if (index < this.#from || index >= this.#to) return
    const known = this.#states.get(index)
    if (known === undefined) {
      this.#states.set(index, machine === this.#machine ? machine.copy() : machine)
      this.#work.push(index)
      return
    }
    this.#effects.keep(machine, known)
    if (known.join(machine, (register, value) => this.#lost(index, register, value))) this.#work.push(index)
  }

  /** Addresses that one way brings, where another brings something else: who reads the register may use them. */
  #lost(index: number, register: number, value: Value): void {
    if (value.base !== plain || value.hull === true || !this.#namesCode(value)) return
    const place = index * 32 + register
    let isRead = this.#live.get(place)
    if (isRead === undefined) this.#live.set(place, (isRead = isLive({ words: this.#words, from: this.#from, to: this.#to, base: this.#base }, index, register, this.#outside)))
    if (isRead) this.used(value)
  }

  #namesCode({ words }: Value): boolean {
    for (let at = 0; at < words.length; at += 2) {
      const target = (words[at + 1]! >>> 0) * 0x1_0000_0000 + (words[at]! >>> 0)
      if (target >= FIRST_ADDRESS && !this.#used.has(target) && this.#outside.isPointerTarget(target)) return true
    }
    return false
  }

  /** An exception that the call at word `index` lets out is handled in this function. */
  #unwind(index: number): void {
    const pad = this.#outside.landingPad(this.#base + index * 4)
    if (pad !== undefined) this.#flow((pad - this.#base) / 4, unwound(this.#machine))
  }

  /** Executes from `index` to the end of the path, or to where another path has been. */
  #follow(index: number): void {
    this.#machine = this.#states.get(index)!.copy()
    let here = index
    while (here < this.#to) {
      this.steps++
      this.#seen[here - this.#from]! |= 1
      const word = this.#words[here]!
      const flow = flowOf(word)
      if (flow === Flow.next) {
        if (!this.#execute(word, this.#base + here * 4)) return
      } else if (!this.#transfer(word, flow, here)) return
      here++
      if (this.#states.has(here)) {
        this.#flow(here, this.#machine)
        return
      }
    }
    this.#runOn()
  }

  /** A number in data that looks like an address of code has cut the function in two, or it ends with a call that does not come back. */
  #runOn(): void {
    const flow = flowOf(this.#words[this.#to - 1]!)
    const at = this.#base + this.#to * 4
    if (flow !== Flow.call && flow !== Flow.indirectCall) this.#calls.leave(this.#machine, at - 4, address(at))
  }

  /** False when the path ends with this instruction. */
  #execute(word: number, at: number): boolean {
    const machine = this.#machine
    this.#at = at
    const group = (word >>> 25) & 15
    if (group === 8 || group === 9) executeImmediate(word, at, machine, this)
    else if (group === 5 || group === 13) executeRegister(word, machine, this)
    else if ((group & 5) === 4) this.#memory.execute(machine, word, at)
    else if (group === 10 || group === 11) return this.#system(word)
    else if (group === 7 || group === 15) executeVector(word, machine)
    else {
      machine.forgetVectors() // SVE
      const register = destination(word)
      if (register >= 0) machine.write(register, undefined)
    }
    if (isAnd(word)) executePartOfProcessor(word, machine, this.#outside.processor)
    return true
  }

  #system(word: number): boolean {
    const machine = this.#machine
    if ((word & 0xffe0_001f) >>> 0 === 0xd400_0001) {
      const call = singleAddress(machine.read(8))
      if (call !== undefined && ENDING_CALLS.has(call)) return false
      for (let register = 0; register < ARGUMENTS; register++) this.used(machine.read(register))
      machine.write(0, undefined)
    } else if (isIdRegisterRead(word)) machine.write(word & 31, this.#outside.systemRegister((word >>> 8) & 15, (word >>> 5) & 7))
    else {
      const register = destination(word)
      if (register >= 0) machine.write(register, undefined)
    }
    return true
  }

  /** False when the path ends with this instruction. */
  #transfer(word: number, flow: number, index: number): boolean {
    const at = this.#base + index * 4
    const { registers } = this.#machine
    switch (flow) {
      case Flow.call:
        return this.#call(index, address(branchTarget(word, flow, at)))
      case Flow.indirectCall: {
        const target = registers[(word >>> 5) & 31]
        this.#effects.noteTargets(at, target)
        this.used(target)
        return this.#call(index, target)
      }
      case Flow.jump:
        this.#seen[index - this.#from]! |= 2
        this.#go(this.#machine, index, branchTarget(word, flow, index * 4) / 4)
        return false
      case Flow.indirectJump:
        this.#jumpThrough(index, registers[(word >>> 5) & 31])
        return false
      case Flow.return:
        this.#calls.return(this.#machine, at)
        return false
      case Flow.trap:
        return false
      default:
        return this.#branch(word, flow, index)
    }
  }

  /** @param depth of jumps from one function of few instructions to another */
  #call(index: number, target: Value | undefined, depth = 0): boolean {
    this.#seen[index - this.#from]! |= 2
    const few = depth > 2 ? undefined : this.#outside.inPlace(target)
    if (few !== undefined) return this.#runInPlace(index, few, target, depth)
    this.#unwind(index)
    return this.#calls.call(this.#machine, this.#base + index * 4, target)
  }

  #runInPlace(index: number, { words, base, start, end }: FunctionCode, target: Value | undefined, depth: number): boolean {
    this.#calls.pass(this.#machine, this.#base + index * 4, target)
    this.#machine.write(30, undefined)
    for (let at = start; at < end; at += 4) {
      const word = words[(at - base) / 4]!
      const flow = flowOf(word)
      if (flow === Flow.return) return true
      if (flow === Flow.jump) return this.#call(index, address(branchTarget(word, flow, at)), depth + 1)
      if (!this.#execute(word, at)) return false
    }
    return true
  }

  #branch(word: number, flow: number, index: number): boolean {
    const [flags, condition] = branchCondition(this.#machine, word, flow)
    const outcomes = outcomesOf(flags, condition)
    this.decided(flags, outcomes)
    const target = branchTarget(word, flow, index * 4) / 4
    const place = index - this.#from
    if ((outcomes & 2) !== 0) {
      this.#seen[place]! |= 2
      this.#go(refinedBehind(this.#machine, flags, condition, true), index, target)
    } else this.#pruned.add(target)
    if ((outcomes & 1) === 0) {
      this.#pruned.add(index + 1)
      return false
    }
    this.#seen[place]! |= 4
    this.#machine = refinedBehind(this.#machine, flags, condition, false)
    return true
  }

  /** What reading a jump table takes. */
  get #place(): Parameters<typeof readJumpTable>[0] {
    return {
      words: this.#words,
      base: this.#base,
      from: this.#from,
      to: this.#to,
      register: (register) => singleAddress(this.#machine.registers[register]),
      constant: (address, size) => this.#outside.constant(address, size),
      isLeader: (index) => this.#isLeader(index),
    }
  }

  #isLeader(index: number): boolean {
    const before = flowOf(this.#words[index - 1] ?? 0)
    if (endsPath(before) || before === Flow.call || this.#words[index - 1] === NOP) return true
    this.#branchTargets ??= branchTargets(this.#words, this.#from, this.#to)
    return this.#branchTargets.has(index)
  }

  #go(machine: Machine, index: number, target: number): void {
    if (target >= this.#from && target < this.#to) {
      this.#flow(target, machine)
      return
    }
    const back = this.#throughVeneer(machine, target * 4 + this.#base)
    if (back !== undefined) this.#flow(back, machine)
    else this.#calls.leave(machine, this.#base + index * 4, address(this.#base + target * 4))
  }

  /**
   * Linkers move instructions that some CPUs have an erratum with (Cortex-A53, 843419) into a few of their own, from where a jump
   * leads back: the word where it does, when the jump to `target` leads to such.
   */
  #throughVeneer(machine: Machine, target: number): number | undefined {
    const veneer = this.#outside.inPlace(address(target))
    if (veneer === undefined) return undefined
    const { words, base, start, end } = veneer
    for (let at = start; at < end; at += 4) {
      const word = words[(at - base) / 4]!
      const flow = flowOf(word)
      if (flow === Flow.next) continue
      const back = flow === Flow.jump ? (branchTarget(word, flow, at) - this.#base) / 4 : -1
      if (back <= this.#from || back >= this.#to) return undefined
      const before = this.#machine
      this.#machine = machine
      for (let inside = start; inside < at; inside += 4) this.#execute(words[(inside - base) / 4]!, inside)
      this.#machine = before
      return back
    }
    return undefined
  }

  #jumpThrough(index: number, value: Value | undefined): void {
    this.#seen[index - this.#from]! |= 2
    const at = this.#base + index * 4
    const single = singleAddress(value)
    const inside = single === undefined ? -1 : (single - this.#base) / 4
    if (inside >= this.#from && inside < this.#to) {
      this.#flow(inside, this.#machine)
      return
    }
    if (value === undefined) {
      const table = readJumpTable(this.#place, index)
      if (table !== undefined) {
        this.#tableLabels.add(table.label)
        this.#guessesJumps ||= table.isUnbounded
        for (const target of table.targets) this.#flow(target, this.#machine)
        return
      }
    }
    this.#effects.noteTargets(at, value)
    this.used(value)
    if (single !== undefined || value?.base === Base.imported) {
      this.#calls.leave(this.#machine, at, value)
      return
    }
    if (value === undefined) this.#jumpsIndirectly = true
    this.#calls.pass(this.#machine, at, value)
    this.#effects.publish(this.#machine)
    this.#effects.returned(this.#machine, at, new Map())
  }
}
