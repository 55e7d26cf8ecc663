import { branchTarget, endsPath, Flow, flowOf, literalAddress } from '../../../../isa/arm64/control-flow.ts'
import { destination, memoryAccess, type MemoryAccess, SP } from '../../../../isa/arm64/operands.ts'
import { address, compute, join, number, plain, sameValue, signExtended, singleAddress, singleOffset, truncated, type Value } from '../program/value.ts'
import { ARGUMENTS, Base, CALLER_SAVED, type Evaluation, type GlobalStore, type ParameterStore, type Surroundings } from './evaluation.ts'
import { type Flags, outcomesOf, refinedLeft } from './flags.ts'
import { executeImmediate, executeRegister, isDetected, type Notes } from './instructions.ts'
import { keyOf, Machine, placeKey, placeOf } from './machine.ts'
import { isIdRegisterRead } from './sweep.ts'

/** Instructions that may still be evaluated, over all functions. */
export interface StepBudget {
  left: number
}

export interface FunctionCode {
  readonly words: Int32Array
  /** Address of `words[0]`. */
  readonly base: number
  readonly start: number
  readonly end: number
}

/** System calls that do not return: exit, exit_group (Linux, asm-generic/unistd.h). */
const ENDING_CALLS: ReadonlySet<number> = new Set([93, 94])
/** Bytes behind a pointer to the stack that a callee is taken to write. */
const PASSED_OBJECT = 64

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
): Evaluation | undefined {
  const evaluator = new Evaluator(target, parameters, surroundings, resultRegisters)
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
  readonly #resultRegisters: number
  readonly #states = new Map<number, Machine>()
  readonly #work: number[] = []
  readonly #seen: Uint8Array
  readonly #pruned = new Set<number>()
  readonly #passed = new Map<number, (Value | undefined)[]>()
  readonly #indirect = new Map<number, Set<number>>()
  readonly #used = new Set<number>()
  readonly #globals = new Map<string, GlobalStore>()
  readonly #written = new Map<string, ParameterStore>()
  /** Sizes of what was stored outside the frame, by key. */
  readonly #stored = new Map<number, number>()
  /** What is returned, by the instruction that ends the path. */
  readonly #results = new Map<number, ReadonlyMap<number, Value>>()
  #decides = false
  #returns = false
  #jumpsIndirectly = false
  #machine!: Machine
  steps = 0

  constructor(target: FunctionCode, parameters: readonly (Value | undefined)[] | undefined, outside: Surroundings, resultRegisters: number) {
    this.#words = target.words
    this.#base = target.base
    this.#from = (target.start - target.base) / 4
    this.#to = Math.ceil((target.end - target.base) / 4)
    this.#outside = outside
    this.#resultRegisters = resultRegisters
    this.#seen = new Uint8Array(this.#to - this.#from)
    this.#flow(this.#from, Machine.atEntry(parameters))
  }

  run(left: number): Evaluation | undefined {
    const limit = Math.min(left, 4000 + (this.#to - this.#from) * 12)
    for (;;) {
      while (this.#work.length > 0) {
        this.#follow(this.#work.pop()!)
        if (this.steps > limit) return undefined
      }
      if (!this.#jumpsIndirectly) break
      this.#jumpsIndirectly = false
      this.#addTableTargets()
      if (this.#work.length === 0) break
    }
    return {
      start: this.#base + this.#from * 4,
      seen: this.#seen,
      decides: this.#decides,
      returns: this.#returns,
      results: this.#joinedResults(),
      globalStores: [...this.#globals.values()],
      stores: [...this.#written.values()],
      passed: this.#passed,
      indirect: this.#indirect,
      addressesUsed: this.#used,
    }
  }

  used(value: Value | undefined): void {
    if (value === undefined || value.base !== plain) return
    for (let at = 0; at < value.words.length; at += 2) {
      const target = (value.words[at + 1]! >>> 0) * 0x1_0000_0000 + (value.words[at]! >>> 0)
      if (target > 0xfff && this.#outside.isPointerTarget(target)) this.#used.add(target)
      // a label of this function: something may jump back to it
      const inside = (target - this.#base) / 4
      if (inside > this.#from && inside < this.#to && Number.isInteger(inside) && !this.#states.has(inside)) this.#flow(inside, Machine.unknown())
    }
  }

  decided(flags: Flags | undefined, outcomes: number): void {
    if (outcomes !== 3 && isDetected(flags)) this.#decides = true
  }

  #flow(index: number, machine: Machine): void {
    if (index < this.#from || index >= this.#to) return
    const known = this.#states.get(index)
    if (known === undefined) {
      this.#states.set(index, machine.copy())
      this.#work.push(index)
      return
    }
    // what a check stored must not get lost where another path has stored something unknown
    for (const [key, cell] of machine.memory) {
      if (cell.value.detected && !known.memory.has(key) && this.#stored.has(key)) this.#publishCell(key, cell.value)
    }
    if (known.join(machine)) this.#work.push(index)
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
  }

  /** False when the path ends with this instruction. */
  #execute(word: number, at: number): boolean {
    const machine = this.#machine
    const group = (word >>> 25) & 15
    if (group === 8 || group === 9) executeImmediate(word, at, machine, this)
    else if (group === 5 || group === 13) executeRegister(word, machine, this)
    else if ((group & 5) === 4) this.#loadOrStore(word, at)
    else if (group === 10 || group === 11) return this.#system(word)
    else {
      const register = destination(word)
      if (register >= 0) machine.write(register, undefined)
    }
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

  // ---- memory

  #loadOrStore(word: number, at: number): void {
    const machine = this.#machine
    const literal = literalAddress(word, at)
    if (literal !== undefined) {
      const size = word >>> 30 === 0 ? 4 : 8
      if ((word & 0x0400_0000) === 0) machine.write(word & 31, word >>> 30 === 3 ? machine.read(word & 31) : this.#outside.load(literal, size))
      return
    }
    const operand = memoryAccess(word)
    if (operand === undefined) {
      const base = (word >>> 5) & 31
      // LD1, ST1 and others of many vectors: writeback by an amount that depends on the form
      if ((word & 0x0480_0000) === 0x0480_0000 && (word & 0x3a00_0000) === 0x0800_0000) machine.writeBase(base, undefined)
      return
    }
    const start = machine.readBase(operand.base)
    const moved = compute('add', start, number(operand.offset, operand.offset < 0 ? -1 : 0))
    let place = operand.writeback === 'after' ? start : moved
    if (operand.index >= 0) place = this.#indexed(word, operand, start)
    if (operand.load) this.#load(operand, place)
    else this.#store(operand, place)
    if (operand.atomic && !operand.load) machine.write((word >>> 16) & 31, undefined) // status of a store exclusive
    if (operand.writeback !== 'none') machine.writeBase(operand.base, moved)
  }

  #indexed(word: number, operand: MemoryAccess, start: Value | undefined): Value | undefined {
    const option = (word >>> 13) & 7
    const value = this.#machine.read(operand.index, (option & 1) === 0 ? 4 : 8)
    const extended = option === 6 ? signExtended(value, 4) : value
    const scale = (word & 0x1000) !== 0 ? Math.log2(operand.size) : 0
    const offset = scale === 0 ? extended : compute('shl', extended, number(scale))
    if (offset === undefined) this.used(start)
    if (start === undefined) this.used(offset)
    return compute('add', start, offset)
  }

  #load(operand: MemoryAccess, place: Value | undefined): void {
    const machine = this.#machine
    if (operand.register < 0) {
      this.used(place)
      return
    }
    const first = this.#recall(place, operand.size)
    const second = operand.second < 0 ? undefined : this.#recall(compute('add', place, number(operand.size)), operand.size)
    const extend = (value: Value | undefined): Value | undefined => (operand.signed === 0 ? value : truncated(signExtended(value, operand.size), operand.signed))
    machine.write(operand.register, extend(first))
    if (operand.second >= 0) machine.write(operand.second, extend(second))
    else if (operand.register !== 31) machine.origins[operand.register] = keyOf(place)
    if (operand.atomic) {
      // what LDADD and its relatives leave in memory is not known
      const key = keyOf(place)
      if (key !== undefined) machine.remember(key, operand.size, undefined)
    }
  }

  #recall(place: Value | undefined, size: number): Value | undefined {
    if (place === undefined) return undefined
    if (place.words.length > 2 && place.hull !== true && place.base === plain) {
      let all: Value | undefined
      for (let at = 0; at < place.words.length; at += 2) {
        const one = this.#recall({ ...place, words: [place.words[at]!, place.words[at + 1]!] }, size)
        all = at === 0 ? one : join(all, one)
        if (all === undefined) break
      }
      if (all === undefined) this.used(place)
      return all
    }
    const key = keyOf(place)
    if (key === undefined) {
      this.used(place)
      return undefined
    }
    const known = this.#machine.recall(key, size)
    if (known !== undefined) return known
    if (place.base === plain) return this.#outside.load(key, size)
    return place.base === SP ? undefined : this.#outside.loadField(place.base, singleOffset(place)!, size)
  }

  #store(operand: MemoryAccess, place: Value | undefined): void {
    const size = operand.size
    if (operand.register < 0) {
      const key = keyOf(place)
      if (key !== undefined) for (let part = 0; part < 2 * size; part += 8) this.#machine.remember(key + part, Math.min(size, 8), undefined)
      return
    }
    this.#storeOne(place, operand.atomic ? undefined : this.#machine.read(operand.register, size), size)
    if (operand.second >= 0) this.#storeOne(compute('add', place, number(size)), operand.atomic ? undefined : this.#machine.read(operand.second, size), size)
  }

  #storeOne(place: Value | undefined, value: Value | undefined, size: number): void {
    this.used(value)
    const key = keyOf(place)
    if (key === undefined) return
    if (place!.base !== SP) this.#stored.set(key, size)
    this.#machine.remember(key, size, value)
    if (value === undefined && key >= 0) this.#publishCell(key, undefined)
  }

  /** What is in memory outside the frame where control leaves the function. */
  #publish(): void {
    for (const [key, cell] of this.#machine.memory) if (this.#stored.has(key)) this.#publishCell(key, cell.value)
  }

  #publishCell(key: number, value: Value | undefined): void {
    const size = this.#stored.get(key)!
    const { base, offset } = placeOf(key)
    const name = `${key}.${size}`
    if (base === plain) {
      const known = this.#globals.get(name)
      this.#globals.set(name, { address: offset, size, value: known === undefined ? value : join(known.value, value) })
    } else if (value !== undefined && (value.detected || base > SP)) {
      const known = this.#written.get(name)
      const joined = known === undefined ? value : join(known.value, value)
      if (joined === undefined) this.#written.delete(name)
      else if (known !== undefined || this.#written.size < 64) this.#written.set(name, { base, offset, size, value: joined })
    }
  }

  // ---- control flow

  /** False when the path ends with this instruction. */
  #transfer(word: number, flow: number, index: number): boolean {
    const machine = this.#machine
    switch (flow) {
      case Flow.call:
        return this.#call(index, address(this.#base + branchTarget(word, flow, index * 4)))
      case Flow.indirectCall:
        return this.#callThrough(index, machine.read((word >>> 5) & 31))
      case Flow.jump:
        this.#seen[index - this.#from]! |= 2
        this.#go(index, branchTarget(word, flow, index * 4) / 4)
        return false
      case Flow.indirectJump:
        this.#jumpThrough(index, machine.read((word >>> 5) & 31))
        return false
      case Flow.return:
        this.#return(index)
        return false
      case Flow.trap:
        return false
      default:
        return this.#branch(word, flow, index)
    }
  }

  #branch(word: number, flow: number, index: number): boolean {
    const [flags, condition] = this.#condition(word, flow)
    const outcomes = outcomesOf(flags, condition)
    this.decided(flags, outcomes)
    const target = branchTarget(word, flow, index * 4) / 4
    const place = index - this.#from
    if ((outcomes & 2) !== 0) {
      this.#seen[place]! |= 2
      const taken = this.#refined(flags, condition, true)
      if (target < this.#from || target >= this.#to) {
        const kept = this.#machine
        this.#machine = taken
        this.#leave(index, address(this.#base + target * 4))
        this.#machine = kept
      } else this.#flow(target, taken)
    } else this.#pruned.add(target)
    if ((outcomes & 1) === 0) {
      this.#pruned.add(index + 1)
      return false
    }
    this.#seen[place]! |= 4
    this.#machine = this.#refined(flags, condition, false)
    return true
  }

  /** Flags and condition under which the branch is taken. */
  #condition(word: number, flow: number): [Flags | undefined, number] {
    const machine = this.#machine
    if (flow === Flow.condition) return [machine.flags, word & 15]
    const register = word & 31
    const when = (word & 0x0100_0000) !== 0 ? 1 : 0
    const size = word < 0 ? 8 : 4
    const whole = machine.read(register)
    // a function of another file that was found is not null
    const value = whole?.base === Base.imported ? number(1) : flow === Flow.zero ? truncated(whole, size) : whole
    if (value === undefined || value.base !== plain || value.words.length === 0) return [undefined, when]
    if (flow === Flow.zero) return [{ kind: 'subtract', left: value, right: number(0), size, register }, when]
    const bit = ((word >>> 26) & 32) | ((word >>> 19) & 31)
    const mask = bit < 32 ? number(1 << bit) : number(0, 1 << (bit - 32))
    if (value.hull !== true && value.partial !== true) return [{ kind: 'and', left: value, right: mask, size: 8, register }, when]
    const tested = compute('and', value, mask)
    return [tested === undefined || tested.words.length === 0 ? undefined : { kind: 'subtract', left: tested, right: number(0), size: 8, register: -1 }, when]
  }

  /** The state behind a branch, where what was compared can only be what allows that outcome. */
  #refined(flags: Flags | undefined, condition: number, outcome: boolean): Machine {
    const machine = this.#machine
    if (flags === undefined || flags.register < 0 || flags.register === 31) return machine
    const value = refinedLeft(flags, condition, outcome)
    if (value === undefined || !sameValue(truncated(machine.registers[flags.register], flags.size), flags.left)) return machine
    const refined = machine.copy()
    refined.registers[flags.register] = value
    const origin = refined.origins[flags.register]
    const cell = origin === undefined ? undefined : refined.memory.get(origin)
    if (origin !== undefined && (cell === undefined || cell.size <= flags.size)) refined.memory.set(origin, { value, size: cell?.size ?? flags.size })
    if (refined.flags === flags) refined.flags = { ...flags, left: value }
    return refined
  }

  #go(index: number, target: number): void {
    if (target < this.#from || target >= this.#to) this.#leave(index, address(this.#base + target * 4))
    else this.#flow(target, this.#machine)
  }

  /** A tail call: the results go to our caller. */
  #leave(index: number, target: Value | undefined): void {
    const at = this.#base + index * 4
    this.#pass(at)
    this.#publish()
    const outcome = this.#outside.call(at, target, this.#machine.registers)
    if (outcome?.never === true) return
    if (outcome?.writes !== undefined && outcome.writes.length > 0) {
      const kept = this.#machine
      this.#machine = kept.copy()
      this.#applyWrites(outcome.writes)
      this.#publish()
      this.#machine = kept
    }
    this.#returns = true
    this.#results.set(index, outcome?.results ?? new Map())
  }

  #jumpThrough(index: number, value: Value | undefined): void {
    this.#seen[index - this.#from]! |= 2
    const single = singleAddress(value)
    const inside = single === undefined ? -1 : (single - this.#base) / 4
    if (inside >= this.#from && inside < this.#to) {
      this.#flow(inside, this.#machine)
      return
    }
    this.#noteTargets(index, value)
    this.used(value)
    if (single === undefined && value?.base !== Base.imported) {
      if (value === undefined) this.#jumpsIndirectly = true
      this.#pass(this.#base + index * 4)
      this.#publish()
      this.#returns = true
      this.#results.set(index, new Map())
    } else this.#leave(index, value)
  }

  #callThrough(index: number, value: Value | undefined): boolean {
    this.#noteTargets(index, value)
    this.used(value)
    return this.#call(index, value)
  }

  #noteTargets(index: number, value: Value | undefined): void {
    if (value === undefined || value.base !== plain || value.partial === true || value.hull === true) return
    const at = this.#base + index * 4
    const targets = this.#indirect.get(at) ?? new Set<number>()
    for (let word = 0; word < value.words.length; word += 2) targets.add((value.words[word + 1]! >>> 0) * 0x1_0000_0000 + (value.words[word]! >>> 0))
    this.#indirect.set(at, targets)
  }

  #call(index: number, target: Value | undefined): boolean {
    const at = this.#base + index * 4
    const machine = this.#machine
    this.#seen[index - this.#from]! |= 2
    this.#pass(at)
    this.#publish()
    const outcome = this.#outside.call(at, target, machine.registers)
    if (outcome?.never === true) return false
    for (let register = 0; register <= ARGUMENTS; register++) {
      const value = machine.registers[register]
      const offset = value?.base === SP ? singleOffset(value) : undefined
      if (offset !== undefined) machine.forget(placeKey(SP, offset), placeKey(SP, offset + PASSED_OBJECT))
    }
    machine.forget(0, Infinity)
    this.#applyWrites(outcome?.writes ?? [])
    for (let register = 0; register < CALLER_SAVED; register++) machine.write(register, undefined)
    machine.write(30, undefined)
    for (const [register, value] of outcome?.results ?? []) machine.write(register, value)
    machine.flags = undefined
    return true
  }

  /** What a callee stores through the pointers it is given. */
  #applyWrites(writes: readonly ParameterStore[]): void {
    const pointers = this.#machine.registers.slice(0, SP)
    for (const { base, offset, size, value } of writes) {
      const pointer = base > SP ? { base, words: [0, 0], detected: false } : pointers[base]
      this.#storeOne(compute('add', pointer, number(offset, offset < 0 ? -1 : 0)), value, size)
    }
  }

  #pass(at: number): void {
    const known = this.#passed.get(at)
    const passed: (Value | undefined)[] = []
    for (let register = 0; register <= ARGUMENTS; register++) {
      const value = this.#machine.passed(register)
      this.used(value)
      passed.push(value !== undefined && (value.base === plain || value.base > SP) ? (known === undefined ? value : join(known[register], value)) : undefined)
    }
    this.#passed.set(at, passed)
  }

  #return(index: number): void {
    this.#publish()
    this.#returns = true
    const results = new Map<number, Value>()
    for (let register = 0; register < this.#resultRegisters; register++) {
      const value = this.#machine.passed(register)
      if (register < 2) this.used(value)
      if (value !== undefined && (value.base === plain || value.base > SP)) results.set(register, value)
    }
    this.#results.set(index, results)
  }

  #joinedResults(): Map<number, Value> {
    const all = [...this.#results.values()]
    const joined = new Map<number, Value>()
    for (let register = 0; register < this.#resultRegisters; register++) {
      let value = all[0]?.get(register)
      for (const results of all.slice(1)) value = join(value, results.get(register))
      if (value !== undefined) joined.set(register, value)
    }
    return joined
  }

  /** Where an indirect jump can lead: blocks that no direct jump leads to, and that no decided branch ruled out. */
  #addTableTargets(): void {
    const targets = new Set<number>()
    const leaders: number[] = []
    let open = false
    for (let index = this.#from; index < this.#to; index++) {
      const word = this.#words[index]!
      const flow = flowOf(word)
      if (open && word !== (0xd503_201f | 0)) {
        leaders.push(index)
        open = false
      }
      if (flow === Flow.jump || (flow >= Flow.condition && flow <= Flow.bit)) targets.add(branchTarget(word, flow, index * 4) / 4)
      if (endsPath(flow)) open = true
    }
    for (const leader of leaders) {
      if (!targets.has(leader) && !this.#pruned.has(leader) && !this.#states.has(leader)) this.#flow(leader, Machine.unknown())
    }
  }
}
