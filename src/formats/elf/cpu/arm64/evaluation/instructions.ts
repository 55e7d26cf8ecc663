import { pageAddress } from '../../../../../isa/arm64/control-flow.ts'
import { logicalImmediate, SP } from '../../../../../isa/arm64/operands.ts'
import { address, compute, detectedAs, isZero, join, number, type Operation, plain, signExtended, truncated, untouched, type Value, valueOf, withWords } from '../../program/value.ts'
import { type Flags, flagsOf, outcomesOf, withOtherwise } from './flags.ts'
import { joinedPointers } from './joined-pointers.ts'
import type { Machine } from './machine.ts'

/** What the evaluation wants to know of an instruction besides its result. */
export interface Notes {
  /** The address may be used in a way that is not followed. */
  used(value: Value | undefined): void
  /** Something was decided, or left open, by a condition. */
  decided(flags: Flags | undefined, outcomes: number): void
  /** An instruction was tried that the CPU lacks. */
  trapped(): void
  /** Can something that is not known never be this address, as nothing that runs hands it out? */
  isNeverHandedOut(value: Value | undefined): boolean
  /** Something unknown is added to an address: the result, in `register`, points into what lies there. */
  addsToAddress(register: number, value: Value | undefined): void
}

const allOnes = number(-1, -1)

/** Data processing with an immediate (Arm ARM C4.1.92). */
export function executeImmediate(word: number, at: number, machine: Machine, notes: Notes): void {
  const register = word & 31
  const source = (word >>> 5) & 31
  const size = word < 0 ? 8 : 4
  switch ((word >>> 23) & 7) {
    case 0:
    case 1: {
      const named = pageAddress(word, at)
      machine.write(register, named === undefined || named < 0 ? undefined : address(named))
      return
    }
    case 2: {
      const immediate = number(((word >>> 10) & 0xfff) << ((word & 0x0040_0000) !== 0 ? 12 : 0))
      addOrSubtract(word, machine, size, sized(machine.readBase(source), size), immediate, true, source)
      return
    }
    case 4: {
      const pattern = logicalImmediate(word)
      const immediate = pattern === undefined ? undefined : number(pattern[0], size === 8 ? pattern[1] : 0)
      const isMasked = ((word >>> 29) & 3) === 0 && machine.holdsText(source)
      logical(word, machine, size, machine.read(source, size), immediate, (word >>> 29) & 3, true)
      if (isMasked) machine.writeBase(register, untouched) // a part of it
      return
    }
    case 5: {
      const part = (word >>> 5) & 0xffff
      const shift = ((word >>> 21) & 3) * 16
      const value = shift < 32 ? number(part << shift) : number(0, part << (shift - 32))
      const opcode = (word >>> 29) & 3
      if (opcode === 2) machine.write(register, value, size)
      else if (opcode === 0) machine.write(register, compute('xor', value, allOnes), size)
      else {
        const kept = shift < 32 ? number(~(0xffff << shift), -1) : number(-1, ~(0xffff << (shift - 32)))
        machine.write(register, compute('or', compute('and', machine.read(register), kept), value), size)
      }
      return
    }
    case 6:
      bitfield(word, machine, size)
      return
    case 7: {
      const low = (word >>> 16) & 31
      const same = low === source && isZero(machine.read(source))
      machine.write(register, same ? machine.read(source) : undefined)
      return
    }
    default:
      notes.used(machine.readBase(source))
      machine.write(register, undefined)
  }
}

function sized(value: Value | undefined, size: number): Value | undefined {
  return size === 8 ? value : truncated(value, size)
}

function addOrSubtract(word: number, machine: Machine, size: 4 | 8, left: Value | undefined, right: Value | undefined, immediate: boolean, source: number): void {
  const subtract = (word & 0x4000_0000) !== 0
  const sets = (word & 0x2000_0000) !== 0
  const result = sized(compute(subtract ? 'sub' : 'add', left, right), size)
  if (sets) setFlags(machine, subtract ? 'subtract' : 'add', left, right, size, source)
  const register = word & 31
  if (immediate && !sets) machine.writeBase(register, result)
  else machine.write(register, result)
}

function setFlags(machine: Machine, kind: Flags['kind'], left: Value | undefined, right: Value | undefined, size: 4 | 8, register: number): void {
  const usable = left !== undefined && right !== undefined && left.base === plain && right.base === plain && left.words.length > 0 && right.words.length > 0
  machine.flags = usable ? flagsOf(kind, left, right, size, register) : undefined
}

