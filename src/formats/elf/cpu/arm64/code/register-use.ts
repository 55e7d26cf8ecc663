import { Flow } from '../../../../../isa/arm64/control-flow.ts'
import { destination, memoryAccess } from '../../../../../isa/arm64/operands.ts'

function bit(register: number): number {
  return register < 31 ? 1 << register : 0
}

/** General registers that an instruction sets, as a mask. */
export function registersWritten(word: number): number {
  const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
  if (operand === undefined) return destination(word) < 0 ? 0 : bit(destination(word))
  return operand.load ? (operand.register < 0 ? 0 : bit(operand.register)) | (operand.second < 0 ? 0 : bit(operand.second)) : 0
}

/** The same, with a base that is written back. */
export function registersChanged(word: number): number {
  const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
  return registersWritten(word) | (operand === undefined || operand.writeback === 'none' ? 0 : bit(operand.base))
}

/** General registers in any place where an instruction may read one: rather too many than too few. */
export function registersRead(word: number, flow: number): number {
  const [low, first, third, second] = [bit(word & 31), bit((word >>> 5) & 31), bit((word >>> 10) & 31), bit((word >>> 16) & 31)]
  if (flow === Flow.zero || flow === Flow.bit) return low
  if (flow === Flow.indirectCall || flow === Flow.indirectJump) return first
  if (flow !== Flow.next) return 0
  const group = (word >>> 25) & 15
  if (group === 8 || group === 9) {
    const kind = (word >>> 23) & 7
    if (kind < 2) return 0 // ADR, ADRP
    if (kind === 5) return ((word >>> 29) & 3) === 3 ? low : 0 // MOVK reads what it changes
    return kind === 6 && ((word >>> 29) & 3) === 1 ? first | low : first | (kind === 7 ? second : 0) // BFM too
  }
  if (group === 5 || group === 13) return first | second | ((word & 0x1f00_0000) === 0x1b00_0000 ? third : 0)
  if ((group & 5) === 4) {
    const operand = memoryAccess(word)
    if (operand === undefined) return low | first | third | second
    const moved = operand.load && !operand.atomic ? 0 : low | (operand.second < 0 ? 0 : third)
    return first | moved | (operand.index >= 0 || operand.atomic ? second : 0)
  }
  // DUP, INS, FMOV, SCVTF and UCVTF read one; all else there are vector registers
  return (group & 7) === 7 ? first : low | first | second
}
