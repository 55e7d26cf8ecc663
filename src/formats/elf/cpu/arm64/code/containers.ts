import { branchTarget, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { destination, memoryAccess, movedRegister, SP } from '../../../../../isa/arm64/operands.ts'
import { ARGUMENTS, CALLER_SAVED, type FunctionCode } from '../evaluation/evaluation.ts'

const FRAME = 29
/** Bytes before a structure in a larger one. */
const BEFORE = 512

/** A function that is given a structure, in which another one lies that many bytes behind its beginning. */
export interface Container {
  readonly before: number
  /** Address of the function. */
  readonly user: number
}

/** Where a register points to: so many bytes behind what another held. */
interface Pointer {
  readonly base: number
  readonly offset: number
}

/**
 * Structures that something was copied into, of which a function hands on more than it copied into: aws-lc copies a key into the middle
 * of a context, `memcpy(&context.key, key, 288)`, and calls what works with the context. Told from the instructions in a row.
 *
 * @param copies addresses of calls that copy
 */
export function containersOf({ words, base, start, end }: FunctionCode, copies: ReadonlySet<number>): Container[] {
  const found: Container[] = []
  const pointers = new Map<number, Pointer>()
  let copied: Pointer[] = []
  const pointerIn = (register: number): Pointer => pointers.get(register) ?? { base: register, offset: 0 }
  // the stack and the frame pointer stay what the beginning of the function makes of them: the rest is its ends
  const overwrite = (register: number): void => {
    if (register === SP || register === FRAME) return
    pointers.delete(register)
    for (const [other, pointer] of pointers) if (pointer.base === register) pointers.delete(other)
    copied = copied.filter((pointer) => pointer.base !== register)
  }
  for (let at = start; at < end; at += 4) {
    const word = words[(at - base) / 4]!
    const flow = flowOf(word)
    if (flow === Flow.call || flow === Flow.indirectCall) {
      if (copies.has(at)) copied.push(pointerIn(0))
      else if (flow === Flow.call) noteArguments(branchTarget(word, flow, at))
      for (let register = 0; register < CALLER_SAVED; register++) overwrite(register)
      continue
    }
    const moved = movedPointer(word)
    const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
    if (moved?.to === SP) continue
    if (moved !== undefined) {
      const from = pointerIn(moved.from)
      if (moved.to !== moved.from) overwrite(moved.to)
      if (from.base !== moved.to) pointers.set(moved.to, { base: from.base, offset: from.offset + moved.offset })
      continue
    }
    if (operand === undefined) {
      const register = destination(word)
      if (register >= 0) overwrite(register)
      continue
    }
    // one of the function's ends gives callers their registers back, and the next block has its own again
    const isRestored = (register: number): boolean => operand.base === SP && register >= CALLER_SAVED
    if (operand.load && operand.register >= 0 && !isRestored(operand.register)) overwrite(operand.register)
    if (operand.load && operand.second >= 0 && !isRestored(operand.second)) overwrite(operand.second)
    if (operand.writeback !== 'none') overwrite(operand.base)
  }
  return found

  function noteArguments(user: number): void {
    for (let register = 0; register < ARGUMENTS; register++) {
      const { base: from, offset } = pointerIn(register)
      for (const inside of copied) {
        const before = inside.offset - offset
        if (inside.base === from && before >= 0 && before <= BEFORE) found.push({ before, user })
      }
    }
  }
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
