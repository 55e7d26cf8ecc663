import { branchTarget, endsPath, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { destination, memoryAccess, movedRegister, SP } from '../../../../../isa/arm64/operands.ts'
import { ARGUMENTS, CALLER_SAVED, type FunctionCode } from '../evaluation/evaluation.ts'
import type { Callees } from './callees.ts'
import { type Instruction, withOutlined } from './outlined-instructions.ts'

const FRAME = 29

/** Where a register points to: so many bytes behind what another held. */
export interface Pointer {
  /** 0 to 7: what the function was given in that register; SP; or a number for what a register held at some time, the same for what was made from it. */
  readonly base: number
  readonly offset: number
}

/** What registers point to before an instruction. */
interface Pointing {
  readonly instruction: Instruction
  readonly pointerIn: (register: number) => Pointer
  /** Addresses in the frame that were put together so far, in bytes above SP. */
  readonly inFrame: ReadonlySet<number>
}

/** A call, or one of a few instructions that stand for themselves (see `withOutlined`), which follow. */
export interface PassingCall extends Pick<Pointing, 'pointerIn' | 'inFrame'> {
  /** Where the function calls. */
  readonly at: number
  /** Whom; undefined where a register tells. */
  readonly target: number | undefined
  readonly isOutlined: boolean
}

/** Calls of a function, with what it passes, told from its instructions in a row. */
export function* pointersPassed(code: FunctionCode, callees: Callees): Iterable<PassingCall> {
  let last = -1
  for (const { instruction, pointerIn, inFrame } of pointing(code, callees)) {
    for (const call of callsAt(code, instruction, last)) yield { at: instruction.from, ...call, pointerIn, inFrame }
    last = instruction.from
  }
}

/** What the base of the load or store at `at` points to. */
export function baseAt(code: FunctionCode, at: number, callees: Callees): Pointer | undefined {
  for (const { instruction, pointerIn } of pointing(code, callees)) {
    if (instruction.from === at) return pointerIn(memoryAccess(instruction.word)?.base ?? SP)
  }
  return undefined
}

/** Calls of a function with what they pass, and what the bases of some loads and stores point to: comparable with each other. */
export interface PassedPointers {
  readonly calls: readonly { readonly target: number | undefined; readonly passed: readonly Pointer[] }[]
  /** By address. */
  readonly bases: ReadonlyMap<number, Pointer>
}

/** @param at addresses of loads and stores */
export function passedPointers(code: FunctionCode, at: ReadonlySet<number>, callees: Callees): PassedPointers {
  const calls: { target: number | undefined; passed: Pointer[] }[] = []
  const bases = new Map<number, Pointer>()
  let last = -1
  for (const { instruction, pointerIn } of pointing(code, callees)) {
    const { from, word } = instruction
    if (at.has(from)) bases.set(from, pointerIn(memoryAccess(word)?.base ?? SP))
    for (const { target } of callsAt(code, instruction, last)) calls.push({ target, passed: Array.from({ length: ARGUMENTS }, (_, register) => pointerIn(register)) })
    last = from
  }
  return { calls, bases }
}

/** In a row; behind the end of a path as it was where somebody branches to there. */
function* pointing(code: FunctionCode, callees: Callees): Iterable<Pointing> {
  let pointers = new Map<number, Pointer>()
  const branches = new Map<number, Map<number, Pointer>>()
  let isBehindEnd = false
  const inFrame = new Set<number>()
  for (let register = 0; register < ARGUMENTS; register++) pointers.set(register, { base: register, offset: 0 })
  let bases = SP
  const pointerIn = (register: number): Pointer => {
    let pointer = register === SP ? { base: SP, offset: 0 } : pointers.get(register)
    if (pointer === undefined) pointers.set(register, (pointer = { base: ++bases, offset: 0 }))
    return pointer
  }
  // the frame pointer stays what the beginning of the function makes of it: the rest is its ends
  const overwrite = (register: number): void => {
    if (register !== FRAME) pointers.delete(register)
  }
  for (const instruction of withOutlined(code, (address) => callees.outlined(address))) {
    const { word, from, isOutlined } = instruction
    if (isBehindEnd) pointers = branches.get(from) ?? pointers
    yield { instruction, pointerIn, inFrame }
    const flow = flowOf(word)
    if (!isOutlined) isBehindEnd = endsPath(flow)
    if (isCall(code, instruction)) {
      const target = targetOf(instruction)
      // GCC keeps what functions that it knows leave alone (-fipa-ra)
      const written = target === undefined ? -1 : callees.written(target)
      const kept = target !== undefined && callees.returnsFirst(target) ? 1 : 0
      for (let register = kept; register < CALLER_SAVED; register++) if (((written >>> register) & 1) !== 0) overwrite(register)
      continue
    }
    if (flow === Flow.jump || (flow >= Flow.condition && flow <= Flow.bit)) {
      const to = branchTarget(word, flow, from)
      if (to > from && !branches.has(to)) branches.set(to, new Map(pointers))
      continue
    }
    const moved = movedPointer(word)
    if (moved !== undefined) {
      const { base, offset } = pointerIn(moved.from)
      if (moved.to === SP) continue
      pointers.set(moved.to, { base, offset: offset + moved.offset })
      if (base === SP) inFrame.add(offset + moved.offset)
      continue
    }
    const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
    if (operand === undefined) {
      const register = destination(word)
      if (register >= 0) overwrite(register)
      continue
    }
    // one of the function's ends gives callers their registers back, and the next block has its own again
    const isRestored = (register: number): boolean => operand.base === SP && register >= CALLER_SAVED
    if (operand.load && operand.register >= 0 && !isRestored(operand.register)) overwrite(operand.register)
    if (operand.load && operand.second >= 0 && !isRestored(operand.second)) overwrite(operand.second)
    if (operand.writeback !== 'none' && operand.base !== SP) {
      const { base, offset } = pointerIn(operand.base)
      pointers.set(operand.base, { base, offset: offset + operand.offset })
    }
  }
}

/** What the function calls by an instruction: one may be the first of the few that its own call at `from` stands for, where the instruction before was not (`last`). */
function callsAt(code: FunctionCode, instruction: Instruction, last: number): Pick<PassingCall, 'target' | 'isOutlined'>[] {
  const { from, isOutlined } = instruction
  const calls: Pick<PassingCall, 'target' | 'isOutlined'>[] = []
  if (isOutlined && from !== last) calls.push({ target: branchTarget(code.words[(from - code.base) / 4]!, Flow.call, from), isOutlined })
  if (isCall(code, instruction)) calls.push({ target: targetOf(instruction), isOutlined: false })
  return calls
}

/** A call, or a jump to another function, which one through a register may be. */
function isCall({ start, end }: FunctionCode, instruction: Instruction): boolean {
  const flow = flowOf(instruction.word)
  if (flow === Flow.call || flow === Flow.indirectCall || flow === Flow.indirectJump) return true
  const target = flow === Flow.jump ? targetOf(instruction)! : start
  return flow === Flow.jump && (instruction.isOutlined || target < start || target >= end)
}

function targetOf({ word, at }: Instruction): number | undefined {
  const flow = flowOf(word)
  return flow === Flow.indirectCall || flow === Flow.indirectJump ? undefined : branchTarget(word, flow, at)
}

/** ADD Xd, Xn, #amount; MOV Xd, Xn. */
function movedPointer(word: number): { readonly to: number; readonly from: number; readonly offset: number } | undefined {
  const to = word & 31
  if ((word & 0xff80_0000) >>> 0 === 0x9100_0000) {
    const amount = (word >>> 10) & 0xfff
    return { to, from: (word >>> 5) & 31, offset: (word & 0x0040_0000) !== 0 ? amount << 12 : amount }
  }
  const from = movedRegister(word)
  return from < 0 ? undefined : { to, from, offset: 0 }
}
