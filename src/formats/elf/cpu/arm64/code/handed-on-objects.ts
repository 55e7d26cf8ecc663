import { branchTarget, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { destination, memoryAccess, SP } from '../../../../../isa/arm64/operands.ts'
import type { FunctionCode } from '../evaluation/evaluation.ts'
import { labelsOf } from './labels.ts'

const FRAME = 29
/** Words before a call in which its first argument is put together. */
const BEFORE = 16

/** Words from a load to where its number is compared. */
const BEHIND = 16

/** Are numbers in fields of that place and size compared in nothing but the first argument of a function? */
export function readsFirstArgument({ words, base, start, end }: FunctionCode, offset: number, size: number): boolean {
  const holders = new Set([0])
  let reads = false
  for (let at = start; at < end; at += 4) {
    const word = words[(at - base) / 4]!
    if ((word & 0xffff_ffe0) >>> 0 === 0xaa00_03e0) holders.add(word & 31) // MOV Xn, X0
    const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
    if (operand === undefined || !operand.load || operand.index >= 0 || operand.offset !== offset || operand.size !== size) continue
    if (!isCompared({ words, base, start, end }, at + 4, operand.register)) continue
    if (!holders.has(operand.base)) return false
    reads = true
  }
  return reads
}

function isCompared({ words, base, end }: FunctionCode, from: number, register: number): boolean {
  for (let at = from; at < end && at < from + BEHIND * 4; at += 4) {
    const word = words[(at - base) / 4]!
    const flow = flowOf(word)
    if ((flow === Flow.zero || flow === Flow.bit) && (word & 31) === register) return true
    if ((word & 0x7f80_03ff) >>> 0 === (0x7100_001f | (register << 5))) return true // CMP Wn, #amount
    if (destination(word) === register) return false
  }
  return false
}

/**
 * Does a function hand on to one at `callee` what it may have been given itself? Not where the first argument is always a part of
 * something larger (`ADD X0, Xn, #24`), or an object of its own.
 */
export function handsOnFirstArgument(code: FunctionCode, callee: number): boolean {
  return partsHandedOn(code, callee).includes(0)
}

/**
 * Where in something larger what lies that a function gives to one at `callee` as the first argument, for each call (`ADD X0, Xn, #24`);
 * 0 where that is not known, and -1 for what lies in its frame.
 */
export function partsHandedOn(code: FunctionCode, callee: number): number[] {
  const { words, base, start, end } = code
  const parts: number[] = []
  let labels: ReadonlySet<number> | undefined
  for (let at = start; at < end; at += 4) {
    const word = words[(at - base) / 4]!
    const flow = flowOf(word)
    if ((flow !== Flow.call && flow !== Flow.jump) || branchTarget(word, flow, at) !== callee) continue
    labels ??= labelsOf(code)
    parts.push(offsetOfPart(code, at, labels))
  }
  return parts
}

function isInFrame(register: number): boolean {
  return register === SP || register === FRAME
}

/** The amount of ADD X0, Xn, #amount before the call at `call`, with nothing between; 0 for anything else. */
function offsetOfPart({ words, base, start }: FunctionCode, call: number, labels: ReadonlySet<number>): number {
  for (let at = call - 4; at >= start && at >= call - BEFORE * 4; at -= 4) {
    const word = words[(at - base) / 4]!
    if (labels.has(at + 4) || flowOf(word) !== Flow.next) return 0
    const isAdd = (word & 0xff80_001f) >>> 0 === 0x9100_0000
    if (isAdd) return isInFrame((word >>> 5) & 31) ? -1 : ((word >>> 10) & 0xfff) << ((word & 0x0040_0000) === 0 ? 0 : 12)
    const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
    if (operand !== undefined && operand.base === 0 && operand.writeback !== 'none') return Math.max(operand.offset, 0) // STR X2, [X0], #24
    if (operand === undefined ? destination(word) === 0 : operand.load && (operand.register === 0 || operand.second === 0)) return 0
  }
  return 0
}
