import { lengthAt } from '../../../../../isa/x86/length.ts'
import type { X86Decoder } from '../../../../../isa/x86/decode.ts'
import { argumentRegisters } from '../code/argument-registers.ts'
import type { BlockOrder } from '../code/block-order.ts'
import type { Blocks } from '../code/blocks.ts'
import type { FunctionCode } from '../code/function-code.ts'
import { isRead } from '../code/live-registers.ts'
import { LowestFirst } from '../../program/lowest-first.ts'
import { Places } from '../../program/places.ts'
import { detectedAs, isExact, plain, relative, sameValue, type Value } from '../../program/value.ts'
import { type CallingConvention, keptByCallees } from './calling-convention.ts'
import type { Entries } from './entries.ts'
import type { Surroundings, TableChoice } from './evaluation.ts'
import { joinFlags, sameFlags } from './flags.ts'
import { Instructions } from './instructions.ts'
import type { Manner } from './machine.ts'
import { Register, slotKey, STACK_ARGUMENT, type State, unknownSlot } from './state.ts'
import type { Draft } from './stores-of-checks.ts'
import { joinVectors, noVectors } from './vectors.ts'

/** Instructions from where a variable is read to the call of what a table holds. */
const LONGEST = 24

const noVariables: ReadonlySet<number> = new Set()
const noResults: ReadonlyMap<number, Value> = new Map()

/**
 * Follows a function. There is one class for all ways to follow one: of two, each with fields of its own, V8 would make everything below
 * for both, once the second has run.
 */
export class Evaluator extends Instructions {
  readonly #states: Map<number, State> = new Map()
  readonly #work = new LowestFirst()
  readonly #blocks: Blocks
  readonly #order: BlockOrder | undefined
  /** Is it followed straight on? Then it is only noted that control may go elsewhere. */
  #isStraight = false
  #branches = false
  steps = 0

  constructor(decoder: X86Decoder, target: FunctionCode, outside: Surroundings, convention: CallingConvention, manner: Manner) {
    super(decoder, target, outside, convention, manner)
    this.#blocks = target.blocks
    this.#order = target.order
  }

  /** Along all ways from where it is entered, called with `parameters`. Undefined where that takes more than `left` steps, or its size allows. */
  run(left: number, parameters: ReadonlyMap<number, Value> | undefined, entries: Entries | undefined): Draft | undefined {
    this.parameters = parameters
    this.#enter(parameters, entries)
    const limit = Math.min(left, 8000 + (this.to - this.from) * 3)
    while (this.#followAll(limit)) {
      if (this.atTables.length === 0) return this.#draft()
      this.#followTables()
    }
    return undefined
  }

