import { opcodeOf } from './opcode-of.ts'

/** Of a vector in an XMM register; what may be larger is not told apart. */
const VECTOR = 16

/** Bytes of memory that the instruction at `at`, whose operand is memory, reads or writes at most. */
export function operandSize(code: Uint8Array, at: number): number {
  const place = opcodeOf(code, at)
  const opcode = code[place]!
  const isWide = place > at && (code[place - 1]! & 0xf8) === 0x48
  const whole = isWide ? 8 : 4
  if (opcode === 0x0f) return escapedSize(code[place + 1]!, whole)
  if (opcode < 0x40) return (opcode & 1) === 0 ? 1 : whole
  if (opcode === 0x63) return 4
  if (opcode >= 0x80 && opcode <= 0x8b) return (opcode & 1) === 0 ? 1 : whole
  if (opcode === 0x69 || opcode === 0x6b) return whole
  if (opcode === 0xc0 || opcode === 0xc6 || opcode === 0xd0 || opcode === 0xd2 || opcode === 0xf6 || opcode === 0xfe) return 1
  if (opcode === 0xc1 || opcode === 0xc7 || opcode === 0xd1 || opcode === 0xd3 || opcode === 0xf7 || opcode === 0xff) return whole
  return VECTOR
}

/** The same for the opcodes behind 0F: MOVZX, MOVSX, SETcc and others of general registers. */
function escapedSize(opcode: number, whole: number): number {
  if (opcode === 0xb6 || opcode === 0xbe || (opcode & 0xf0) === 0x90 || opcode === 0xb0 || opcode === 0xc0) return 1
  if (opcode === 0xb7 || opcode === 0xbf) return 2
  return (opcode & 0xf0) === 0x40 || opcode === 0xaf || opcode === 0xb1 || opcode === 0xc1 ? whole : VECTOR
}
