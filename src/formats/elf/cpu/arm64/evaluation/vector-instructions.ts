import { destination } from '../../../../../isa/arm64/operands.ts'
import { join, signExtended, truncated, type Value } from '../../program/value.ts'
import { elementsOf, exactly, valueOf, type Vector, vectorOf } from '../../program/vector.ts'
import type { Machine } from './machine.ts'
import { type Certain, eachOf, oneOf } from './vector-alternatives.ts'
import { extracted, halved, lookedUp, part, permuted } from './vector-shuffles.ts'

/*
 * Data processing with vectors (Arm ARM C4.1.96), as far as compilers use it to take words of flags apart: a check of many
 * features at once becomes shifts by a table, narrowing and masks. Whatever is not told here leaves an unknown vector.
 */

export function executeVector(word: number, machine: Machine): void {
  const general = destination(word)
  if (general >= 0) {
    let value: Value | undefined
    let isFirst = true
    for (const certain of eachOf(machine, word)) {
      const one = toGeneral(word, certain)
      value = isFirst || one === undefined ? one : join(value, one)
      isFirst = false
      if (value === undefined) break
    }
    machine.write(general, value)
    return
  }
  machine.writeVectors(word & 31, oneOf(results(word, machine)))
}

function* results(word: number, machine: Machine): Iterable<Vector | undefined> {
  for (const certain of eachOf(machine, word)) yield resultOf(word, certain)
}

/** UMOV, SMOV, FMOV to a general register. */
function toGeneral(word: number, machine: Certain): Value | undefined {
  const source = machine.vector((word >>> 5) & 31)
  if (source === undefined) return undefined
  switch ((word & 0xffff_fc00) >>> 0) {
    case 0x1e26_0000:
      return valueOf(source, 0, 4)
    case 0x9e66_0000:
      return valueOf(source, 0, 8)
    case 0x9eae_0000:
      return valueOf(source, 8, 8)
  }
  if ((word & 0xbfe0_8400) >>> 0 !== 0x0e00_0400) return undefined
  const [size, index] = elementAt((word >>> 16) & 31)
  const element = size > 8 ? undefined : valueOf(source, index * size, size)
  const opcode = (word >>> 11) & 15
  if (opcode === 7) return element
  return opcode === 5 ? truncated(signExtended(element, size), (word & 0x4000_0000) !== 0 ? 8 : 4) : undefined
}

/** Size in bytes and index of an element, of imm5. */
function elementAt(immediate: number): [size: number, index: number] {
  const log = immediate === 0 ? 5 : 31 - Math.clz32(immediate & -immediate)
  const size = 1 << log
  return [size, immediate >> (log + 1)]
}

function resultOf(word: number, machine: Certain): Vector | undefined {
  const wide = (word & 0x4000_0000) !== 0
  const first = machine.vector((word >>> 5) & 31)
  if ((word & 0x9fe0_8400) >>> 0 === 0x0e00_0400) return copied(word, machine)
  if ((word & 0xffe0_fc00) >>> 0 === 0x5e00_0400) return first === undefined ? undefined : elementAlone(word, first)
  if ((word & 0x9ff8_0400) >>> 0 === 0x0f00_0400) return immediate(word, machine, wide)
  if ((word & 0xffff_fc00) >>> 0 === 0x9eaf_0000 || (word & 0x7f3f_fc00) === 0x1e27_0000) return fromGeneral(word, machine)
  if (first === undefined) return undefined
  if ((word & 0xffff_fc00) >>> 0 === 0x1e60_4000) return part(first, 8)
  if ((word & 0xffff_fc00) >>> 0 === 0x1e20_4000) return part(first, 4)
  if ((word & 0x9f80_0400) >>> 0 === 0x0f00_0400) return shiftedByImmediate(word, first, machine, wide)
  if ((word & 0xdf80_0400) >>> 0 === 0x5f00_0400) return part(shiftedByImmediate(word, first, machine, true), 8)
  if ((word & 0x9f3e_0c00) >>> 0 === 0x0e20_0800) return ofOne(word, first, machine, wide)
  if ((word & 0x9f3e_0c00) >>> 0 === 0x0e30_0800) return across(word, first, wide)
  if ((word & 0xffff_fc00) >>> 0 === 0x5ef1_b800) return vectorOf([elementsOf(first, 8).reduce((a, b) => a + b)], 8, first.detected)
  const second = machine.vector((word >>> 16) & 31)
  if (second === undefined) return undefined
  if ((word & 0x9f20_0400) >>> 0 === 0x0e20_0400) return ofTwo(word, first, second, machine, wide)
  if ((word & 0xdf20_0400) >>> 0 === 0x5e20_0400) return part(ofTwo(word, first, second, machine, true), 1 << ((word >>> 22) & 3))
  if ((word & 0xbf20_8c00) >>> 0 === 0x0e00_0800) return permuted(word, first, second, wide)
  if ((word & 0xbfe0_8400) >>> 0 === 0x2e00_0000) return extracted(word, first, second, wide)
  if ((word & 0xbfe0_9c00) >>> 0 === 0x0e00_0000) return lookedUp(word, second, machine, wide)
  return undefined
}