function logical(word: number, machine: Machine, size: 4 | 8, left: Value | undefined, right: Value | undefined, opcode: number, immediate: boolean): void {
  const result = sized(opcode === 1 ? compute('or', left, right) : opcode === 2 ? compute('xor', left, right) : masked(left, right), size)
  if (opcode === 3) setFlags(machine, 'and', result, allOnes, size, -1)
  const register = word & 31
  if (immediate && opcode !== 3) machine.writeBase(register, result)
  else machine.write(register, result)
}

/** NOT; what all numbers have, none has then, and what none has, all have. */
function complement(value: Value | undefined): Value | undefined {
  if (value?.hull !== true || value.base !== plain || value.words.length !== 4) return compute('xor', value, allOnes)
  const [allLow = 0, allHigh = 0, anyLow = 0, anyHigh = 0] = value.words
  return valueOf(plain, [~anyLow, ~anyHigh, ~allLow, ~allHigh], value.detected, value.partial, true)
}

/** AND; of an unknown number, the bits that the other side lets through. */
export function masked(left: Value | undefined, right: Value | undefined): Value | undefined {
  // what the CPU has, as far as somebody allows it
  const both = isFoundOut(left) && isDoubtful(right) ? compute('and', left, undefined) : isFoundOut(right) && isDoubtful(left) ? compute('and', undefined, right) : compute('and', left, right)
  if (both !== undefined && both.words.length > 0) return both
  const known = isPlain(left) ? left : isPlain(right) ? right : undefined
  if (known === undefined || (isPlain(left) && isPlain(right))) return undefined
  let low = 0
  let high = 0
  for (let at = 0; at < known.words.length; at += 2) {
    low |= known.words[at]!
    high |= known.words[at + 1]!
  }
  return valueOf(plain, [0, 0, low, high], known.detected, known.partial, true)
}

function isFoundOut(value: Value | undefined): boolean {
  return value !== undefined && value.detected && value.partial !== true && value.base === plain
}

function isDoubtful(value: Value | undefined): boolean {
  return value !== undefined && !value.detected && value.partial === true
}

function isPlain(value: Value | undefined): value is Value {
  return value !== undefined && value.base === plain && value.words.length > 0
}

/** SBFM, BFM, UBFM: shifts, extensions, fields. */
function bitfield(word: number, machine: Machine, size: 4 | 8): void {
  const width = size * 8
  const rotate = (word >>> 16) & (width - 1)
  const last = (word >>> 10) & (width - 1)
  const source = machine.read((word >>> 5) & 31, size)
  const opcode = (word >>> 29) & 3
  const register = word & 31
  const mask = onesOf(last + 1 > 63 ? 64 : last + 1)
  const shifted = last >= rotate ? compute('shr', masked(source, mask), number(rotate)) : compute('shl', masked(source, mask), number(width - rotate))
  if (opcode === 2) machine.write(register, shifted, size)
  else if (opcode === 0) machine.write(register, last >= rotate ? signedField(shifted, last - rotate + 1, size) : undefined, size)
  else {
    const length = last >= rotate ? last - rotate + 1 : last + 1
    const position = last >= rotate ? 0 : width - rotate
    const hole = compute('xor', compute('shl', onesOf(length), number(position)), allOnes)
    machine.write(register, compute('or', masked(machine.read(register, size), hole), shifted), size)
  }
}

function signedField(value: Value | undefined, bits: number, size: number): Value | undefined {
  if (value?.hull !== true && (bits === 8 || bits === 16 || bits === 32)) return sized(signExtended(value, bits / 8), size)
  if (value === undefined || bits === 64) return value
  if (value.hull === true) {
    const sign = bits > 32 ? value.words[3]! >>> (bits - 33) : value.words[2]! >>> (bits - 1)
    return (sign & 1) === 0 ? value : undefined
  }
  const shift = number(64 - bits)
  return sized(compute('sar', compute('shl', value, shift), shift), size)
}

function onesOf(count: number): Value {
  if (count >= 64) return allOnes
  return count >= 32 ? number(-1, count === 32 ? 0 : (1 << (count - 32)) - 1) : number((1 << count) - 1)
}

const unequal: Flags = flagsOf('unequal', number(0, 0, true), number(0), 8, -1)

/** Nothing is known of it, or that it was passed. */
function isUnknown(value: Value | undefined): boolean {
  return value === undefined || (value.base >= 0 && value.base < SP)
}

function areNeverTheSame(left: Value | undefined, right: Value | undefined, notes: Notes): boolean {
  return isUnknown(left) ? notes.isNeverHandedOut(right) : isUnknown(right) && notes.isNeverHandedOut(left)
}

