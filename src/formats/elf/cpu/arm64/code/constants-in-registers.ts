import { Flow, flowOf, literalAddress, pageAddress } from '../../../../../isa/arm64/control-flow.ts'
import { destination, logicalImmediate, memoryAccess } from '../../../../../isa/arm64/operands.ts'
import type { FunctionCode } from '../evaluation/evaluation.ts'
import type { Constant } from './constant-data.ts'

/** Words before an instruction in which its registers are set. */
const BEFORE = 48

/** The constant that was last put into a general register before the word at `index`, as words of four bytes; whether control comes from there or not. */
export function constantInRegister({ words, base, start }: FunctionCode, index: number, register: number): readonly number[] | undefined {
  const parts: (number | undefined)[] = [undefined, undefined, undefined, undefined]
  for (let at = index - 1; at >= Math.max((start - base) / 4, index - BEFORE); at--) {
    const word = words[at]!
    if (flowOf(word) !== Flow.next || setsByMemory(word, register)) continue
    if (destination(word) !== register) continue
    const half = (word >>> 21) & 3
    const kind = (word >>> 23) & 0xff
    const bits = (word >>> 5) & 0xffff
    const wide = word < 0
    if (kind === 0xe5) {
      parts[half] ??= bits // MOVK
      continue
    }
    let value: number[] | undefined
    if (kind === 0xa5) value = [0, 1, 2, 3].map((part) => (part === half ? bits : 0)) // MOVZ
    else if (kind === 0x25) value = [0, 1, 2, 3].map((part) => (part >= 2 && !wide ? 0 : part === half ? ~bits & 0xffff : 0xffff)) // MOVN
    else if ((word & 0x7f80_03e0) === 0x3200_03e0) {
      const [low, high] = logicalImmediate(word) ?? [undefined, 0] // ORR Rd, ZR, #bits
      if (low !== undefined) value = [low & 0xffff, low >>> 16, wide ? high & 0xffff : 0, wide ? high >>> 16 : 0]
    }
    if (value === undefined) return undefined
    const [a, b, c, d] = value.map((part, place) => parts[place] ?? part) as [number, number, number, number]
    return [a | (b << 16), c | (d << 16)]
  }
  return undefined
}

function setsByMemory(word: number, register: number): boolean {
  return ((word >>> 25) & 5) === 4 && destination(word) !== register
}

/** The same of a vector register that was loaded from constant data. */
export function constantInVector(code: FunctionCode, index: number, vector: number, constant: Constant): readonly number[] | undefined {
  const { words, base, start } = code
  for (let at = index - 1; at >= Math.max((start - base) / 4, index - BEFORE); at--) {
    const word = words[at]!
    if (((word >>> 25) & 5) !== 4) {
      if (((word >>> 25) & 7) === 7 && (word & 31) === vector && destination(word) < 0) return undefined // another vector instruction
      continue
    }
    const literal = literalAddress(word, base + at * 4)
    const operand = literal === undefined ? memoryAccess(word) : undefined
    if (literal === undefined && (operand === undefined || !operand.load || (operand.vector !== vector && operand.secondVector !== vector))) continue
    if (literal !== undefined && ((word & 0x0400_0000) === 0 || (word & 31) !== vector)) continue
    const address = literal ?? (operand!.vector === vector && operand!.index < 0 ? addressBefore(code, at, operand!.base, operand!.offset) : undefined)
    if (address === undefined) return undefined
    const parts: number[] = []
    for (let offset = 0; offset < 16; offset += 4) {
      const part = constant(address + offset, 4)
      if (part === undefined) return undefined
      parts.push(part | 0)
    }
    return parts
  }
  return undefined
}

/** ADRP before, and the distance behind it. */
function addressBefore({ words, base, start }: FunctionCode, index: number, register: number, offset: number): number | undefined {
  for (let at = index - 1; at >= Math.max((start - base) / 4, index - BEFORE); at--) {
    const word = words[at]!
    if (flowOf(word) !== Flow.next || destination(word) !== register) continue
    const page = pageAddress(word, base + at * 4)
    return page === undefined ? undefined : page + offset
  }
  return undefined
}