/** DUP, INS. */
function copied(word: number, machine: Certain): Vector | undefined {
  const [size, index] = elementAt((word >>> 16) & 31)
  if (size > 8) return undefined
  const source = (word >>> 5) & 31
  const opcode = (word >>> 11) & 15
  const fromElement = (word & 0x2000_0000) !== 0 || opcode === 0
  const inserts = (word & 0x2000_0000) !== 0 || opcode === 3
  let element: bigint | undefined
  let detected: boolean
  if (!fromElement) {
    if (opcode !== 1 && opcode !== 3) return undefined
    const value = machine.read(source)
    element = exactly(size === 8 ? value : truncated(value, size))
    detected = value?.detected === true
  } else {
    const vector = machine.vector(source)
    if (vector === undefined) return undefined
    element = elementsOf(vector, size)[inserts ? opcode >> (31 - Math.clz32(size)) : index]
    detected = vector.detected
  }
  if (element === undefined) return undefined
  if (!inserts) return vectorOf(Array.from({ length: ((word & 0x4000_0000) !== 0 ? 16 : 8) / size }, () => element), size, detected)
  const before = machine.vector(word & 31)
  if (before === undefined) return undefined
  const elements = elementsOf(before, size)
  elements[index] = element
  return vectorOf(elements, size, detected || before.detected)
}

/** DUP (element, scalar). */
function elementAlone(word: number, from: Vector): Vector | undefined {
  const [size, index] = elementAt((word >>> 16) & 31)
  return size > 8 ? undefined : vectorOf([elementsOf(from, size)[index]!], size, from.detected)
}

/** FMOV from a general register. */
function fromGeneral(word: number, machine: Certain): Vector | undefined {
  const value = machine.read((word >>> 5) & 31)
  const whole = exactly(value)
  if (whole === undefined) return undefined
  const detected = value!.detected
  if ((word & 0xffff_fc00) >>> 0 !== 0x9eaf_0000) return vectorOf([whole], word < 0 ? 8 : 4, detected)
  const before = machine.vector(word & 31)
  return before === undefined ? undefined : vectorOf([elementsOf(before, 8)[0]!, whole], 8, detected || before.detected)
}

/** MOVI, MVNI, ORR, BIC (AdvSIMDExpandImm). */
function immediate(word: number, machine: Certain, wide: boolean): Vector | undefined {
  const byte = BigInt(((word >>> 11) & 0xe0) | ((word >>> 5) & 31))
  const mode = (word >>> 12) & 15
  const negates = (word & 0x2000_0000) !== 0
  if ((word & 0x0800) !== 0 || mode === 15) return undefined // FMOV
  let element: bigint
  let size: number
  if (mode < 8) [element, size] = [byte << BigInt((mode >> 1) * 8), 4]
  else if (mode < 12) [element, size] = [byte << BigInt(((mode >> 1) & 1) * 8), 2]
  else if (mode < 14) [element, size] = mode === 12 ? [(byte << 8n) | 0xffn, 4] : [(byte << 16n) | 0xffffn, 4]
  else if (!negates) [element, size] = [byte, 1]
  else {
    element = 0n
    for (let bit = 0; bit < 8; bit++) if (((byte >> BigInt(bit)) & 1n) === 1n) element |= 0xffn << BigInt(bit * 8)
    size = 8
  }
  const all = vectorOf(Array.from({ length: (wide ? 16 : 8) / size }, () => element), size, false)
  if (mode < 12 && (mode & 1) === 1) {
    const before = machine.vector(word & 31)
    return before === undefined ? undefined : halved(bitwise(before, all, negates ? (a, b) => a & ~b : (a, b) => a | b), wide)
  }
  return negates && mode < 14 ? halved(bitwise(all, all, (a) => ~a), wide) : all
}