/** Data processing with registers (Arm ARM C4.1.95). */
export function executeRegister(word: number, machine: Machine, notes: Notes): void {
  const size = word < 0 ? 8 : 4
  const register = word & 31
  const first = (word >>> 5) & 31
  const second = (word >>> 16) & 31
  const group = (word >>> 21) & 15
  if ((word & 0x1000_0000) === 0) {
    if ((word & 0x0100_0000) === 0) {
      let right = shifted(machine, second, (word >>> 22) & 3, (word >>> 10) & 63, size)
      if ((word & 0x0020_0000) !== 0) right = sized(complement(right), size)
      const opcode = (word >>> 29) & 3
      if (opcode === 1 && first === 31 && (word & 0x0020_0000) === 0 && ((word >>> 10) & 63) === 0) {
        machine.write(register, machine.holdsText(second) ? untouched : size === 8 ? machine.read(second) : right)
        if (register !== 31) machine.origins[register] = machine.origins[second]
      } else logical(word, machine, size, machine.read(first, size), right, opcode, false)
      return
    }
    const extended = (word & 0x0020_0000) !== 0
    const right = extended ? extension(machine, second, (word >>> 13) & 7, (word >>> 10) & 7) : shifted(machine, second, (word >>> 22) & 3, (word >>> 10) & 63, size)
    const left = extended ? sized(machine.readBase(first), size) : machine.read(first, size)
    // an address plus something unknown: a place in a table
    const compares = (word & 0x6000_001f) === 0x6000_001f
    if (right === undefined && !compares) notes.used(left)
    if (left === undefined && !compares) notes.used(right)
    if (!compares && (left === undefined) !== (right === undefined)) notes.addsToAddress(register, left ?? right)
    // the place in a table that a check chose: the table itself is no argument of what is called from there
    if (left?.detected === true) machine.spent |= 1 << second
    else if (right?.detected === true && first !== 31) machine.spent |= 1 << first
    addOrSubtract(word, machine, size, left, sized(right, size), extended, first)
    if (compares && size === 8 && areNeverTheSame(left, right, notes)) machine.flags = unequal
    return
  }
  if (group === 4) conditionalSelect(word, machine, notes, size)
  else if (group === 2) conditionalCompare(word, machine, notes, size)
  else if (group === 6 && (word & 0x4000_0000) === 0) {
    const opcode = (word >>> 10) & 63
    const operation: Operation | undefined = opcode === 8 ? 'shl' : opcode === 9 ? 'shr' : opcode === 10 ? 'sar' : undefined
    const count = machine.read(second)
    const known = operation !== undefined && count?.words.length === 2
    const source = operation === 'sar' ? signExtended(machine.read(first, size), size) : machine.read(first, size)
    machine.write(register, known ? compute(operation, source, masked(count, number(size * 8 - 1))) : isZero(source) && operation !== undefined ? source : undefined, size)
  } else if (group === 6) machine.write(register, oneSource((word >>> 10) & 63, machine.read(first, size), size), size)
  else if (group >= 8 && (word & 0x00e0_8000) === 0) {
    // MADD: what matters is a product with zero, and the address of an element
    const product = compute('mul', machine.read(first, size), machine.read(second, size))
    const addend = machine.read((word >>> 10) & 31, size)
    if (product === undefined) notes.used(addend)
    if (product === undefined) notes.addsToAddress(register, addend)
    machine.write(register, compute('add', addend, product), size)
  } else machine.write(register, undefined)
}

/**
 * RBIT and CLZ, by which a table is indexed with the best of several implementations. That no bit is set at all is passed
 * over where others are: it would lead behind the table.
 */
function oneSource(opcode: number, value: Value | undefined, size: number): Value | undefined {
  if (value === undefined || value.base !== plain || value.words.length === 0 || (opcode !== 0 && opcode !== 4)) return undefined
  if (opcode === 4 && value.hull === true) return leadingZeros(value, size)
  const words: number[] = []
  for (let at = 0; at < value.words.length; at += 2) {
    const low = value.words[at]!
    const high = value.words[at + 1]!
    if (opcode === 4 && low === 0 && high === 0 && value.words.length > 2) continue
    if (opcode === 4) words.push(size === 4 ? Math.clz32(low) : high === 0 ? 32 + Math.clz32(low) : Math.clz32(high), 0)
    else if (size === 4) words.push(reversed(low), 0)
    else words.push(reversed(high), reversed(low))
  }
  return withWords(value, words)
}

