import { memoryAccess, type MemoryAccess, SP } from '../../../../../isa/arm64/operands.ts'
import { constantInRegister } from './constants-in-registers.ts'
import { FramePointer } from './frame-pointer.ts'
import { codeOf } from './function-code.ts'
import type { Program } from './program.ts'
import type { Window } from './structure-users.ts'

/** Fields nearer to the beginning of a structure look like those of any other. */
const LEAST_OFFSET = 128

/** A store to a field, or to more than that. */
export interface FieldStore {
  readonly at: number
  /** Where among the evaluated stores the part is that reaches the field: see `fieldStores`. */
  readonly part: number
  /** Bytes of that part before the field. */
  readonly before: number
}

export interface Field {
  readonly offset: number
  readonly size: number
  readonly stores: readonly FieldStore[]
  /** Loads in functions that lead to a kernel. */
  readonly loads: readonly number[]
}

/** Loads and stores through pointers that reach `size` bytes at `offset`, in order. */
export function* accessesIn({ words, base, from, to }: Window, offset: number, size: number): Iterable<[at: number, operand: MemoryAccess]> {
  for (let index = from; index < to; index++) {
    const word = words[index]!
    if (((word >>> 25) & 5) !== 4) continue
    const operand = memoryAccess(word)
    if (operand === undefined || operand.base === SP || operand.index >= 0 || operand.writeback === 'after') continue
    if (reaches(operand, offset, size)) yield [base + index * 4, operand]
  }
}

/** Does an access reach one of `size` bytes at `offset` behind its base? */
export function reaches(operand: MemoryAccess, offset: number, size: number): boolean {
  const length = isPair(operand) ? 2 * operand.size : operand.size
  return operand.offset < offset + size && operand.offset + length > offset
}

export function isPair({ second, secondVector }: MemoryAccess): boolean {
  return second >= 0 || secondVector >= 0
}

export function partOf(operand: MemoryAccess, at: number, offset: number): FieldStore {
  const isSecond = isPair(operand) && operand.offset + operand.size <= offset
  return { at, part: isSecond ? at + 1 : at, before: offset - operand.offset - (isSecond ? operand.size : 0) }
}

/** Offset and size of what a word stores far behind a pointer. */
export function storeToField(word: number): { readonly offset: number; readonly size: number } | undefined {
  if (((word >>> 25) & 5) !== 4) return undefined
  const operand = memoryAccess(word)
  if (operand === undefined || operand.load || operand.atomic || operand.register < 0 || operand.second >= 0 || operand.index >= 0) return undefined
  const { offset, size, base, writeback } = operand
  return base === SP || writeback !== 'none' || offset < LEAST_OFFSET ? undefined : { offset, size }
}

/** Does a store of vectors, or of two registers, reach far behind a pointer? */
export function reachesFields({ base, offset, writeback, index }: MemoryAccess): boolean {
  return base !== SP && writeback !== 'after' && index < 0 && offset >= LEAST_OFFSET
}

/**
 * All stores of `size` bytes (up to four) at `offset` behind a pointer, wherever in the file, of two registers either; and of constants in more
 * bytes that have a number there: of flags side by side that are set together.
 */
export function storesAnywhere(program: Program, offset: number, size: number): FieldStore[] {
  const found: FieldStore[] = []
  for (const range of program.image.code) {
    const code = program.codeAt(range.address)
    if (code === undefined) continue
    const { words, base } = code
    const frame = new FramePointer()
    for (let index = 0; index < words.length; index++) {
      const word = words[index]!
      frame.step(word)
      // STR, STUR, STP of general registers: Arm ARM C4.1.94
      if ((word & 0x3ac0_0000) !== 0x3800_0000 && (word & 0x3e40_0000) !== 0x2800_0000) continue
      if (((word >>> 5) & 31) === SP || frame.isBase((word >>> 5) & 31)) continue
      const operand = memoryAccess(word)
      if (operand === undefined || operand.load || operand.register < 0 || operand.index >= 0 || operand.writeback === 'after' || !reaches(operand, offset, size)) continue
      const at = base + index * 4
      const store = partOf(operand, at, offset)
      if (operand.size === size ? store.before === 0 : isSetInConstant(program, operand, store, size)) found.push(store)
    }
  }
  return found
}

/** Is it a constant that is stored, and neither no bit nor all of the field set in it? Numbers of more bytes have both. */
function isSetInConstant(program: Program, operand: MemoryAccess, { at, part, before }: FieldStore, size: number): boolean {
  const code = codeOf(program, program.graph.functionOf(at))
  const register = part === at ? operand.register : operand.second
  if (code === undefined || register === SP) return false
  const constant = constantInRegister(code, (at - code.base) / 4, register)
  if (constant === undefined) return false
  const bytes: number[] = []
  // a field may begin before what is stored
  for (let byte = Math.max(0, before); byte < Math.min(before + size, operand.size); byte++) bytes.push((constant[byte >> 2]! >>> (8 * (byte & 3))) & 255)
  return bytes.some((byte) => byte !== 0) && bytes.some((byte) => byte !== 255)
}
