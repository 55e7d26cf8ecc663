import type { X86Decoder } from '../../../../isa/x86/decode.ts'
import type { Evaluation, GlobalStore, ParameterStore, Surroundings } from './evaluation.ts'
import { type Blocks, findBlocks } from './blocks.ts'
import {
  address as addressValue,
  compute,
  detectedAs,
  featureTable,
  type Flags,
  isZero,
  join,
  number,
  type Operation,
  outcomes,
  plain,
  refined,
  relative,
  sameValue,
  signExtended,
  singleAddress,
  singleOffset,
  truncated,
  type Value,
  anything,
  clean,
  untouched,
} from './value.ts'

/** General registers by their numbers in instructions. */
export const Register = { rax: 0, rcx: 1, rdx: 2, rbx: 3, rsp: 4, rbp: 5, rsi: 6, rdi: 7, r8: 8, r9: 9 } as const
/** Integer arguments of the psABI (3.2.3), in no order. */
export const argumentRegisters: readonly number[] = [7, 6, 2, 1, 8, 9]

interface State {
  readonly registers: (Value | undefined)[]
  /** Stack slots by offset from the entry's RSP, and refined globals by address; see `slotKey`. */
  /** Shared between states until one of them changes it. */
  memory: Map<number, Value>
  flags: Flags | undefined
}

/** Of a comparison of what is not known, and has nothing to do with the CPU. */
const cleanFlags: Flags = { kind: 'result', left: untouched, right: untouched, size: 8, register: -1, place: undefined }

/** Places relative to what a register held on entry (RSP: the stack) lie far below all addresses. */
const placeKey = (base: number, offset: number): number => offset - 2 ** 40 * (base + 1)
const slotKey = (offset: number): number => placeKey(Register.rsp, offset)
const MEMORY_LIMIT = 96

/** Numbers, each at most once, of which the lowest is taken first. */
class LowestFirst {
  readonly #heap: number[] = []
  readonly #held = new Set<number>()

  get length(): number {
    return this.#heap.length
  }

  get lowest(): number {
    return this.#heap[0] ?? Infinity
  }

  push(item: number): void {
    if (this.#held.has(item)) return
    this.#held.add(item)
    const heap = this.#heap
    let at = heap.length
    heap.push(item)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (heap[parent]! <= item) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = item
  }

  pop(): number | undefined {
    const heap = this.#heap
    const lowest = heap[0]
    if (lowest === undefined) return undefined
    this.#held.delete(lowest)
    const last = heap.pop()!
    if (heap.length === 0) return lowest
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++
      if (heap[child]! >= last) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
    return lowest
  }
}

/** Instructions that may still be evaluated, over all functions. */
export interface StepBudget {
  left: number
}

export interface FunctionCode {
  /** Bytes of the section. */
  readonly code: Uint8Array
  readonly view: DataView
  /** Address of `code[0]`. */
  readonly base: number
  readonly start: number
  readonly end: number
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

class Evaluator {
  readonly #decoder: X86Decoder
  readonly #code: Uint8Array
  readonly #view: DataView
  readonly #base: number
  readonly #from: number
  readonly #to: number
  readonly #outside: Surroundings
  readonly #returnRegisters: readonly number[]
  readonly #states = new Map<number, State>()
  readonly #work = new LowestFirst()
  readonly #blocks: Blocks
  readonly #seen: Uint8Array
  readonly #pruned = new Set<number>()
  readonly #passed = new Map<number, Map<number, Value>>()
  readonly #used = new Set<number>()
  readonly #globals = new Map<string, GlobalStore>()
  /** Sizes of the variables written, by address. */
  readonly #stored = new Map<number, number>()
  readonly #storedThrough = new Map<number, { register: number; offset: number; size: number }>()
  readonly #parameterStores = new Map<string, ParameterStore>()
  readonly #fields = new Map<string, { offset: number; size: number; value: Value }>()
  #results: Map<number, Value> | undefined
  /** A field of some object was taken to hold what was stored in another's at the same offset. */
  assumed = false
  readonly #isCautious: boolean
  /** Offsets of fields where something else is stored than what a check found out. */
  readonly #otherFields = new Set<number>()
  readonly #indirectCalls = new Set<number>()
  readonly #leakedFields = new Set<number>()
  #leaksAnywhere = false
  #leaksArguments = false
  readonly #open = new Set<number>()
  /** Branches on one of several numbers: which one it is may hang on a check before. */
  readonly #undecided = new Set<number>()
  #decides = false
  #doubts = false
  #returns = false
  #indirect = false
  steps = 0
  // of the instruction at hand
  #state!: State
  #at = 0
  #next = 0
  #rex = 0
  #size = 4
  #modrmAt = 0
  #memoryAddress: Value | undefined
  #endsBlock = false
  #ownsMemory = false
  #isMemory = false
  #displacement = 0
  #hasBase = false
  /** Base of an operand with an index. */
  #tableRegister = -1

  constructor(
    decoder: X86Decoder,
    target: FunctionCode,
    parameters: ReadonlyMap<number, Value> | undefined,
    outside: Surroundings,
    returnRegisters: readonly number[],
    isCautious: boolean,
  ) {
    this.#isCautious = isCautious
    this.#decoder = decoder
    this.#code = target.code
    this.#view = target.view
    this.#base = target.base
    this.#from = target.start - target.base
    this.#to = target.end - target.base
    this.#outside = outside
    this.#returnRegisters = returnRegisters
    this.#seen = new Uint8Array(target.end - target.start)
    this.#blocks = findBlocks(decoder, target.code, target.view, this.#from, this.#to)
    const registers: (Value | undefined)[] = Array.from({ length: 16 })
    for (const register of argumentRegisters) {
      registers[register] = parameters?.get(register) ?? (outside.origins?.argumentLeaks(register) === true ? undefined : relative(register, 0))
    }
    registers[Register.rsp] = relative(Register.rsp, 0)
    this.#flow(this.#from, { registers, memory: new Map(), flags: undefined })
  }

