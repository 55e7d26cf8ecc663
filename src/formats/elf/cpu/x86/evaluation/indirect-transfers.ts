import { EscapedInstructions } from './escaped-instructions.ts'
import { argumentRegisters } from '../code/argument-registers.ts'
import { Register, type State } from './state.ts'
import { addressesIn, isExact, number, plain, singleAddress, singleOffset, type Value } from '../../program/value.ts'

/** Group 5 (FE, FF): calls and jumps through registers and memory, and what shares their opcodes. */
export abstract class IndirectTransfers extends EscapedInstructions {
  protected readonly indirectCalls: Set<number> = new Set()
  protected readonly callbacks: Map<number, number> = new Map()
  protected readonly tableCalls: Map<number, number> = new Map()
  /** It may hand back what is not known: see `evaluator.ts`. */
  protected leavesUnknown = false
  /** What the last call or jump through a register or memory led to. */
  protected callee: Value | undefined
  /** Undefined where one of its ways there is not known. */
  protected readonly tableJumps: Map<number, readonly number[] | undefined> = new Map()
  /** Offsets in the code that they lead to. */
  protected readonly tableTargets: Set<number> = new Set()
  /** States at jumps through tables that are not known, and that were not followed yet. */
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
      this.callee = target
      this.used_(target)
      const known = singleAddress(target)
      if (known === undefined) {
        this.indirectCalls.add(this.base + this.at)
        this.#noteCallback(target)
      } else this.noteTableCall(known)
      this.noteArguments(known === undefined)
      // the table that the callee is taken from is no argument
      if (target !== undefined && isExact(target) && this.tableRegister >= 0) this.state.registers[this.tableRegister] = undefined
      return this.call(known, known === undefined && this.outside.origins?.settled === true && target !== undefined && isExact(target) ? addressesIn(target) : undefined)
    }
    if (byte === 0xff && (slash === 4 || slash === 5)) {
      this.callee = this.read(8)
      const target = singleAddress(this.callee)
      this.seen[this.at - this.from]! |= 2
      if (target !== undefined) {
        const inside = target - this.base
        if (inside >= this.from && inside < this.to) this.flow(inside | 0, this.state)
        else {
          this.noteTableCall(target)
          if (this.outside.isPointerTarget(target)) this.used.add(target)
          if (this.tableRegister >= 0) registers[this.tableRegister] = undefined // as for calls
          this.leave(this.base + this.at, target, target)
        }
        return false
      }
      if (this.outside.isOfAnotherFile(this.base + this.at)) {
        this.#leaveFile()
        return false
      }
      this.open.add(this.base + this.at)
      const isKnown = this.callee !== undefined && isExact(this.callee)
      if (isKnown) {
        const several = addressesIn(this.callee)
        if (several.every((address) => address - this.base >= this.from && address - this.base < this.to)) {
          this.#jumpToSome(several)
          return false
        }
        this.used_(this.callee)
      }
      if (this.#jumpThroughTable(isKnown)) {
        // a switch on what the caller asks for, with what CPUID said at hand
        this.asksByArgument ||= registers.some((value) => value?.detected === true)
        return false
      }
      for (const register of argumentRegisters) this.used_(registers[register])
      this.indirectCalls.add(this.base + this.at)
      if (this.#noteCallback(this.callee)) this.pass(this.base + this.at, 8)
      this.publish(true)
      this.atTables.push(this.state)
      this.returns = true // as a tail call
      this.leavesUnknown = true
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

  /** Cases of a switch of which the number is known: other cases do not run. */
  #jumpToSome(targets: readonly number[]): void {
    const at = this.base + this.at
    const known = this.tableJumps.get(at)
    const all = new Set([...(known ?? []), ...targets])
    if (known === undefined ? !this.tableJumps.has(at) : all.size > known.length) this.tableJumps.set(at, [...all])
    for (const target of targets) {
      this.tableTargets.add((target - this.base) | 0)
      this.flow((target - this.base) | 0, this.state)
    }
  }

  /** True where a function is called that we were given as an argument. */
  #noteCallback(target: Value | undefined): boolean {
    if (target === undefined || !argumentRegisters.includes(target.base) || singleOffset(target) !== 0) return false
    this.callbacks.set(this.base + this.at, target.base)
    return true
  }

  /** A tail call through a slot of the GOT. */
  #leaveFile(): void {
    const { registers } = this.state
    for (const register of argumentRegisters) this.used_(registers[register])
    const returned = this.outside.returned(this.base + this.at, registers)
    if (returned !== 'never') this.endWith(returned)
  }

  /** Tables that instructions read entries of, by the place of the instruction. Undefined: not known. */
  readonly #tables = new Map<number, Set<number> | undefined>()

  /** Notes which table [table + index * 4] is in. */
  protected noteTable(): void {
    if (this.tableRegister < 0) return
    const base = this.state.registers[this.tableRegister]
    const known = this.#tables.get(this.at)
    if (known === undefined && this.#tables.has(this.at)) return
    const isKnown = base?.base === plain && base.words.length > 0 && base.partial !== true && base.hull !== true
    if (!isKnown) {
      this.#tables.set(this.at, undefined)
      return
    }
    const tables = known ?? new Set()
    for (let word = 0; word < base.words.length; word += 2) tables.add((base.words[word + 1]! >>> 0) * 0x1_0000_0000 + (base.words[word]! >>> 0))
    this.#tables.set(this.at, tables)
  }

  /**
   * Goes on where the table leads that the jump at hand reads. False where that is not known.
   * @param isKnown it is known which of the entries it reads: that was noted
   */
  #jumpThroughTable(isKnown: boolean): boolean {
    const at = this.base + this.at
    const known = this.tableJumps.get(at)
    const targets = known === undefined && this.tableJumps.has(at) ? undefined : this.#targetsOfTable()
    if (targets === undefined || targets !== known) this.tableJumps.set(at, targets)
    if (targets === undefined) return false
    let leaves = false
    let isSwitch = false
    for (let entry = 0; entry < targets.length; entry++) {
      const inside = targets[entry]! - this.base
      if (inside >= this.from && inside < this.to) {
        if (targets !== known) this.tableTargets.add(inside | 0)
        this.flow(inside | 0, this.state)
        isSwitch = true
      } else leaves = true
    }
    // a table of functions; where a switch seems to lead out of the function, its table was read too far
    if (!isKnown && !isSwitch) for (let entry = 0; entry < targets.length; entry++) if (this.outside.isPointerTarget(targets[entry]!)) this.used.add(targets[entry]!)
    if (leaves) {
      this.pass(at, 8)
      this.endWith(undefined)
    }
    return true
  }

  #targetsOfTable(): readonly number[] | undefined {
    const { jumpTables } = this.outside
    const load = jumpTables.loadOf(this.target, this.at)
    const tables = load === undefined ? undefined : load.table === undefined ? this.#tables.get(load.at) : [load.table]
    let targets: readonly number[] | undefined
    for (const table of tables ?? []) {
      const found = jumpTables.targets(this.target, load!, table)
      if (found === undefined) return undefined
      targets = targets === undefined ? found : [...targets, ...found]
    }
    return targets?.length === 0 ? undefined : targets
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
