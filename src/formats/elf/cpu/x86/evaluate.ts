import type { X86Decoder } from '../../../../isa/x86/decode.ts'
import { type Blocks, findBlocks } from './blocks.ts'
import type { Evaluation, Surroundings } from './evaluation.ts'
import { Instructions } from './instructions.ts'
import { LowestFirst } from './lowest-first.ts'
import type { FunctionCode } from './function-code.ts'
import { argumentRegisters, Register, type State } from './machine.ts'
import { detectedAs, relative, sameValue, type Value } from '../program/value.ts'

/** Instructions that may still be evaluated, over all functions. */
export interface StepBudget {
  left: number
}

/**
 * Follows a function on every path that is possible on the CPU of the model. Undefined when that takes too many steps;
 * then every path counts as possible.
 */
export function evaluate(
  decoder: X86Decoder,
  target: FunctionCode,
  parameters: ReadonlyMap<number, Value> | undefined,
  surroundings: Surroundings,
  returnRegisters: readonly number[],
  budget: StepBudget,
): Evaluation | undefined {
  const evaluator = new Evaluator(decoder, target, parameters, surroundings, returnRegisters, false)
  const evaluation = evaluator.run(budget.left)
  budget.left -= evaluator.steps
  if (evaluation === undefined || !evaluator.assumed) return evaluation
  const cautious = new Evaluator(decoder, target, parameters, surroundings, returnRegisters, true)
  const everything = cautious.run(budget.left)
  budget.left -= cautious.steps
  return { ...evaluation, cautious: everything ?? 'unknown' }
}

class Evaluator extends Instructions {
  readonly #states: Map<number, State> = new Map()
  readonly #work = new LowestFirst()
  readonly #blocks: Blocks
  steps = 0

  constructor(
    decoder: X86Decoder,
    target: FunctionCode,
    parameters: ReadonlyMap<number, Value> | undefined,
    outside: Surroundings,
    returnRegisters: readonly number[],
    isCautious: boolean,
  ) {
    super(decoder, target, outside, returnRegisters, isCautious)
    this.#blocks = findBlocks(decoder, target.code, target.view, this.from, this.to)
    const registers: (Value | undefined)[] = Array.from({ length: 16 })
    for (const register of argumentRegisters) {
      registers[register] = parameters?.get(register) ?? detectedAs(relative(register, 0), outside.origins?.argumentLeaks(register) === true)
    }
    registers[Register.rsp] = relative(Register.rsp, 0)
    this.flow(this.from, { registers, memory: new Map(), flags: undefined })
  }
  run(left: number): Evaluation | undefined {
    const limit = Math.min(left, 8000 + (this.to - this.from) * 3)
    for (;;) {
      // in the order of addresses, so that what meets behind a branch is mostly joined before anyone goes on from there
      for (let at = this.#work.pop(); at !== undefined; at = this.#work.pop()) {
        this.#follow(at)
        if (this.steps > limit) return undefined
      }
      if (!this.indirect) break
      this.indirect = false
      this.#addOrphans()
      if (this.#work.length === 0) break
    }
    return {
      start: this.base + this.from,
      seen: this.seen,
      decides: this.decides,
      doubts: this.doubts,
      returns: this.returns,
      results: this.results ?? new Map(),
      globalStores: [...this.globals.values()],
      parameterStores: [...this.parameterStores.values()],
      fieldStores: [...this.fields.values()],
      otherFields: this.otherFields,
      passed: this.passed,
      leaks: { fields: this.leakedFields, anywhere: this.leaksAnywhere, arguments: this.leaksArguments },
      indirectCalls: this.indirectCalls,
      tableCalls: this.tableCalls,
      objects: this.outside.origins !== undefined ? this.handedOut.objects : undefined,
      open: this.open.size > 0 ? new Set([...this.open, ...this.undecided]) : this.open,
      addressesUsed: this.used,
    }
  }

  protected override flow(at: number, state: State): void {
    if (at < this.from || at >= this.to) return
    const known = this.#states.get(at)
    if (known === undefined) {
      this.#states.set(at, { registers: state.registers.slice(), memory: state.memory, flags: state.flags })
      this.ownsMemory = false
      this.#work.push(at)
      return
    }
    let changed = false
    const memory = new Map(known.memory)
    for (let register = 0; register < 16; register++) {
      const before = known.registers[register]
      if (before === undefined && state.registers[register]?.detected !== true) continue
      const joined = this.join(before, state.registers[register])
      if (!sameValue(before, joined)) {
        known.registers[register] = joined
        changed = true
      }
    }
    // what a check stored must not get lost where another path has stored something unknown
    for (const [key, value] of state.memory) {
      if (!value.detected || memory.has(key)) continue
      if (key >= 0 && this.stored.has(key)) this.publishVariable(key, value)
      const joined = this.join(undefined, value)
      if (joined === undefined) continue
      memory.set(key, joined)
      changed = true
    }
    if (known.memory !== state.memory) {
      for (const [key, before] of known.memory) {
        const joined = this.join(before, state.memory.get(key))
        if (sameValue(before, joined)) continue
        if (joined === undefined) memory.delete(key)
        else memory.set(key, joined)
        changed = true
      }
    }
    if (known.flags !== undefined && known.flags !== state.flags) {
      known.flags = undefined
      changed = true
    }
    known.memory = memory
    if (changed) this.#work.push(at)
  }

  /** Executes from `at` to the end of the path, or to where another path has been. */
  #follow(at: number): void {
    const start = this.#states.get(at)!
    this.state = { registers: start.registers.slice(), memory: start.memory, flags: start.flags }
    this.ownsMemory = false
    let here = at
    for (;;) {
      if (++this.steps > 4_000_000 || here >= this.to) return
      const length = this.decoder.decode(this.code, here)
      if (length === 0) return
      this.at = here
      this.next = here + length
      this.seen[here - this.from]! |= 1
      this.endsBlock = false
      if (!this.step()) return
      here = this.next
      if (here < this.to && (this.#blocks.joins[here - this.from] === 1 || (this.endsBlock && here > this.#work.lowest) || this.#states.has(here))) {
        this.flow(here, this.state)
        return
      }
    }
  }

  /** Where an indirect jump can lead: blocks that no direct jump leads to, and that no decided branch ruled out. */
  #addOrphans(): void {
    const unknown: State = { registers: Array.from({ length: 16 }), memory: new Map(), flags: undefined }
    for (const block of this.#blocks.unreferenced) {
      if (!this.pruned.has(block) && !this.#states.has(block)) this.flow(block, unknown)
    }
  }
}