  #enter(parameters: ReadonlyMap<number, Value> | undefined, entries: Entries | undefined): void {
    const registers: (Value | undefined)[] = Array.from({ length: 16 })
    for (const register of argumentRegisters) {
      registers[register] = parameters?.get(register) ?? detectedAs(relative(register, 0), this.outside.origins?.argumentLeaks(register) === true)
    }
    registers[Register.rsp] = relative(Register.rsp, 0)
    const memory = new Places<Value>()
    for (const [place, value] of parameters ?? []) {
      if (place >= STACK_ARGUMENT) memory.set(slotKey(8 * (place - STACK_ARGUMENT + 1)), value)
      else if (place < 0) memory.set(place, value)
    }
    if (entries?.start !== false) this.flow(this.from, { registers, memory, flags: undefined, vectors: noVectors })
    for (const [at, state] of entries?.inside ?? []) this.flow((at - this.base) | 0, state)
  }

  /** Straight from the instruction at offset `start`, which reads a variable, to a call of what a table holds at the place that it says. Undefined where it is anything else. */
  runToTableChoice(start: number): TableChoice | undefined {
    this.#isStraight = true
    const registers: (Value | undefined)[] = Array.from({ length: 16 })
    registers[Register.rsp] = relative(Register.rsp, 0)
    this.state = { registers, memory: new Places(), flags: undefined, vectors: noVectors }
    const { joins } = this.#blocks
    let here = start
    for (let steps = 1; steps <= LONGEST && here < this.to; steps++) {
      const length = lengthAt(this.decoder, this.code, here)
      if (length === 0 || (here > start && joins[here - this.from] === 1)) return undefined
      this.at = here
      this.next = here + length
      this.endsBlock = false
      const goesOn = this.step()
      here = this.next
      if (this.callee !== undefined) return this.#isKnown(goesOn) && this.#leavesNothing(goesOn) ? { start, end: here, addressesUsed: this.used, steps } : undefined
      if (!goesOn || this.endsBlock || this.#branches || (this.seen[this.at - this.from]! & 2) !== 0) return undefined
    }
    return undefined
  }

  /** Is it known who is called? A jump within the function is none. */
  #isKnown(isCall: boolean): boolean {
    return isExact(this.callee!) && (isCall || !this.#branches)
  }

  /** Is nothing left of what was read, but in registers that the callee need not keep, and is it told nothing of that? */
  #leavesNothing(isCall: boolean): boolean {
    const { registers, memory } = this.state
    for (let register = 0; register < registers.length; register++) {
      if (registers[register] === undefined || register === Register.rsp) continue
      if (isCall || keptByCallees.has(register) || registers[register]!.detected) return false
    }
    for (const passed of this.passed.values()) for (const value of passed.values()) if (value.detected) return false
    const stores = memory.size + this.globals.size + this.fields.size + this.leakedFields.size + this.lostStores.size + this.leakedFrames.size + this.leakedDoubtfully.size + this.leakedThreadLocals.size
    return stores === 0 && !this.decides && !this.doubts && !this.leaksAnywhere && !this.leaksArguments
  }

  /** False where that takes more than `limit` steps. */
  #followAll(limit: number): boolean {
    // in the order of addresses, so that what meets behind a branch is mostly joined before anyone goes on from there
    for (let rank = this.#work.pop(); rank !== undefined; rank = this.#work.pop()) {
      this.#follow(this.#atRank(rank))
      if (this.steps > limit) return false
    }
    return true
  }

  /** Place in the order in which blocks are followed. */
  #rankOf(at: number): number {
    return this.#order === undefined ? at : this.#order.ranks[at - this.from]!
  }

  #atRank(rank: number): number {
    if (this.#order === undefined) return rank
    const { offsets } = this.#order
    return this.from + (rank < offsets.length ? offsets[rank]! : rank - offsets.length)
  }

  /** What it returns; what a check found out may be something else where it goes on through a pointer. */
  #results(): ReadonlyMap<number, Value> {
    const results = this.results ?? noResults
    if (!this.leavesUnknown) return results
    return new Map([...results].map(([register, value]) => [register, value.detected ? (this.join(value, undefined) ?? value) : value]))
  }

  #draft(): Draft {
    return {
      start: this.base + this.from,
      seen: this.seen,
      decides: this.decides,
      doubts: this.doubts,
      ignoresOthers: this.ignoresOthers,
      cautious: undefined,
      exits: this.exits,
      asksByArgument: this.asksByArgument,
      returns: this.returns,
      results: this.#results(),
      returnedPointer: this.returnedPointer,
      told: [...this.told.values()],
      globalStores: [...this.globals.values()].map((store) => ({ ...store, left: this.leftIn(store.address) })),
      unconditional: noVariables,
      parameterStores: this.storesThroughParameters(),
      withheld: [...this.withheld.values()],
      fieldStores: [...this.fields.values()],
      otherFields: new Set(),
      numbersStored: this.numbersStored(),
      closures: [...this.closures.values()].flat(),
      passed: this.passed,
      leaks: { fields: this.leakedFields, stored: this.leakedFields, lost: this.lostStores, toArguments: this.leakedToArguments, frames: this.leakedFrames, doubtful: this.leakedDoubtfully, argumentsEscape: this.argumentsEscape, argumentsHandedAt: this.argumentsHandedAt, escapedArguments: this.escapedArguments, ambiguous: new Set(), anywhere: this.leaksAnywhere, threadLocals: this.leakedThreadLocals, threadNumbers: this.leakedThreadNumbers, arguments: this.leaksArguments },
      indirectCalls: this.indirectCalls,
      callbacks: this.callbacks,
      tableCalls: this.tableCalls,
      tablesByOthers: this.tablesByOthers,
      tableJumps: this.tableJumps,
      objects: this.tracesOrigins ? this.handedOut.objects : undefined,
      open: this.open.size > 0 ? new Set([...this.open, ...this.undecided]) : this.open,
      either: this.either,
      addressesUsed: this.used,
      addressesPassed: this.usedByCalls,
      addressesFollowed: this.followed,
      addressesRefused: this.outvoted,
    }
  }

  protected override flow(target: number, state: State): void {
    if (this.#isStraight) {
      this.#branches = true // handlers of exceptions are behind the call, and know nothing of what was before it
      return
    }
    if (target < this.from || target >= this.to) return
    // an integer for V8, too: cases of a switch have addresses, which are doubles, and so would be all that is counted from them
    const at = target | 0
    const known = this.#states.get(at)
    if (known === undefined) {
      this.#states.set(at, { registers: state.registers.slice(), memory: state.memory, flags: state.flags, vectors: state.vectors })
      this.ownsMemory = false
      this.#work.push(this.#rankOf(at))
      return
    }
    let changed = false
    for (let register = 0; register < 16; register++) {
      const before = known.registers[register]
      const now = state.registers[register]
      if (before === now) continue
      if (before === undefined && now?.detected !== true) {
        if (now !== undefined) this.#loseAddress(at, register, now)
        continue
      }
      if (sameValue(before, now)) continue
      const joined = this.join(before, now)
      if (sameValue(before, joined)) continue
      if (joined === undefined) {
        this.#loseAddress(at, register, before)
        this.#loseAddress(at, register, now)
      }
      known.registers[register] = joined
      changed = true
    }
    const memory = this.#joinMemory(known.memory, state.memory)
    if (memory !== known.memory) changed = true
    if (known.flags !== undefined && !sameFlags(known.flags, state.flags)) {
      const flags = joinFlags(known.flags, state.flags)
      if (flags !== known.flags) changed = true
      known.flags = flags
    }
    const vectors = joinVectors(known.vectors, state.vectors)
    if (vectors !== known.vectors) {
      known.vectors = vectors
      changed = true
    }
    known.memory = memory
    if (changed) this.#work.push(this.#rankOf(at))
  }

  /** What memory can hold where two paths meet: `known` itself where the other adds nothing to it. */
  #joinMemory(known: Places<Value>, other: Places<Value>): Places<Value> {
    if (known === other) return known
    let joint: Places<Value> | undefined
    // how much of it is filled in: it begins as a copy, so that it need not grow
    let filled = 0
    let next = 0
    for (let index = 0; index < known.size || next < other.size; ) {
      const key = index < known.size ? known.keys[index]! : Infinity
      const otherKey = next < other.size ? other.keys[next]! : Infinity
      if (otherKey < key) {
        const added = this.#onlyThere(otherKey, other.values[next++]!)
        if (added === undefined) continue
        if (joint === undefined) {
          joint = known.copy()
          filled = index
        }
        joint.keys[filled] = otherKey
        joint.values[filled++] = added
        continue
      }
      const before = known.values[index]!
      const now = otherKey === key ? other.values[next++] : this.#left(key)
      let joined = before === now || before === unknownSlot ? before : now === unknownSlot ? now : this.join(before, now)
      if (joined === undefined && key >= 0 && this.stored.has(key)) this.publishVariable(key, before)
      if (joined === undefined && key < 0) {
        this.#loseSlot(before, now)
        // what lies below may be narrower than what is read here
        if (index > 0 && key - known.keys[index - 1]! < 8) joined = unknownSlot
      }
      const same = before === joined || sameValue(before, joined)
      if (!same && joint === undefined) {
        joint = known.copy()
        filled = index
      }
      index++
      if (joint === undefined || joined === undefined) continue
      joint.keys[filled] = key
      joint.values[filled++] = same ? before : joined
    }
    joint?.shorten(filled)
    return joint ?? known
  }

  /** What a check stored must not get lost where another path has stored something unknown. */
  #onlyThere(key: number, value: Value): Value | undefined {
    if (key >= 0 && this.stored.has(key)) this.publishVariable(key, value)
    if (value === unknownSlot && this.tracesOrigins) return value
    if (!value.detected) {
      if (key < 0) this.#loseSlot(value, undefined)
      return undefined
    }
    return this.join(this.#left(key), value)
  }

  /** What others leave in a variable that a way does not store to, where that has been found out. */
  #left(key: number): Value | undefined {
    return key >= 0 && this.outside.origins?.settled === true ? this.outside.load(key, this.stored.get(key) ?? 8) : undefined
  }

  /** The address of a function meets what is not known, or too many others: from here on nobody sees who calls it by this register. */
  #loseAddress(at: number, register: number, value: Value | undefined): void {
    if (this.#isAddressOfFunction(value) && isRead(this.decoder, this.code, this.view, this.from, this.to, at, register)) this.used_(value)
  }

  /** The same of a place in the frame. */
  #loseSlot(before: Value | undefined, now: Value | undefined): void {
    if (this.#isAddressOfFunction(before)) this.used_(before)
    if (this.#isAddressOfFunction(now)) this.used_(now)
  }

  #isAddressOfFunction(value: Value | undefined): boolean {
    // what a check decided against stays in its register
    if (value === undefined || value.base !== plain) return false
    const { words } = value
    for (let word = 0; word < words.length; word += 2) {
      const address = words[word + 1]! * 0x1_0000_0000 + (words[word]! >>> 0)
      // looked at wherever two paths meet, and a small number for the most part
      if (address > 0xfff && this.outside.isFunction(address) && !this.refused.has(address)) return true
    }
    return false
  }

  /** Executes from `at` to the end of the path, or to where another path has been. */
  #follow(at: number): void {
    const start = this.#states.get(at)!
    this.state = { registers: start.registers.slice(), memory: start.memory, flags: start.flags, vectors: start.vectors }
    this.ownsMemory = false
    this.comparedToZero = undefined
    this.extended = undefined
    const { joins, lengths } = this.#blocks
    let here = at
    for (;;) {
      if (++this.steps > 4_000_000 || here >= this.to) return
      const length = lengths[here - this.from]! || (lengths[here - this.from] = lengthAt(this.decoder, this.code, here))
      if (length === 0) return
      this.at = here
      this.next = here + length
      this.seen[here - this.from]! |= 1
      this.endsBlock = false
      if (!this.step()) return
      here = this.next
      if (here < this.to && (joins[here - this.from] === 1 || (this.endsBlock && this.#rankOf(here) > this.#work.lowest) || this.#states.has(here))) {
        this.flow(here, this.state)
        return
      }
    }
  }

  readonly #behindTables = new Set<number>()

  /** Where a jump through a table can lead: blocks that no direct jump leads to, and that no decided branch ruled out. */
  #followTables(): void {
    const { tableTargets } = this
    for (const block of this.#blocks.unreferenced) if (!this.pruned.has(block) && (!this.#states.has(block) || tableTargets.has(block))) this.#behindTables.add(block)
    const states = this.atTables.splice(0)
    for (const block of this.#behindTables) for (const state of states) this.flow(block, state)
  }
}