function bitwise(a: Vector, b: Vector, operation: (a: number, b: number, at: number) => number): Vector {
  return { bytes: Uint8Array.from(a.bytes, (byte, at) => operation(byte, b.bytes[at]!, at)), detected: a.detected || b.detected }
}

/** SSHR, USHR, SHL, SRI, SLI, SHRN, SSHLL, USHLL. */
function shiftedByImmediate(word: number, first: Vector, machine: Certain, wide: boolean): Vector | undefined {
  const encoded = (word >>> 16) & 127
  const size = 1 << (28 - Math.clz32(encoded & 0x78))
  const bits = size * 8
  const unsigned = (word & 0x2000_0000) !== 0
  const right = BigInt(2 * bits - encoded)
  const left = BigInt(encoded - bits)
  const signed = (element: bigint): bigint => (unsigned ? element : BigInt.asIntN(bits, element))
  const count = (wide ? 16 : 8) / size
  switch ((word >>> 11) & 31) {
    case 0:
      return vectorOf(elementsOf(first, size).slice(0, count).map((element) => signed(element) >> right), size, first.detected)
    case 10:
      return unsigned ? undefined : vectorOf(elementsOf(first, size).slice(0, count).map((element) => element << left), size, first.detected)
    case 16:
      return unsigned || size > 4 ? undefined : narrowed(first, size, right, machine.vector(word & 31), wide)
    case 20:
      if (size > 4) return undefined
      return vectorOf(elementsOf(first, size).slice(wide ? 8 / size : 0, wide ? 16 / size : 8 / size).map((element) => signed(element) << left), size * 2, first.detected)
    default:
      return undefined
  }
}

/** The low `size` bytes of elements twice as large, shifted right; into the upper half of what was there where `upper`. */
function narrowed(from: Vector, size: number, shift: bigint, before: Vector | undefined, upper: boolean): Vector | undefined {
  const elements = elementsOf(from, size * 2).map((element) => element >> shift)
  if (!upper) return vectorOf(elements, size, from.detected)
  return before === undefined ? undefined : vectorOf([...elementsOf(before, size).slice(0, 8 / size), ...elements], size, from.detected || before.detected)
}

/** NOT, RBIT, CNT, XTN, comparisons with zero, NEG, ABS. */
function ofOne(word: number, first: Vector, machine: Certain, wide: boolean): Vector | undefined {
  const log = (word >>> 22) & 3
  const size = 1 << log
  const negates = (word & 0x2000_0000) !== 0
  const each = (operation: (element: bigint) => bigint): Vector => halved(vectorOf(elementsOf(first, size).map((element) => operation(BigInt.asIntN(size * 8, element))), size, first.detected), wide)
  const compared = (holds: (element: bigint) => boolean): Vector => each((element) => (holds(element) ? -1n : 0n))
  switch ((word >>> 12) & 31) {
    case 5:
      if (negates) return log === 0 ? halved(bitwise(first, first, (byte) => ~byte), wide) : log === 1 ? halved(bitwise(first, first, reversedByte), wide) : undefined
      return log === 0 ? halved(bitwise(first, first, bitsSet), wide) : undefined
    case 8:
      return compared(negates ? (element) => element >= 0n : (element) => element > 0n)
    case 9:
      return compared(negates ? (element) => element <= 0n : (element) => element === 0n)
    case 10:
      return negates ? undefined : compared((element) => element < 0n)
    case 11:
      return each((element) => (negates || element < 0n ? -element : element))
    case 18:
      return negates || log === 3 ? undefined : narrowed(first, size, 0n, machine.vector(word & 31), wide)
    default:
      return undefined
  }
}

