/**
 * Is what the LEA before names read as a table by the instruction at `at`: `lea r, [rip + table]; mov x, [r + index * 8]` or
 * `movsxd x, [r + index * 4]`? So GraalVM reads the tables of its switches, which it lays among the code, behind the jump through them.
 */
export function readsEntries(code: Uint8Array, at: number, pointer: number): boolean {
  const rex = code[at]!
  const opcode = code[at + 1]!
  const sib = code[at + 3]!
  // REX.W, and an operand [base + index * scale] without a distance, which has a form of its own where the base is RBP or R13
  if ((rex & 0xf8) !== 0x48 || (opcode !== 0x8b && opcode !== 0x63) || ((sib & 7) | ((rex & 1) << 3)) !== pointer) return false
  const form = code[at + 2]! & 0xc7
  if (form !== 0x04 && (form !== 0x44 || code[at + 4] !== 0)) return false
  const hasIndex = (sib & 0x38) !== 0x20 || (rex & 2) !== 0
  return hasIndex && sib >> 6 === (opcode === 0x8b ? 3 : 2)
}
