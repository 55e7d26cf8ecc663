import { lengthAt } from '../../../../../isa/x86/length.ts'
import { argumentRegisters } from './argument-registers.ts'
import type { Code } from './code.ts'

/** Instructions between the one that takes an address and the call that it is for. */
const FEW = 3

/** The register that `lea register, [rip + …]` at an address puts an address into, or -1. */
export function registerTakenInto({ codeAt }: Code, at: number): number {
  const range = codeAt(at)
  if (range === undefined) return -1
  const { code, base } = range
  const place = at - base
  const isLea = (code[place]! & 0xfb) === 0x48 && code[place + 1] === 0x8d && (code[place + 2]! & 0xc7) === 5
  return isLea ? ((code[place + 2]! >> 3) & 7) | ((code[place]! & 4) << 1) : -1
}

/** A direct call, and the argument register that it hands an address over in. */
export interface Handover {
  readonly at: number
  readonly register: number
  /** Address of the function that is called. */
  readonly to: number
}

/** The direct call right behind the instruction at an address, which puts an address into an argument register. */
export function handoverAt(program: Code, at: number): Handover | undefined {
  const register = registerTakenInto(program, at)
  const range = program.codeAt(at)
  if (range === undefined || !argumentRegisters.includes(register)) return undefined
  const { code, view, base } = range
  let place = (at - base) | 0
  for (let count = 0; count <= FEW; count++) {
    place += lengthAt(program.decoder, code, place) || 1
    if (code[place] === 0xe8) return { at: base + place, register, to: base + place + 5 + view.getInt32(place + 1, true) }
    // LEA, XOR and MOV of other arguments
    const opcode = (code[place]! & 0xf0) === 0x40 ? code[place + 1]! : code[place]!
    if (opcode !== 0x89 && opcode !== 0x8b && opcode !== 0x8d && opcode !== 0x31 && (opcode & 0xf8) !== 0xb8) return undefined
  }
  return undefined
}

/**
 * Does the function at `to` do nothing but to call what it is given in `register` (`__rust_begin_short_backtrace`)? That leaves the other registers
 * alone: PUSH, CALL register, POP, RET, with or without a frame.
 */
export function callsItsArgument({ codeAt }: Code, { to, register }: Handover): boolean {
  const range = codeAt(to)
  if (range === undefined) return false
  const { code, base } = range
  let at = to - base
  if (code[at] === 0xf3 && code[at + 1] === 0x0f && code[at + 2] === 0x1e && code[at + 3] === 0xfa) at += 4 // ENDBR64
  if ((code[at]! & 0xf8) !== 0x50) return false
  at++
  if (code[at] === 0x48 && code[at + 1] === 0x89 && code[at + 2] === 0xe5) at += 3 // MOV RBP, RSP
  if (register >= 8) {
    if (code[at] !== 0x41) return false
    at++
  }
  return code[at] === 0xff && code[at + 1] === (0xd0 | (register & 7)) && (code[at + 2]! & 0xf8) === 0x58 && code[at + 3] === 0xc3
}