/** Of the bits set in all and in any, the highest may be each that can be set down to the first that is. */
function leadingZeros({ base, words: [allLow = 0, allHigh = 0, anyLow = 0, anyHigh = 0], detected }: Value, size: number): Value | undefined {
  const words: number[] = []
  for (let bit = size * 8 - 1; bit >= 0 && words.length <= 8; bit--) {
    const mask = 1 << (bit & 31)
    if (((bit < 32 ? anyLow : anyHigh) & mask) === 0) continue
    words.push(size * 8 - 1 - bit, 0)
    if (((bit < 32 ? allLow : allHigh) & mask) !== 0) return words.length > 8 ? undefined : { base, words, detected }
  }
  if (words.length === 0) words.push(size * 8, 0)
  return words.length > 8 ? undefined : { base, words, detected }
}

function reversed(word: number): number {
  let result = 0
  for (let bit = 0; bit < 32; bit++) result |= ((word >>> bit) & 1) << (31 - bit)
  return result
}

function shifted(machine: Machine, register: number, type: number, amount: number, size: number): Value | undefined {
  const value = machine.read(register, size)
  if (amount === 0) return value
  const operation: Operation | undefined = type === 0 ? 'shl' : type === 1 ? 'shr' : type === 2 ? 'sar' : undefined
  if (operation === undefined) return isZero(value) ? value : undefined
  return sized(compute(operation, operation === 'sar' ? signExtended(value, size) : value, number(amount)), size)
}

function extension(machine: Machine, register: number, option: number, amount: number): Value | undefined {
  const size = 1 << (option & 3)
  const value = machine.read(register, size)
  const extended = (option & 4) !== 0 ? signExtended(value, size) : value
  return amount === 0 ? extended : compute('shl', extended, number(amount))
}

/** CSEL, CSINC, CSINV, CSNEG. */
function conditionalSelect(word: number, machine: Machine, notes: Notes, size: 4 | 8): void {
  const outcomes = outcomesOf(machine.flags, (word >>> 12) & 15)
  notes.decided(machine.flags, outcomes)
  const detected = isDetected(machine.flags)
  const chosen = machine.read((word >>> 5) & 31, size)
  const other = alternative(word, machine.read((word >>> 16) & 31, size), size)
  const register = word & 31
  // of two numbers of a text
  if ((word & 0x4000_0400) === 0 && machine.holdsText((word >>> 5) & 31) && machine.holdsText((word >>> 16) & 31)) {
    machine.write(register, untouched)
    return
  }
  if (outcomes !== 3) {
    const value = outcomes === 2 ? chosen : other
    if (detected) machine.spent |= 1 << (outcomes === 2 ? (word >>> 16) & 31 : (word >>> 5) & 31)
    machine.write(register, value === undefined ? undefined : detectedAs(value, value.detected || detected))
    return
  }
  const joined = join(chosen, other) ?? joinedPointers(chosen, other)
  if (joined === undefined || joined.partial === true || joined.hull === true) {
    notes.used(chosen)
    notes.used(other)
  }
  machine.write(register, joined === undefined || !detected ? joined : detectedAs(joined, true))
}

function alternative(word: number, value: Value | undefined, size: number): Value | undefined {
  const increments = (word & 0x0400) !== 0
  if ((word & 0x4000_0000) === 0) return increments ? sized(compute('add', value, number(1)), size) : value
  const inverted = compute('xor', value, allOnes)
  return sized(increments ? compute('add', inverted, number(1)) : inverted, size)
}

/** CCMP, CCMN. */
function conditionalCompare(word: number, machine: Machine, notes: Notes, size: 4 | 8): void {
  const outcomes = outcomesOf(machine.flags, (word >>> 12) & 15)
  notes.decided(machine.flags, outcomes)
  const second = (word >>> 16) & 31
  const first = (word >>> 5) & 31
  if (outcomes === 1) {
    machine.flags = flagsOf('given', number(word & 15, 0, isDetected(machine.flags)), number(0), size, -1)
    return
  }
  const [left, right] = [machine.read(first, size), (word & 0x0800) !== 0 ? number(second) : machine.read(second, size)]
  const subtracts = (word & 0x4000_0000) !== 0
  setFlags(machine, subtracts ? 'subtract' : 'add', left, right, size, -1)
  if (subtracts && size === 8 && areNeverTheSame(left, right, notes)) machine.flags = unequal
  if (outcomes === 3 && machine.flags !== undefined) machine.flags = withOtherwise(machine.flags, word & 15)
}

export function isDetected(flags: Flags | undefined): boolean {
  return flags !== undefined && (flags.left.detected || flags.right.detected)
}
