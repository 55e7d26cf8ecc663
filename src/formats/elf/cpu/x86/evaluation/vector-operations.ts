import { elementsOf, type Vector, vectorOf } from '../../program/vector.ts'

/** Mandatory prefixes (Intel SDM 2.1.2). */
export const Prefix = { none: 0, operand: 0x66, repne: 0xf2, rep: 0xf3 } as const
export type Prefix = (typeof Prefix)[keyof typeof Prefix]

const ONES = 0xffff_ffffn

type OfTwo = (x: bigint, y: bigint) => bigint

/** `of`, element by element of `size` bytes. */
function lanes(a: Vector, b: Vector, size: number, of: OfTwo): Vector {
  const others = elementsOf(b, size)
  return vectorOf(
    elementsOf(a, size).map((x, lane) => of(x, others[lane]!)),
    size,
    false,
  )
}

/** Elements of the lower half (`high`: of the upper one) in turn. */
function interleaved(a: Vector, b: Vector, size: number, high: boolean): Vector {
  const [x, y] = [elementsOf(a, size), elementsOf(b, size)]
  const half = x.length / 2
  const from = high ? half : 0
  return vectorOf(
    Array.from({ length: x.length }, (_, lane) => (lane % 2 === 0 ? x : y)[from + (lane >> 1)]!),
    size,
    false,
  )
}

/** Four elements that `immediate` names with two bits each. */
function chosen(elements: readonly bigint[], immediate: number): bigint[] {
  return [0, 2, 4, 6].map((shift) => elements[(immediate >> shift) & 3]!)
}

/** What an instruction behind 0F makes of two vectors; undefined where that is not known. */
export function combined(opcode: number, prefix: Prefix, immediate: number, a: Vector, b: Vector): Vector | undefined {
  if (prefix === Prefix.none || prefix === Prefix.operand) {
    const size = prefix === Prefix.none ? 4 : 8
    switch (opcode) {
      case 0x14: // UNPCKLPS, UNPCKLPD
        return interleaved(a, b, size, false)
      case 0x15:
        return interleaved(a, b, size, true)
      case 0x54:
        return lanes(a, b, 8, (x, y) => x & y)
      case 0x55:
        return lanes(a, b, 8, (x, y) => ~x & y)
      case 0x56:
        return lanes(a, b, 8, (x, y) => x | y)
      case 0x57:
        return lanes(a, b, 8, (x, y) => x ^ y)
      case 0xc6: {
        const [x, y] = [elementsOf(a, size), elementsOf(b, size)]
        if (size === 8) return vectorOf([x[immediate & 1]!, y[(immediate >> 1) & 1]!], 8, false)
        return vectorOf([...chosen(x, immediate).slice(0, 2), ...chosen(y, immediate).slice(2)], 4, false)
      }
    }
  }
  if (opcode === 0x70) {
    if (prefix === Prefix.operand) return vectorOf(chosen(elementsOf(b, 4), immediate), 4, false)
    const words = elementsOf(b, 2)
    const isLow = prefix === Prefix.repne
    if (prefix === Prefix.none) return undefined
    return vectorOf(isLow ? [...chosen(words.slice(0, 4), immediate), ...words.slice(4)] : [...words.slice(0, 4), ...chosen(words.slice(4), immediate)], 2, false)
  }
  return prefix === Prefix.operand ? ofIntegers(opcode, a, b) : undefined
}

function ofIntegers(opcode: number, a: Vector, b: Vector): Vector | undefined {
  switch (opcode) {
    case 0x60: // PUNPCKLBW, PUNPCKLWD, PUNPCKLDQ
    case 0x61:
    case 0x62:
      return interleaved(a, b, 1 << (opcode - 0x60), false)
    case 0x68:
    case 0x69:
    case 0x6a:
      return interleaved(a, b, 1 << (opcode - 0x68), true)
    case 0x6c:
      return interleaved(a, b, 8, false)
    case 0x6d:
      return interleaved(a, b, 8, true)
    case 0x74: // PCMPEQB, PCMPEQW, PCMPEQD
    case 0x75:
    case 0x76: {
      const size = 1 << (opcode - 0x74)
      return lanes(a, b, size, (x, y) => (x === y ? -1n : 0n))
    }
    case 0xdb:
      return lanes(a, b, 8, (x, y) => x & y)
    case 0xdf:
      return lanes(a, b, 8, (x, y) => ~x & y)
    case 0xeb:
      return lanes(a, b, 8, (x, y) => x | y)
    case 0xef:
      return lanes(a, b, 8, (x, y) => x ^ y)
    case 0xf8: // PSUBB, PSUBW, PSUBD, PSUBQ
    case 0xf9:
    case 0xfa:
    case 0xfb:
      return lanes(a, b, 1 << (opcode - 0xf8), (x, y) => x - y)
    case 0xfc:
    case 0xfd:
    case 0xfe:
      return lanes(a, b, 1 << (opcode - 0xfc), (x, y) => x + y)
    case 0xd4:
      return lanes(a, b, 8, (x, y) => x + y)
    case 0xf4: // PMULUDQ
      return lanes(a, b, 8, (x, y) => (x & ONES) * (y & ONES))
  }
  return undefined
}

/** The same behind 0F 38. */
export function combined38(opcode: number, a: Vector, b: Vector): Vector | undefined {
  switch (opcode) {
    case 0x00: // PSHUFB
      return { bytes: b.bytes.map((index) => ((index & 0x80) === 0 ? a.bytes[index & 15]! : 0)), detected: false }
    case 0x29: // PCMPEQQ
      return lanes(a, b, 8, (x, y) => (x === y ? -1n : 0n))
    case 0x30: // PMOVZXBW to PMOVZXDQ
    case 0x31:
    case 0x32:
    case 0x33:
    case 0x34:
    case 0x35: {
      const from = opcode < 0x33 ? 1 : opcode < 0x35 ? 2 : 4
      const to = opcode === 0x30 ? 2 : opcode === 0x31 || opcode === 0x33 ? 4 : 8
      return vectorOf(elementsOf(b, from).slice(0, 16 / to), to, false)
    }
    case 0x40: // PMULLD
      return lanes(a, b, 4, (x, y) => x * y)
  }
  return undefined
}

/** The same behind 0F 3A. */
export function combined3a(opcode: number, immediate: number, a: Vector, b: Vector): Vector | undefined {
  switch (opcode) {
    case 0x0c: // BLENDPS, BLENDPD, PBLENDW
    case 0x0d:
    case 0x0e: {
      const size = opcode === 0x0c ? 4 : opcode === 0x0d ? 8 : 2
      const others = elementsOf(b, size)
      return vectorOf(
        elementsOf(a, size).map((element, lane) => (((immediate >> lane) & 1) === 1 ? others[lane]! : element)),
        size,
        false,
      )
    }
    case 0x0f: {
      // PALIGNR: the first operand is the upper half
      const both = new Uint8Array(48)
      both.set(b.bytes)
      both.set(a.bytes, 16)
      const from = Math.min(immediate, 32)
      return { bytes: both.slice(from, from + 16), detected: false }
    }
  }
  return undefined
}