function reversedByte(byte: number): number {
  let result = 0
  for (let bit = 0; bit < 8; bit++) result |= ((byte >> bit) & 1) << (7 - bit)
  return result
}

function bitsSet(byte: number): number {
  let count = 0
  for (let rest = byte; rest !== 0; rest &= rest - 1) count++
  return count
}

/** ADDV, UADDLV, SADDLV, UMAXV and its relatives. */
function across(word: number, first: Vector, wide: boolean): Vector | undefined {
  const size = 1 << ((word >>> 22) & 3)
  const unsigned = (word & 0x2000_0000) !== 0
  const elements = elementsOf(first, size).slice(0, (wide ? 16 : 8) / size).map((element) => (unsigned ? element : BigInt.asIntN(size * 8, element)))
  const total = elements.reduce((a, b) => a + b)
  switch ((word >>> 12) & 31) {
    case 3:
      return vectorOf([total], size * 2, first.detected)
    case 10:
      return vectorOf([elements.reduce((a, b) => (a > b ? a : b))], size, first.detected)
    case 26:
      return vectorOf([elements.reduce((a, b) => (a < b ? a : b))], size, first.detected)
    case 27:
      return unsigned ? undefined : vectorOf([total], size, first.detected)
    default:
      return undefined
  }
}

/** Three registers of the same kind. */
function ofTwo(word: number, first: Vector, second: Vector, machine: Certain, wide: boolean): Vector | undefined {
  const opcode = (word >>> 11) & 31
  const unsigned = (word & 0x2000_0000) !== 0
  if (opcode === 3) return logical(((word >>> 22) & 3) + (unsigned ? 4 : 0), first, second, machine.vector(word & 31), wide)
  const size = 1 << ((word >>> 22) & 3)
  const bits = size * 8
  const operation = binary(opcode, unsigned)
  if (operation === undefined) return undefined
  const read = (vector: Vector): bigint[] => elementsOf(vector, size).map((element) => (unsigned ? element : BigInt.asIntN(bits, element)))
  const others = read(second)
  return halved(vectorOf(read(first).map((element, at) => operation(element, others[at]!)), size, first.detected || second.detected), wide)
}

/** Operations on two elements, by opcode; truth is all ones. */
function binary(opcode: number, unsigned: boolean): ((a: bigint, b: bigint) => bigint) | undefined {
  const truth = (holds: boolean): bigint => (holds ? -1n : 0n)
  switch (opcode) {
    case 6:
      return (a, b) => truth(a > b)
    case 7:
      return (a, b) => truth(a >= b)
    case 8: // SSHL, USHL: by the signed lowest byte
      return (a, b) => {
        const by = BigInt.asIntN(8, b)
        return by >= 0n ? a << by : a >> -by
      }
    case 12:
      return (a, b) => (a > b ? a : b)
    case 13:
      return (a, b) => (a < b ? a : b)
    case 16:
      return unsigned ? (a, b) => a - b : (a, b) => a + b
    case 17:
      return unsigned ? (a, b) => truth(a === b) : (a, b) => truth((a & b) !== 0n)
    case 19:
      return unsigned ? undefined : (a, b) => a * b
    default:
      return undefined
  }
}

/** AND, BIC, ORR, ORN, EOR, BSL, BIT, BIF. */
function logical(opcode: number, first: Vector, second: Vector, before: Vector | undefined, wide: boolean): Vector | undefined {
  const simple = [(a: number, b: number) => a & b, (a: number, b: number) => a & ~b, (a: number, b: number) => a | b, (a: number, b: number) => a | ~b, (a: number, b: number) => a ^ b][opcode]
  if (simple !== undefined) return halved(bitwise(first, second, simple), wide)
  if (before === undefined) return undefined
  const selects = (mask: Vector, set: Vector, clear: Vector): Vector => bitwise(bitwise(mask, set, (m, a) => m & a), bitwise(mask, clear, (m, b) => ~m & b), (a, b) => a | b)
  return halved(opcode === 5 ? selects(before, first, second) : opcode === 6 ? selects(second, first, before) : selects(second, before, first), wide)
}