  run(left: number): Evaluation | undefined {
    const limit = Math.min(left, 8000 + (this.#to - this.#from) * 3)
    for (;;) {
      // in the order of addresses, so that what meets behind a branch is mostly joined before anyone goes on from there
      for (let at = this.#work.pop(); at !== undefined; at = this.#work.pop()) {
        this.#follow(at)
        if (this.steps > limit) return undefined
      }
      if (!this.#indirect) break
      this.#indirect = false
      this.#addOrphans()
      if (this.#work.length === 0) break
    }
    return {
      start: this.#base + this.#from,
      seen: this.#seen,
      decides: this.#decides,
      doubts: this.#doubts,
      returns: this.#returns,
      results: this.#results ?? new Map(),
      globalStores: [...this.#globals.values()],
      parameterStores: [...this.#parameterStores.values()],
      fieldStores: [...this.#fields.values()],
      otherFields: this.#otherFields,
      passed: this.#passed,
      leaks: { fields: this.#leakedFields, anywhere: this.#leaksAnywhere, arguments: this.#leaksArguments },
      indirectCalls: this.#indirectCalls,
      open: this.#open.size > 0 ? new Set([...this.#open, ...this.#undecided]) : this.#open,
      addressesUsed: this.#used,
    }
  }

  #flow(at: number, state: State): void {
    if (at < this.#from || at >= this.#to) return
    const known = this.#states.get(at)
    if (known === undefined) {
      this.#states.set(at, { registers: state.registers.slice(), memory: state.memory, flags: state.flags })
      this.#ownsMemory = false
      this.#work.push(at)
      return
    }
    let changed = false
    const memory = new Map(known.memory)
    for (let register = 0; register < 16; register++) {
      const before = known.registers[register]
      if (before === undefined && state.registers[register]?.detected !== true) continue
      const joined = this.#join(before, state.registers[register])
      if (!sameValue(before, joined)) {
        known.registers[register] = joined
        changed = true
      }
    }
    // what a check stored must not get lost where another path has stored something unknown
    for (const [key, value] of state.memory) {
      if (!value.detected || memory.has(key)) continue
      if (key >= 0 && this.#stored.has(key)) this.#publishVariable(key, value)
      const joined = this.#join(undefined, value)
      if (joined === undefined) continue
      memory.set(key, joined)
      changed = true
    }
    if (known.memory !== state.memory) {
      for (const [key, before] of known.memory) {
        const joined = this.#join(before, state.memory.get(key))
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

  #ownMemory(): Map<number, Value> {
    if (!this.#ownsMemory) this.#state.memory = new Map(this.#state.memory)
    this.#ownsMemory = true
    return this.#state.memory
  }

  /** Executes from `at` to the end of the path, or to where another path has been. */
  #follow(at: number): void {
    const start = this.#states.get(at)!
    this.#state = { registers: start.registers.slice(), memory: start.memory, flags: start.flags }
    this.#ownsMemory = false
    let here = at
    for (;;) {
      if (++this.steps > 4_000_000 || here >= this.#to) return
      const length = this.#decoder.decode(this.#code, here)
      if (length === 0) return
      this.#at = here
      this.#next = here + length
      this.#seen[here - this.#from]! |= 1
      this.#endsBlock = false
      if (!this.#step()) return
      here = this.#next
      if (here < this.#to && (this.#blocks.joins[here - this.#from] === 1 || (this.#endsBlock && here > this.#work.lowest) || this.#states.has(here))) {
        this.#flow(here, this.#state)
        return
      }
    }
  }

  /** False when the path ends with this instruction. */
  #step(): boolean {
    const code = this.#code
    let at = this.#at
    let operand16 = false
    let segment = false
    this.#rex = 0
    let byte = code[at]!
    for (;;) {
      if (byte === 0x66) operand16 = true
      else if (byte === 0x64 || byte === 0x65) segment = true
      else if (byte !== 0xf2 && byte !== 0xf3 && byte !== 0xf0 && (byte & 0xe7) !== 0x26 && byte !== 0x67) break
      byte = code[++at]!
    }
    if ((byte & 0xf0) === 0x40) {
      this.#rex = byte
      byte = code[++at]!
    }
    this.#size = (this.#rex & 8) !== 0 ? 8 : operand16 ? 2 : 4
    if (byte === 0x0f) return this.#escaped(at, segment)
    if (byte === 0xc4 || byte === 0xc5 || byte === 0x62 || (byte === 0x8f && (code[at + 1]! & 31) >= 8)) {
      this.#vector(at, byte)
      return true
    }
    return this.#oneByte(at, byte, segment)
  }

  #oneByte(at: number, byte: number, segment: boolean): boolean {
    const { registers } = this.#state
    const view = this.#view
    const next = this.#next
    const wide = this.#size
    const width = (byte & 1) === 1 ? wide : 1
    if (byte < 0x40 && (byte & 7) < 6) {
      this.#arithmetic(at, byte, width, segment)
      return true
    }
    if (byte >= 0x50 && byte < 0x58) {
      this.#used_(registers[(byte & 7) | ((this.#rex & 1) << 3)])
      const value = registers[(byte & 7) | ((this.#rex & 1) << 3)]
      registers[Register.rsp] = this.#compute('sub', registers[Register.rsp], number(8))
      this.#storeSlot(registers[Register.rsp], value)
      return true
    }
    if (byte >= 0x58 && byte < 0x60) {
      const slot = registers[Register.rsp]
      const offset = slot?.base === Register.rsp ? singleOffset(slot) : undefined
      registers[(byte & 7) | ((this.#rex & 1) << 3)] = offset === undefined ? undefined : this.#state.memory.get(slotKey(offset))
      registers[Register.rsp] = this.#compute('add', slot, number(8))
      return true
    }
    if (byte >= 0x70 && byte < 0x80) return this.#branch(byte & 15, next + view.getInt8(next - 1))
    if (byte >= 0xb8 && byte < 0xc0) {
      const register = (byte & 7) | ((this.#rex & 1) << 3)
      if (wide === 8) registers[register] = number(view.getInt32(next - 8, true), view.getInt32(next - 4, true))
      else registers[register] = number(wide === 2 ? view.getUint16(next - 2, true) : view.getInt32(next - 4, true))
      return true
    }
    if (byte >= 0xb0 && byte < 0xb8) {
      this.#assignNamed((byte & 7) | ((this.#rex & 1) << 3), number(this.#code[next - 1]!), 1)
      return true
    }
    switch (byte) {
      case 0x63:
        this.#operands(at + 1, segment)
        this.#setRegister(signExtended(this.#truncated(this.#read(4), 4), 4), wide)
        return true
      case 0x69:
      case 0x6b: {
        this.#operands(at + 1, segment)
        const factor = number(byte === 0x6b ? view.getInt8(next - 1) : view.getInt32(next - 4, true))
        this.#setRegister(this.#truncated(this.#compute('mul', this.#read(wide), factor), wide), wide)
        this.#state.flags = undefined
        return true
      }
      case 0x68:
      case 0x6a:
        registers[Register.rsp] = this.#compute('sub', registers[Register.rsp], number(8))
        return true
      case 0x80:
      case 0x81:
      case 0x83: {
        this.#operands(at + 1, segment)
        const immediate = byte === 0x81 ? (wide === 2 ? view.getInt16(next - 2, true) : view.getInt32(next - 4, true)) : view.getInt8(next - 1)
        this.#applyArithmetic((this.#code[this.#modrmAt]! >> 3) & 7, this.#read(width), number(immediate, immediate < 0 ? -1 : 0), width, (v) =>
          this.#write(v, width),
        )
        return true
      }
      case 0x84:
      case 0x85:
        this.#operands(at + 1, segment)
        this.#test(this.#read(width), this.#register(width), width)
        return true
      case 0x86:
      case 0x87: {
        this.#operands(at + 1, segment)
        const old = this.#read(width)
        this.#write(this.#register(width), width)
        this.#setRegister(old, width)
        return true
      }
      case 0x88:
      case 0x89:
        this.#operands(at + 1, segment)
        this.#write(this.#register(width), width)
        return true
      case 0x8a:
      case 0x8b:
        this.#operands(at + 1, segment)
        this.#setRegister(this.#read(width), width)
        return true
      case 0x8d:
        this.#operands(at + 1, false)
        this.#setRegister(this.#resolveStub(this.#memoryAddress), wide)
        return true
      case 0x8f:
        this.#operands(at + 1, segment)
        this.#write(undefined, 8)
        return true
      case 0x98:
        registers[Register.rax] = this.#truncated(signExtended(this.#truncated(registers[Register.rax], wide / 2), wide / 2), wide)
        return true
      case 0x99:
        registers[Register.rdx] = isZero(registers[Register.rax]) ? registers[Register.rax] : undefined
        return true
      case 0xa8:
      case 0xa9:
        this.#test(this.#truncated(registers[Register.rax], width), number(byte === 0xa8 ? this.#code[next - 1]! : view.getInt32(next - 4, true)), width)
        return true
      case 0xc0:
      case 0xc1:
      case 0xd0:
      case 0xd1:
      case 0xd2:
      case 0xd3:
        this.#operands(at + 1, segment)
        this.#shift((this.#code[this.#modrmAt]! >> 3) & 7, byte < 0xc8 ? this.#code[next - 1]! : byte < 0xd2 ? 1 : undefined, width)
        return true
      case 0xc2:
      case 0xc3:
        this.#return()
        return false
      case 0xc6:
      case 0xc7: {
        this.#operands(at + 1, segment)
        const immediate = byte === 0xc6 ? view.getInt8(next - 1) : wide === 2 ? view.getInt16(next - 2, true) : view.getInt32(next - 4, true)
        const value = this.#truncated(number(immediate, immediate < 0 ? -1 : 0), width)
        this.#used_(value)
        this.#write(value, width)
        return true
      }
      case 0xc9:
        registers[Register.rsp] = this.#compute('add', registers[Register.rbp], number(8))
        registers[Register.rbp] = undefined
        return true
      case 0xcc:
      case 0xf4:
        return false
      case 0xe8:
        this.#noteArguments(false)
        return this.#call()
      case 0xe9:
        return this.#jump(next + view.getInt32(next - 4, true))
      case 0xeb:
        return this.#jump(next + view.getInt8(next - 1))
      case 0xe0:
      case 0xe1:
      case 0xe2:
      case 0xe3:
        if (byte !== 0xe3) registers[Register.rcx] = undefined
        this.#flow(next + view.getInt8(next - 1), this.#state)
        return true
      case 0xf6:
      case 0xf7:
        this.#operands(at + 1, segment)
        this.#unary((this.#code[this.#modrmAt]! >> 3) & 7, byte, width)
        return true
      case 0xfe:
      case 0xff:
        return this.#groupFive(at, byte, width, segment)
    }
    if (byte >= 0x90 && byte < 0x98) {
      const other = (byte & 7) | ((this.#rex & 1) << 3)
      const value = registers[Register.rax]
      registers[Register.rax] = registers[other]
      registers[other] = value
      return true
    }
    if (byte >= 0xa4 && byte < 0xb0) {
      for (const register of [Register.rdi, Register.rsi, Register.rcx]) registers[register] = undefined
      if (byte >= 0xac) registers[Register.rax] = undefined
      if (byte === 0xa6 || byte === 0xa7 || byte >= 0xae) this.#state.flags = undefined
    }
    return true
  }

  #groupFive(at: number, byte: number, width: number, segment: boolean): boolean {
    this.#operands(at + 1, segment)
    const { registers } = this.#state
    const slash = (this.#code[this.#modrmAt]! >> 3) & 7
    if (slash < 2) {
      const result = this.#truncated(this.#compute(slash === 0 ? 'add' : 'sub', this.#read(width), number(1)), width)
      this.#write(result, width)
      this.#setFlags('result', result, number(0), width)
      return true
    }
    if (byte === 0xff && (slash === 2 || slash === 3)) {
      const target = this.#read(8)
      this.#used_(target)
      if (singleAddress(target) === undefined) this.#indirectCalls.add(this.#base + this.#at)
      this.#noteArguments(singleAddress(target) === undefined)
      // the table that the callee is taken from is no argument
      if (singleAddress(target) !== undefined && this.#tableRegister >= 0) this.#state.registers[this.#tableRegister] = undefined
      return this.#call()
    }
    if (byte === 0xff && (slash === 4 || slash === 5)) {
      const target = singleAddress(this.#read(8))
      this.#seen[this.#at - this.#from]! |= 2
      if (target !== undefined) {
        const inside = target - this.#base
        if (inside >= this.#from && inside < this.#to) this.#flow(inside, this.#state)
        else {
          if (this.#outside.isPointerTarget(target)) this.#used.add(target)
          this.#returns = true
        }
        return false
      }
      for (const register of argumentRegisters) this.#used_(registers[register])
      this.#open.add(this.#base + this.#at)
      this.#indirectCalls.add(this.#base + this.#at)
      this.#publish(true)
      this.#indirect = true
      this.#returns = true // as a tail call
      return false
    }
    if (byte === 0xff && slash === 6) {
      if (!this.#isMemory) this.#used_(this.#read(8))
      registers[Register.rsp] = this.#compute('sub', registers[Register.rsp], number(8))
    }
    return true
  }

  #escaped(at: number, segment: boolean): boolean {
    const { registers } = this.#state
    const opcode = this.#code[at + 1]!
    if ((opcode & 0xf0) === 0x80) return this.#branch(opcode & 15, this.#next + this.#view.getInt32(this.#next - 4, true))
    switch (opcode) {
      case 0xa2:
        this.#cpuid()
        return true
      case 0x01:
        if (this.#code[at + 2] === 0xd0) {
          registers[Register.rax] = number(this.#outside.model.xcr0, 0, true)
          registers[Register.rdx] = number(0, 0, true)
        } else if (this.#code[at + 2] === 0xf9) for (const register of [0, 1, 2]) registers[register] = undefined
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
        this.#operands(at + 3, segment)
        if (this.#code[at + 2]! >= 0xf0) {
          if (this.#code[at + 2] === 0xf0 || this.#code[at + 2] === 0xf1) this.#setRegister(undefined, 4)
        }
        return true
      case 0x3a:
        this.#operands(at + 3, segment)
        if (this.#code[at + 2]! >= 0x14 && this.#code[at + 2]! <= 0x17) this.#write(undefined, 4)
        return true
    }
    if (opcode === 0x1f || opcode === 0x1e || opcode === 0x18 || opcode === 0x0d || opcode === 0x77) return true
    if ((opcode & 0xf8) === 0xc8) {
      registers[(opcode & 7) | ((this.#rex & 1) << 3)] = undefined
      return true
    }
    this.#operands(at + 2, segment)
    const size = this.#size
    switch (opcode) {
      case 0xb6:
      case 0xb7:
        this.#setRegister(this.#truncated(this.#read(opcode & 1 ? 2 : 1), opcode & 1 ? 2 : 1), 8)
        return true
      case 0xbe:
      case 0xbf:
        this.#setRegister(this.#truncated(signExtended(this.#read(opcode & 1 ? 2 : 1), opcode & 1 ? 2 : 1), size), 8)
        return true
      case 0xa3:
      case 0xba:
        this.#bitTest(opcode, size)
        return true
      case 0xab:
      case 0xb3:
      case 0xbb:
        this.#write(undefined, size)
        this.#state.flags = undefined
        return true
      case 0xbc:
      case 0xbd:
      case 0xb8: {
        const value = this.#read(size)
        const zero = isZero(value)
        this.#setRegister(zero ? value : this.#computed(undefined, value, value), size)
        this.#state.flags = undefined
        if (zero) this.#setFlags('result', value, number(0), size)
        return true
      }
      case 0xaf:
        this.#setRegister(this.#truncated(this.#compute('mul', this.#register(size), this.#read(size)), size), size)
        this.#state.flags = undefined
        return true
      case 0xb0:
      case 0xb1:
        this.#write(this.#join(this.#read(opcode & 1 ? size : 1), this.#register(opcode & 1 ? size : 1)), opcode & 1 ? size : 1)
        registers[Register.rax] = undefined
        this.#state.flags = undefined
        return true
      case 0xc0:
      case 0xc1:
        this.#write(undefined, size)
        this.#setRegister(undefined, size)
        this.#state.flags = undefined
        return true
      case 0xc7:
        if (this.#isMemory) {
          registers[Register.rax] = undefined
          registers[Register.rdx] = undefined
        } else this.#write(undefined, 8)
        this.#state.flags = undefined
        return true
      case 0x2c:
      case 0x2d:
      case 0x50:
      case 0xd7:
      case 0xc5:
        this.#setRegister(undefined, 8)
        return true
      case 0x6e:
        if (!this.#isMemory && this.#read(size)?.detected === true) this.#leaksAnywhere = true
        return true
      case 0x10:
      case 0x12:
      case 0x16:
      case 0x28:
      case 0x6f:
        this.#noteVectorLoad()
        return true
      case 0x7e:
        if (this.#code[at - 1] === 0xf3 || (this.#rex !== 0 && this.#code[at - 2] === 0xf3)) this.#noteVectorLoad()
        else this.#write(undefined, 8)
        return true
      case 0x11:
      case 0x13:
      case 0x17:
      case 0x29:
      case 0x2b:
      case 0x7f:
      case 0xd6:
      case 0xe7:
        if (this.#isMemory) this.#write(undefined, 16)
        return true
      case 0x2e:
      case 0x2f:
        this.#state.flags = this.#outside.origins === undefined ? undefined : cleanFlags // floating-point numbers
        return true
      case 0xa4:
      case 0xa5:
      case 0xac:
      case 0xad:
        this.#write(undefined, size)
        this.#state.flags = undefined
        return true
    }
    if ((opcode & 0xf0) === 0x40) this.#conditionalMove(opcode & 15, size)
    else if ((opcode & 0xf0) === 0x90) this.#setCondition(opcode & 15)
    return true
  }

  #cpuid(): void {
    const { registers } = this.#state
    const leaf = registers[Register.rax]
    const subleaf = registers[Register.rcx]
    const known = leaf !== undefined && leaf.base === plain && leaf.words.length === 2 ? leaf.words[0]! : undefined
    const sub = subleaf !== undefined && subleaf.base === plain && subleaf.words.length === 2 ? subleaf.words[0]! : 0
    const answer = known === undefined ? [0, 0, 0, 0] : this.#outside.model.query(known, sub)
    for (const [index, register] of [Register.rax, Register.rbx, Register.rcx, Register.rdx].entries()) {
      registers[register] = number(answer[index]!, 0, true)
    }
  }

  /** VEX, EVEX and XOP: only what they do to general registers matters. */
  #vector(at: number, first: number): void {
    const code = this.#code
    const { registers } = this.#state
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
      this.#state.flags = undefined
      return
    }
    if (map === 1 && (opcode === 0x50 || opcode === 0xd7 || opcode === 0xc5 || opcode === 0x2c || opcode === 0x2d || opcode === 0x93)) {
      registers[register] = undefined
    }
    if ((map === 1 && opcode === 0x7e) || (map === 3 && opcode >= 0x14 && opcode <= 0x17)) {
      if (modrm >= 0xc0) registers[(modrm & 7) | rmExtend] = undefined
    }
    if (opcode === 0x2e || opcode === 0x2f || (map === 2 && opcode === 0x17) || (map === 1 && (opcode === 0x98 || opcode === 0x99))) {
      this.#state.flags = undefined
    }
  }

  // ---- values

  /** What is not known, but comes from nothing that CPUID says. */
  #computed(result: Value | undefined, a: Value | undefined, b: Value | undefined): Value | undefined {
    if (result !== undefined) return result
    if (a?.detected === true || b?.detected === true) return anything
    if (this.#outside.origins === undefined) return undefined
    return a !== undefined && b !== undefined && !a.detected && !b.detected ? untouched : undefined
  }

  #compute(operation: Operation, a: Value | undefined, b: Value | undefined): Value | undefined {
    const isClean = a?.base === clean || b?.base === clean
    return this.#computed(isClean && !isZero(a) && !isZero(b) ? undefined : compute(operation, a, b), a, b)
  }

  #join(a: Value | undefined, b: Value | undefined): Value | undefined {
    return this.#computed(join(a, b), a, b)
  }

  #truncated(value: Value | undefined, size: number): Value | undefined {
    return this.#computed(truncated(value, size), value, value)
  }

  // ---- operands

  #byteRegister(index: number): number {
    return this.#rex === 0 && index >= 4 && index < 8 ? index - 4 : index // AH, CH, DH, BH
  }

  #operands(modrmAt: number, segment: boolean): void {
    const code = this.#code
    const { registers } = this.#state
    this.#modrmAt = modrmAt
    const modrm = code[modrmAt]!
    const mod = modrm >> 6
    this.#isMemory = mod !== 3
    this.#memoryAddress = undefined
    this.#hasBase = false
    this.#tableRegister = -1
    if (mod === 3) return
    let base = (modrm & 7) | ((this.#rex & 1) << 3)
    let index = -1
    let scale = 0
    let at = modrmAt + 1
    if ((modrm & 7) === 4) {
      const sib = code[at++]!
      base = (sib & 7) | ((this.#rex & 1) << 3)
      index = ((sib >> 3) & 7) | ((this.#rex & 2) << 2)
      scale = sib >> 6
      if (index === 4) index = -1
      if ((sib & 7) === 5 && mod === 0) base = -1
    } else if (mod === 0 && (modrm & 7) === 5) {
      this.#memoryAddress = addressValue(this.#base + this.#next + this.#view.getInt32(at, true))
      return
    }
    this.#displacement = mod === 1 ? this.#view.getInt8(at) : mod === 2 || base === -1 ? this.#view.getInt32(at, true) : 0
    if (segment) return
    this.#hasBase = base !== -1 && index === -1
    this.#tableRegister = index === -1 ? -1 : base
    let value: Value | undefined = base === -1 ? number(0) : registers[base]
    if (index !== -1) value = this.#compute('add', value, this.#compute('shl', registers[index], number(scale)))
    this.#memoryAddress = this.#compute('add', value, number(this.#displacement, this.#displacement < 0 ? -1 : 0))
    if (this.#memoryAddress?.base === clean) this.#memoryAddress = undefined
    // an element that is not known of a table that is
    if (singleAddress(this.#memoryAddress) === undefined) {
      if (base !== -1) this.#used_(registers[base])
      if (index !== -1 && scale === 0) this.#used_(registers[index])
    }
  }

  #resolveStub(value: Value | undefined): Value | undefined {
    const target = singleAddress(value)
    if (target === undefined) return value
    const through = this.#outside.throughStub(target)
    return through === target ? value : addressValue(through)
  }

  #register(size: number): Value | undefined {
    let index = ((this.#code[this.#modrmAt]! >> 3) & 7) | ((this.#rex & 4) << 1)
    if (size === 1) {
      if (index !== this.#byteRegister(index)) return this.#highByte(index - 4)
      index = this.#byteRegister(index)
    }
    return this.#truncated(this.#state.registers[index], size) ?? (size >= 8 ? this.#state.registers[index] : undefined)
  }

  #highByte(index: number): Value | undefined {
    const value = this.#state.registers[index]
    return value?.base === plain ? this.#truncated(this.#compute('shr', value, number(8)), 1) : undefined
  }

  #setRegister(value: Value | undefined, size: number): void {
    const index = ((this.#code[this.#modrmAt]! >> 3) & 7) | ((this.#rex & 4) << 1)
    this.#assignNamed(index, value, size)
  }

  /** Writes a register: 4 bytes clear the rest, 1 and 2 bytes keep it (taken as clear where it is not known). */
  #assign(index: number, value: Value | undefined, size: number): void {
    const { registers } = this.#state
    if (size >= 4) {
      registers[index] = size === 8 || value === undefined ? value : value.base === plain ? this.#truncated(value, 4) : undefined
      return
    }
    const old = registers[index]
    const kept = old?.base === plain ? this.#compute('and', old, number(size === 1 ? ~0xff : ~0xffff, -1)) : undefined
    registers[index] = kept === undefined ? value : this.#compute('or', kept, value)
  }

  /** Writes the register that an encoding names with `index`, AH to BH included. */
  #assignNamed(index: number, value: Value | undefined, size: number): void {
    if (size !== 1 || index === this.#byteRegister(index)) {
      this.#assign(index, value, size)
      return
    }
    const { registers } = this.#state
    const whole = index - 4
    const kept = registers[whole]?.base === plain ? this.#compute('and', registers[whole], number(~0xff00, -1)) : undefined
    registers[whole] = this.#compute('or', kept, this.#compute('shl', value, number(8)))
  }

  #read(size: number): Value | undefined {
    if (!this.#isMemory) {
      const index = (this.#code[this.#modrmAt]! & 7) | ((this.#rex & 1) << 3)
      if (size === 1 && index !== this.#byteRegister(index)) return this.#highByte(index - 4)
      const value = this.#state.registers[index]
      return size === 8 ? value : this.#truncated(value, size)
    }
    const place = this.#memoryAddress
    if (place === undefined) return this.#field(size) ?? this.#unlessLeaked(this.#hasBase ? this.#displacement : undefined)
    if (place.base === featureTable) return number(0, 0, true)
    if (place.base === Register.rsp) {
      const offset = singleOffset(place)
      return offset === undefined ? this.#unlessLeaked(undefined) : this.#loadSlot(offset, size)
    }
    if (place.base !== plain) {
      const offset = singleOffset(place)
      const held = offset === undefined ? undefined : this.#state.memory.get(placeKey(place.base, offset))
      if (held === undefined) return this.#field(size) ?? this.#unlessLeaked(this.#hasBase ? this.#displacement : offset)
      return this.#truncated(held, size) ?? (size === 8 ? held : undefined)
    }
    const at = singleAddress(place)
    if (at === undefined) return this.#unlessLeaked(undefined)
    // a variable that no check stores to
    return this.#truncated(this.#state.memory.get(at), size) ?? this.#outside.load(at, size) ?? (this.#outside.origins === undefined ? undefined : untouched)
  }

  #unlessLeaked(offset: number | undefined): Value | undefined {
    const { origins } = this.#outside
    return origins === undefined || origins.fieldLeaks(offset) ? undefined : untouched
  }

  #field(size: number): Value | undefined {
    if (this.#isCautious || !this.#hasBase || this.#displacement < 0x40) return undefined
    const value = this.#outside.loadField(this.#displacement, size)
    if (value !== undefined) this.assumed = true
    return value
  }

  #loadSlot(offset: number, size: number): Value | undefined {
    const exact = this.#state.memory.get(slotKey(offset))
    if (exact !== undefined) return this.#truncated(exact, size) ?? (size === 8 ? exact : undefined)
    for (let back = 1; back < 8; back++) {
      const wider = this.#state.memory.get(slotKey(offset - back))
      if (wider?.base === plain) return this.#truncated(this.#compute('shr', wider, number(back * 8)), size)
    }
    return undefined
  }

  #storeSlot(place: Value | undefined, value: Value | undefined): void {
    const offset = place === undefined || place.base !== Register.rsp ? undefined : singleOffset(place)
    if (offset === undefined) return
    this.#remember(slotKey(offset), value)
  }

  /** Whatever else there is no room for, what comes from a check is kept. */
  #remember(key: number, value: Value | undefined): void {
    const { memory } = this.#state
    if (value !== undefined && (memory.size <= MEMORY_LIMIT || value.detected)) this.#ownMemory().set(key, value)
    else if (memory.has(key)) this.#ownMemory().delete(key)
  }

  #forget(key: number): void {
    if (this.#state.memory.has(key)) this.#ownMemory().delete(key)
  }

  #write(value: Value | undefined, size: number): void {
    if (!this.#isMemory) {
      const index = (this.#code[this.#modrmAt]! & 7) | ((this.#rex & 1) << 3)
      this.#assignNamed(index, value, size)
      return
    }
    this.#used_(value)
    const place = this.#memoryAddress
    if (value?.detected === true) this.#noteLeak(place)
    else if (this.#hasBase && this.#displacement >= 0x40 && !isZero(value) && place?.base !== Register.rsp) this.#otherFields.add(this.#displacement)
    if (place === undefined) {
      if (value?.detected === true) this.#storeField(value, size)
      return
    }
    if (place.base === Register.rsp) {
      this.#storeSlot(place, value)
      const offset = singleOffset(place)
      if (offset !== undefined && offset >= 0) this.#storedThrough.set(slotKey(offset), { register: Register.rsp, offset, size })
      return
    }
    if (place.base === plain) {
      const at = singleAddress(place)
      if (at === undefined) return
      this.#stored.set(at, size)
      this.#remember(at, value)
      return
    }
    const offset = singleOffset(place)
    if (offset !== undefined) {
      const key = placeKey(place.base, offset)
      this.#remember(key, value)
      this.#storedThrough.set(key, { register: place.base, offset, size })
    }
    if (value?.detected === true) this.#storeField(value, size)
  }

  /**
   * Hands on what memory holds when others can look at it: at calls and at the end. Values in between, as flags are
   * gathered bit by bit, are nobody's business.
   */
  #publish(atEnd: boolean): void {
    const { memory } = this.#state
    for (const at of this.#stored.keys()) {
      const value = memory.get(at)
      if (value !== undefined) this.#publishVariable(at, value)
    }
    if (!atEnd) return
    for (const [key, { register, offset, size }] of this.#storedThrough) {
      const value = memory.get(key)
      if (value === undefined || value.base !== plain || !value.detected) continue
      const name = `${register}.${offset}`
      const known = this.#parameterStores.get(name)
      const joined = known === undefined ? value : this.#join(known.value, value)
      if (joined === undefined) this.#parameterStores.delete(name)
      else if (known !== undefined || this.#parameterStores.size < 64) this.#parameterStores.set(name, { register, offset, size, value: joined })
    }
  }

  #publishVariable(at: number, value: Value): void {
    const size = this.#stored.get(at)!
    const key = `${at}.${size}`
    const known = this.#globals.get(key)
    this.#globals.set(key, { address: at, size, value: known === undefined ? value : this.#join(known.value, value) })
  }

  /** What a check found out is stored where it is not followed. */
  #noteLeak(place: Value | undefined): void {
    const known = place !== undefined && (place.base === plain || place.base === Register.rsp) && place.words.length === 2
    if (known) return
    if (this.#hasBase) this.#leakedFields.add(this.#displacement)
    else this.#leaksAnywhere = true
  }

  /** Vector registers are not followed. */
  #noteVectorLoad(): void {
    if (!this.#isMemory) return
    const place = this.#memoryAddress
    if (place === undefined || (place.base !== plain && place.base !== Register.rsp)) return
    const at = place.base === plain ? singleAddress(place) : singleOffset(place)
    if (at === undefined) return
    for (let offset = 0; offset < 16; offset += 4) {
      const held = place.base === plain ? (this.#state.memory.get(at + offset) ?? this.#outside.load(at + offset, 4)) : this.#loadSlot(at + offset, 4)
      if (held?.detected === true) this.#leaksAnywhere = true
    }
  }

  /** What lies behind a pointer to our frame can be read through it. */
  #noteArguments(isIndirect: boolean): void {
    const { registers, memory } = this.#state
    for (const register of argumentRegisters) {
      const value = registers[register]
      if (isIndirect && value?.detected === true) this.#leaksArguments = true
      const offset = value?.base === Register.rsp ? singleOffset(value) : undefined
      if (offset === undefined) continue
      for (const [key, held] of memory) {
        const distance = key - slotKey(offset)
        if (held.detected && distance >= 0 && distance < 4096) this.#leakedFields.add(distance)
      }
    }
  }

  #storeField(value: Value, size: number): void {
    if (!this.#hasBase || this.#displacement < 0x40 || value.base !== plain) return
    const key = `${this.#displacement}.${size}`
    const known = this.#fields.get(key)
    const joined = known === undefined ? value : this.#join(known.value, value)
    if (joined !== undefined) this.#fields.set(key, { offset: this.#displacement, size, value: joined })
  }

  // ---- arithmetic

  #arithmetic(at: number, byte: number, width: number, segment: boolean): void {
    const form = byte & 7
    const operation = byte >> 3
    if (form >= 4) {
      const immediate =
        form === 4 ? this.#view.getInt8(this.#next - 1) : width === 2 ? this.#view.getInt16(this.#next - 2, true) : this.#view.getInt32(this.#next - 4, true)
      const left = this.#truncated(this.#state.registers[Register.rax], width) ?? (width === 8 ? this.#state.registers[Register.rax] : undefined)
      this.#modrmAt = -1
      this.#isMemory = false
      this.#applyArithmetic(operation, left, number(immediate, immediate < 0 ? -1 : 0), width, (v) => this.#assign(Register.rax, v, width))
      return
    }
    this.#operands(at + 1, segment)
    const register = ((this.#code[this.#modrmAt]! >> 3) & 7) | ((this.#rex & 4) << 1)
    const same = !this.#isMemory && register === ((this.#code[this.#modrmAt]! & 7) | ((this.#rex & 1) << 3))
    const rmFirst = form < 2
    if (same && (operation === 5 || operation === 6)) {
      this.#assign(register, number(0), width)
      this.#state.flags = undefined
      return
    }
    if (same && operation === 3) {
      this.#assign(register, this.#truncated(this.#carryMask(), width), width)
      return
    }
    const rm = this.#read(width)
    const reg = this.#register(width)
    this.#applyArithmetic(operation, rmFirst ? rm : reg, rmFirst ? reg : rm, width, (v) => (rmFirst ? this.#write(v, width) : this.#setRegister(v, width)))
  }

  /** ADD OR ADC SBB AND SUB XOR CMP, by their number in opcodes. */
  #applyArithmetic(operation: number, left: Value | undefined, right: Value | undefined, size: number, write: (value: Value | undefined) => void): void {
    if (operation === 7 || operation === 5) this.#setFlags('compare', this.#truncated(left, size), this.#truncated(right, size), size, true)
    if (operation === 7) return
    const names: readonly (Operation | undefined)[] = ['add', 'or', undefined, undefined, 'and', 'sub', 'xor']
    const name = names[operation]
    let result = name === undefined ? undefined : this.#compute(name, left, right)
    if (name === undefined) result = this.#computed(undefined, left, right) // ADC, SBB
    if (result?.base === plain) result = this.#truncated(result, size)
    write(result)
    if (operation !== 5) this.#setFlags(name === 'and' || name === 'or' || name === 'xor' ? 'logic' : 'result', result, number(0), size)
  }

  /** SBB r, r: all bits or none, as the carry says. */
  #carryMask(): Value | undefined {
    const { flags } = this.#state
    if (flags === undefined || flags === cleanFlags) return flags === undefined && this.#outside.origins !== undefined ? undefined : untouched
    const possible = this.#outcome(2)
    const detected = flags.left.detected || flags.right.detected
    return possible === 3 ? { base: plain, words: [0, 0, -1, -1], detected } : number(possible === 2 ? -1 : 0, possible === 2 ? -1 : 0, detected)
  }

  #test(left: Value | undefined, right: Value | undefined, size: number): void {
    const register = ((this.#code[this.#modrmAt]! >> 3) & 7) | ((this.#rex & 4) << 1)
    const same = !this.#isMemory && register === ((this.#code[this.#modrmAt]! & 7) | ((this.#rex & 1) << 3)) && sameValue(left, right)
    this.#setFlags('logic', same ? left : this.#compute('and', left, right), number(0), size, same)
  }

  #setFlags(kind: Flags['kind'], left: Value | undefined, right: Value | undefined, size: number, traced = false): void {
    if (left === undefined || right === undefined || left.base !== plain || right.base !== plain) {
      const isClean = this.#outside.origins !== undefined && left !== undefined && right !== undefined && !left.detected && !right.detected
      this.#state.flags = isClean ? cleanFlags : undefined
      return
    }
    let register = -1
    let place: number | undefined
    if (traced && this.#modrmAt >= 0) {
      if (!this.#isMemory) register = (this.#code[this.#modrmAt]! & 7) | ((this.#rex & 1) << 3)
      else place = singleAddress(this.#memoryAddress)
    }
    this.#state.flags = { kind, left, right, size, register, place }
  }

  #shift(slash: number, count: number | undefined, size: number): void {
    const value = this.#read(size)
    let result: Value | undefined
    if (isZero(value)) result = value
    else if (count !== undefined && (slash === 4 || slash === 6)) result = this.#truncated(this.#compute('shl', value, number(count)), size)
    else if (count !== undefined && slash === 5) result = this.#compute('shr', value, number(count))
    else if (count === undefined || slash < 4) result = this.#computed(undefined, value, this.#state.registers[Register.rcx])
    else if (slash === 7) result = this.#truncated(this.#compute('sar', signExtended(value, size), number(count)), size)
    const carry = count !== undefined && count > 0 && slash === 5 && value?.words.length === 2 ? this.#compute('and', this.#compute('shr', value, number(count - 1)), number(1)) : undefined
    this.#write(result, size)
    if (carry !== undefined) this.#state.flags = { kind: 'carry', left: carry, right: number(0), size: 1, register: -1, place: undefined }
    else this.#setFlags('result', result, number(0), size)
  }

  #unary(slash: number, byte: number, size: number): void {
    const { registers } = this.#state
    const value = this.#read(size)
    if (slash < 2) {
      const immediate = byte === 0xf6 ? this.#code[this.#next - 1]! : size === 2 ? this.#view.getInt16(this.#next - 2, true) : this.#view.getInt32(this.#next - 4, true)
      this.#setFlags('logic', this.#compute('and', value, this.#truncated(number(immediate, immediate < 0 ? -1 : 0), size)), number(0), size)
    } else if (slash === 2) this.#write(this.#truncated(this.#compute('xor', value, number(-1, -1)), size), size)
    else if (slash === 3) {
      const result = this.#truncated(this.#compute('sub', number(0), value), size)
      this.#write(result, size)
      this.#setFlags('compare', number(0), value, size)
    } else {
      const result = this.#computed(undefined, value, registers[Register.rax])
      registers[Register.rax] = result
      registers[Register.rdx] = result
      this.#state.flags = undefined
    }
  }

  #bitTest(opcode: number, size: number): void {
    const value = this.#read(size)
    const slash = opcode === 0xba ? (this.#code[this.#modrmAt]! >> 3) & 7 : 4
    const bit = opcode === 0xba ? number(this.#code[this.#next - 1]! & (size * 8 - 1)) : this.#register(size)
    const shifted = isZero(value) ? value : bit?.words.length === 2 ? this.#compute('shr', value, bit) : undefined
    const carry = this.#compute('and', shifted, number(1))
    if (slash > 4) {
      const mask = this.#compute('shl', number(1), bit)
      const name = slash === 5 ? 'or' : slash === 6 ? 'and' : 'xor'
      this.#write(this.#truncated(this.#compute(name, value, name === 'and' ? this.#compute('xor', mask, number(-1, -1)) : mask), size), size)
    }
    this.#state.flags = carry === undefined ? undefined : { kind: 'carry', left: carry, right: number(0), size: 1, register: -1, place: undefined }
  }

  #outcome(condition: number): number {
    const { flags } = this.#state
    if (flags === undefined || flags === cleanFlags) return 3
    const possible = outcomes(flags, condition)
    if (flags.left.detected || flags.right.detected) {
      if (possible === 3) this.#doubts = true
      else this.#decides = true
    }
    return possible
  }

  #conditionalMove(condition: number, size: number): void {
    const { flags } = this.#state
    const detected = flags !== undefined && (flags.left.detected || flags.right.detected)
    const possible = this.#outcome(condition)
    const source = this.#read(size)
    const old = this.#register(size)
    if (possible === 2) this.#setRegister(source === undefined ? undefined : detectedAs(source, source.detected || detected), size)
    else if (possible === 1) this.#setRegister(old === undefined ? undefined : detectedAs(old, old.detected || detected), size)
    else {
      this.#used_(old)
      this.#used_(source)
      const isOpen = flags === undefined && this.#outside.origins !== undefined
      this.#setRegister(isOpen ? undefined : this.#join(old, source), size)
    }
  }

  #setCondition(condition: number): void {
    const { flags } = this.#state
    const detected = flags !== undefined && (flags.left.detected || flags.right.detected)
    const possible = this.#outcome(condition)
    const isOpen = flags === undefined && this.#outside.origins !== undefined
    const value = isOpen ? undefined : flags === cleanFlags ? untouched : possible === 3 ? { base: plain, words: [0, 0, 1, 0], detected } : number(possible === 2 ? 1 : 0, 0, detected)
    this.#write(value, 1)
  }

  // ---- control flow

  #branch(condition: number, target: number): boolean {
    this.#endsBlock = true
    const possible = this.#outcome(condition)
    const { flags } = this.#state
    const place = this.#at - this.#from
    if (possible === 3 && flags !== cleanFlags) {
      const mayBeCheck = flags === undefined || flags.left.detected || flags.right.detected
      ;(mayBeCheck ? this.#open : this.#undecided).add(this.#base + this.#at)
    }
    if ((possible & 2) !== 0) {
      this.#seen[place]! |= 2
      if (target < this.#from || target >= this.#to) this.#leave(this.#base + this.#at)
      else this.#flow(target, this.#withOutcome(flags, condition, true))
    } else this.#pruned.add(target)
    if ((possible & 1) === 0) {
      this.#pruned.add(this.#next)
      return false
    }
    const state = this.#withOutcome(flags, condition, false)
    if (state !== this.#state) {
      this.#state = state
      this.#ownsMemory = false
    }
    return true
  }

  /** The state behind a branch, where what was compared can only be what allows that outcome. */
  #withOutcome(flags: Flags | undefined, condition: number, outcome: boolean): State {
    if (flags === undefined || flags.left.words.length === 2 || (flags.register < 0 && flags.place === undefined)) return this.#state
    const value = refined(flags, condition, outcome)
    if (value === undefined) return this.#state
    const registers = this.#state.registers.slice()
    let { memory } = this.#state
    if (flags.register >= 0 && sameValue(this.#truncated(registers[flags.register], flags.size), flags.left)) registers[flags.register] = value
    if (flags.place !== undefined) memory = new Map(memory).set(flags.place, value)
    return { registers, memory, flags: { ...flags, left: value } }
  }

  #jump(target: number): boolean {
    this.#seen[this.#at - this.#from]! |= 2
    if (target < this.#from || target >= this.#to) {
      this.#leave(this.#base + this.#at)
      return false
    }
    this.#flow(target, this.#state)
    return false
  }

  /** A tail call: the arguments go on, the results come back to our caller. */
  #leave(at: number): void {
    this.#pass(at)
    const returned = this.#outside.returned(at)
    if (returned === 'never') return
    this.#publish(true)
    this.#returns = true
    this.#result(returned)
  }

  #call(): boolean {
    const at = this.#base + this.#at
    const { registers, memory } = this.#state
    this.#seen[this.#at - this.#from]! |= 2
    this.#pass(at)
    if (this.#returnRegisters.length > 2) this.#used_(registers[Register.rax]) // Go's first argument
    const returned = this.#outside.returned(at)
    if (returned === 'never') return false
    const writes = this.#outside.writesOf(at)
    this.#publish(false)
    for (const register of argumentRegisters) {
      const value = registers[register]
      const offset = value?.base === Register.rsp ? singleOffset(value) : undefined
      if (offset !== undefined) for (let slot = 0; slot < 64; slot++) this.#forget(slotKey(offset + slot))
    }
    // what we stored stays, unless the callee stores there as well; what a branch told us of a variable does not
    for (const key of memory.keys()) if (key >= 0 && (!this.#stored.has(key) || this.#outside.calleeStores(at, key))) this.#forget(key)
    for (const write of writes) this.#writeOf(write)
    const changed = this.#outside.changedBy(at)
    for (const register of [0, 1, 2, 6, 7, 8, 9, 10, 11]) if ((changed & (1 << register)) !== 0) registers[register] = undefined
    if (this.#returnRegisters.length > 2) for (const register of [3, 5, 12, 13, 15]) registers[register] = undefined // Go keeps none
    if (returned !== undefined) for (const [register, value] of returned) registers[register] = value
    else if (this.#outside.origins?.resultLeaks(at) === false) for (const register of [Register.rax, Register.rdx]) registers[register] = untouched
    this.#state.flags = undefined
    return true
  }

  #writeOf(write: ParameterStore): void {
    const { registers } = this.#state
    const pointer = write.register === Register.rsp ? this.#compute('sub', registers[Register.rsp], number(8)) : registers[write.register]
    if (pointer === undefined) return
    if (pointer.base === Register.rsp) {
      const offset = singleOffset(pointer)
      if (offset !== undefined) this.#remember(slotKey(offset + write.offset), write.value)
      return
    }
    this.#isMemory = true
    this.#hasBase = true
    this.#displacement = write.offset
    this.#memoryAddress = this.#compute('add', pointer, number(write.offset, write.offset < 0 ? -1 : 0))
    this.#write(write.value, write.size)
  }

  #pass(at: number): void {
    const { registers } = this.#state
    let passed = this.#passed.get(at)
    for (const register of argumentRegisters) {
      const held = registers[register]
      this.#used_(held)
      const value = held !== undefined && held.base !== plain && this.#outside.origins !== undefined ? untouched : held
      if (value === undefined || (value.base !== plain && value.base !== clean)) {
        passed?.delete(register)
        continue
      }
      if (passed === undefined) this.#passed.set(at, (passed = new Map()))
      const known = passed.get(register)
      const joined = known === undefined ? value : this.#join(known, value)
      if (joined === undefined) passed.delete(register)
      else passed.set(register, joined)
    }
  }

  #return(): void {
    this.#publish(true)
    this.#returns = true
    const { registers } = this.#state
    this.#used_(registers[Register.rax])
    const results = new Map<number, Value>()
    for (const register of this.#returnRegisters) {
      const value = registers[register]
      if (value !== undefined && (value.base === plain || this.#outside.origins !== undefined)) results.set(register, value)
    }
    this.#result(results)
  }

  #result(results: ReadonlyMap<number, Value> | undefined): void {
    if (this.#results === undefined) {
      this.#results = new Map(results ?? [])
      return
    }
    for (const [register, value] of this.#results) {
      const joined = this.#join(value, results?.get(register))
      if (joined === undefined) this.#results.delete(register)
      else this.#results.set(register, joined)
    }
  }

  #used_(value: Value | undefined): void {
    if (value === undefined || value.base !== plain) return
    for (let at = 0; at < value.words.length; at += 2) {
      const target = (value.words[at + 1]! >>> 0) * 0x1_0000_0000 + (value.words[at]! >>> 0)
      if (target > 0xfff && this.#outside.isPointerTarget(target)) this.#used.add(target)
    }
  }

  /** Where an indirect jump can lead: blocks that no direct jump leads to, and that no decided branch ruled out. */
  #addOrphans(): void {
    const unknown: State = { registers: Array.from({ length: 16 }), memory: new Map(), flags: undefined }
    for (const block of this.#blocks.unreferenced) {
      if (!this.#pruned.has(block) && !this.#states.has(block)) this.#flow(block, unknown)
    }
  }
}

