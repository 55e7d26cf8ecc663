import { branchTarget, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { memoryAccess, movedRegister, SP } from '../../../../../isa/arm64/operands.ts'
import { plain, type Value } from '../../program/value.ts'
import { CALLER_SAVED, type Evaluation, type FunctionCode } from '../evaluation/evaluation.ts'
import type { Constant } from './constant-data.ts'
import { constantInRegister, constantInVector } from './constants-in-registers.ts'
import { followSmallNumbers, type InPlace, LARGEST_SMALL } from './small-numbers.ts'

const FRAME = 29
/** Bytes of an object on the stack that are looked at. */
const OBJECT = 64
/** Words at the beginning of a function in which it saves registers. */
const PROLOGUE = 24
/** Bytes of an object that are counted. */
const LARGEST = 256

/** Small numbers that an instruction stores in some object: they may tell which variant of something the object is. */
export interface TagStore {
  readonly at: number
  readonly base: number
  /** Where the object begins, from the register: on the stack in the frame. */
  readonly object: number
  readonly offset: number
  readonly size: number
  /** As bits; see `followSmallNumbers`. */
  readonly tags: number
}

/**
 * Stores of small numbers through pointers and to objects on the stack whose address is taken (each place in them counts from each
 * address). Where a check decides the number, what runs stores only what was evaluated.
 */
export function tagStores(target: FunctionCode, inPlace: InPlace, ran: Evaluation | undefined): TagStore[] {
  const found: TagStore[] = []
  const objects = objectsOnStack(target)
  followSmallNumbers(target, inPlace, ran, (word, at, registers) => {
    if (((word >>> 25) & 5) !== 4) return
    const operand = memoryAccess(word)
    if (operand === undefined || operand.load || operand.atomic || operand.index >= 0 || operand.writeback !== 'none') return
    if (operand.register < 0) return
    note(at, operand.base, operand.offset, operand.size, tagsOf(registers, operand.register, ran?.fieldStores.get(at)))
    if (operand.second >= 0) note(at, operand.base, operand.offset + operand.size, operand.size, tagsOf(registers, operand.second, ran?.fieldStores.get(at + 1)))
  })
  return found

  function note(at: number, base: number, offset: number, size: number, tags: number): void {
    if (tags === 0) return
    if (base !== SP && base !== FRAME) {
      if (offset >= 0) found.push({ at, base, object: 0, offset, size, tags })
      return
    }
    const place = base === SP ? offset : offset + objects.frame
    for (const object of objects.addresses) if (object <= place && place < object + OBJECT) found.push({ at, base: SP, object, offset: place - object, size, tags })
  }
}

/**
 * The same of a tag of four bytes at `offset` that is stored together with what stands beside it, as a part of a larger constant: one
 * variant, where compilers join stores.
 */
export function widerTagStores(target: FunctionCode, constant: Constant, offset: number): TagStore[] {
  const found: TagStore[] = []
  const { words, base: origin, start, end } = target
  let objects: ReturnType<typeof objectsOnStack> | undefined
  for (let at = start; at < end; at += 4) {
    const word = words[(at - origin) / 4]!
    // stores of eight bytes and more
    const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
    if (operand === undefined || operand.load || operand.size < 8 || operand.index >= 0 || operand.writeback !== 'none' || operand.atomic) continue
    const { base, size, register, second, vector, secondVector } = operand
    const isInFrame = base === SP || base === FRAME
    if (isInFrame) objects ??= objectsOnStack(target)
    const place = operand.offset + (base === FRAME ? objects!.frame : 0)
    for (const object of isInFrame ? objects!.addresses : [0]) {
      const part = object + offset - place
      const isSecond = part >= size
      if (part < 0 || part % 4 !== 0 || part >= 2 * size || (isInFrame && offset >= OBJECT)) continue
      const general = isSecond ? second : register
      const wide = isSecond ? secondVector : vector
      const stored = wide >= 0 ? constantInVector(target, (at - origin) / 4, wide, constant) : general >= 0 && general < 31 ? constantInRegister(target, (at - origin) / 4, general) : undefined
      const tag = stored?.[(part - (isSecond ? size : 0)) / 4] ?? -1
      if (tag > 0 && tag <= LARGEST_SMALL) found.push({ at, base: isInFrame ? SP : base, object, offset, size: 4, tags: 1 << tag })
    }
  }
  return found
}

function tagsOf(registers: Int32Array, register: number, evaluated: Value | undefined): number {
  if (evaluated?.detected !== true || evaluated.base !== plain || evaluated.hull === true || evaluated.words.length === 0) return register === 31 ? 1 : registers[register]!
  let tags = 0
  for (let word = 0; word < evaluated.words.length; word += 2) {
    const low = evaluated.words[word]!
    if (evaluated.words[word + 1] === 0 && low >= 0 && low <= LARGEST_SMALL) tags |= 1 << low
  }
  return tags
}

/** The bytes that a function stores to the object at `object` from register `base`, somewhere; but for registers that it saves. */
export function bytesStored({ words, base: origin, start, end }: FunctionCode, base: number, object: number): ReadonlySet<number> {
  const bytes = new Set<number>()
  const { frame } = objectsOnStack({ words, base: origin, start, end })
  for (let at = start; at < end; at += 4) {
    const word = words[(at - origin) / 4]!
    const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
    if (operand === undefined || operand.load || operand.index >= 0 || operand.writeback !== 'none') continue
    const isFrame = base === SP && operand.base === FRAME
    const saves = base === SP && operand.register >= CALLER_SAVED && operand.register <= 30 && at < start + PROLOGUE * 4
    if ((operand.base !== base && !isFrame) || saves) continue
    const from = operand.offset + (isFrame ? frame : 0) - object
    const length = operand.size * (operand.second >= 0 || operand.secondVector >= 0 ? 2 : 1)
    for (let byte = from; byte < from + length && byte < LARGEST; byte++) if (byte >= 0) bytes.add(byte)
  }
  return bytes
}

/** Words before a call in which its arguments are put together. */
const BEFORE = 16
export const ARGUMENTS = 8

/**
 * Is the address of an object on the stack an argument of a call of some functions?
 *
 * @param argumentsOf how many of a function's arguments it may be; 0 for others
 */
export function givesObjectTo({ words, base, start, end }: FunctionCode, object: number, argumentsOf: (target: number) => number): boolean {
  const { frame } = objectsOnStack({ words, base, start, end })
  const holders = new Set<number>()
  const given: number[] = Array.from({ length: ARGUMENTS }, () => -Infinity)
  for (let at = start; at < end; at += 4) {
    const word = words[(at - base) / 4]!
    const flow = flowOf(word)
    if (flow === Flow.call || flow === Flow.jump) {
      const last = Math.max(...given)
      const count = at - last <= BEFORE * 4 ? argumentsOf(branchTarget(word, flow, at)) : 0
      if (count > 0 && at - Math.max(...given.slice(0, count)) <= BEFORE * 4) return true
    }
    const from = (word >>> 5) & 31
    const amount = (word >>> 10) & 0xfff
    const isAdd = (word & 0xffc0_0000) >>> 0 === 0x9100_0000
    const isSubtract = (word & 0xffc0_0000) >>> 0 === 0xd100_0000
    const isAddress = (from === SP && isAdd && amount === object) || (from === FRAME && (isAdd || isSubtract) && frame + (isAdd ? amount : -amount) === object)
    const isMove = holders.has(movedRegister(word))
    if (!isAddress && !isMove) continue
    holders.add(word & 31)
    if ((word & 31) < ARGUMENTS) given[word & 31] = at
  }
  return false
}

/** Addresses of objects in the frame, from SP, and where X29 points to. */
function objectsOnStack({ words, base, start, end }: FunctionCode): { readonly addresses: ReadonlySet<number>; readonly frame: number } {
  const addresses = new Set<number>()
  let frame = 0
  for (let at = start; at < end; at += 4) {
    const word = words[(at - base) / 4]!
    const isAdd = (word & 0xffc0_0000) >>> 0 === 0x9100_0000
    const isSubtract = (word & 0xffc0_0000) >>> 0 === 0xd100_0000
    if (!isAdd && !isSubtract) continue
    const from = (word >>> 5) & 31
    const to = word & 31
    const amount = (word >>> 10) & 0xfff
    if (from === SP && isAdd && to === FRAME) frame = amount
    else if (from === SP && isAdd && to !== SP) addresses.add(amount)
    else if (from === FRAME && to !== SP) addresses.add(isAdd ? frame + amount : frame - amount)
  }
  return { addresses, frame }
}
