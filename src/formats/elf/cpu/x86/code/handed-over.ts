import { lengthAt } from '../../../../../isa/x86/length.ts'
import type { Code } from './code.ts'

/** Instructions between the one that takes an address and the call that it is for. */
const FEW = 3

/** Registers of the first six integer arguments (psABI 3.2.3), by number. */
const argumentRegisters: ReadonlySet<number> = new Set([7, 6, 2, 1, 8, 9])

/** The register that `lea register, [rip + …]` at an address puts an address into, or -1. */
export function registerTakenInto({ codeAt }: Code, at: number): number {
  const range = codeAt(at)
  if (range === undefined) return -1
  const { code, base } = range
  const place = at - base
  const isLea = (code[place]! & 0xfb) === 0x48 && code[place + 1] === 0x8d && (code[place + 2]! & 0xc7) === 5
  return isLea ? ((code[place + 2]! >> 3) & 7) | ((code[place]! & 4) << 1) : -1
}

/** The argument register that the instruction at an address puts an address into for a direct call right behind, or -1. */
export function argumentTaken(program: Code, at: number): number {
  const register = registerTakenInto(program, at)
  const range = program.codeAt(at)
  if (range === undefined || !argumentRegisters.has(register)) return -1
  const { code, base } = range
  let place = (at - base) | 0
  for (let count = 0; count <= FEW; count++) {
    place += lengthAt(program.decoder, code, place) || 1
    if (code[place] === 0xe8) return register
    // LEA, XOR and MOV of other arguments
    const opcode = (code[place]! & 0xf0) === 0x40 ? code[place + 1]! : code[place]!
    if (opcode !== 0x89 && opcode !== 0x8b && opcode !== 0x8d && opcode !== 0x31 && (opcode & 0xf8) !== 0xb8) return -1
  }
  return -1
}
