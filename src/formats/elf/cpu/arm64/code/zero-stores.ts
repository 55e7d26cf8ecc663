import { Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { memoryAccess, type MemoryAccess } from '../../../../../isa/arm64/operands.ts'
import type { FunctionCode } from '../evaluation/evaluation.ts'
import { labelsOf } from './labels.ts'

const ZR = 31
/** Words before a store in which a vector register was cleared. */
const BEFORE = 64
/** MOVI Vd, #0 of bytes, of four and of eight. */
const zeroes: readonly number[] = [0x0f00_e400, 0x0f00_0400, 0x2f00_e400]
const FULL_VECTOR = 0x4000_0000

/**
 * Is it zero that is stored at `at`, told from the instructions in a row before it?
 *
 * @param isSecond the second of a pair
 */
export function storesZero(code: FunctionCode, at: number, { register, second, vector, secondVector }: MemoryAccess, isSecond: boolean): boolean {
  const general = isSecond ? second : register
  return general >= 0 ? general === ZR : isCleared(code, at, isSecond ? secondVector : vector)
}

function isCleared(code: FunctionCode, store: number, vector: number): boolean {
  if (vector < 0) return false
  const labels = labelsOf(code)
  for (let at = store - 4; at >= Math.max(code.start, store - BEFORE * 4); at -= 4) {
    const word = code.words[(at - code.base) / 4]!
    if (labels.has(at + 4)) return false
    if (flowOf(word) === Flow.call || flowOf(word) === Flow.indirectCall) return false
    if (((word >>> 25) & 5) === 4) {
      const operand = memoryAccess(word)
      if (operand === undefined || (operand.load && (operand.vector === vector || operand.secondVector === vector))) return false
    } else if (((word >>> 25) & 7) === 7 && (word & 31) === vector) return zeroes.includes(word & ~FULL_VECTOR & ~31)
  }
  return false
}
