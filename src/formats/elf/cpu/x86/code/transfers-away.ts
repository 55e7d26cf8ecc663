import { opcodeOf } from './opcode-of.ts'

/** What does not go on with the next instruction, or may not: RET, JMP, UD2, HLT, INT, SYSCALL, and calls, from which some do not come back. */
export function isTransferAway(code: Uint8Array, at: number): boolean {
  const opcodeAt = opcodeOf(code, at)
  const byte = code[opcodeAt]!
  const second = code[opcodeAt + 1]!
  if (byte === 0x0f) return second === 0x0b || second === 0x05 || second === 0xb9
  if (byte === 0xff) return ((second >> 3) & 7) >= 2 && ((second >> 3) & 7) <= 5
  return [0xc2, 0xc3, 0xca, 0xcb, 0xcc, 0xcd, 0xcf, 0xe8, 0xe9, 0xeb, 0xf4].includes(byte)
}
