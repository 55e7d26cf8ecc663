import { Access, type Sweep } from '../../program/sweep.ts'
import { type AccessList, ripRelative } from './access-list.ts'
import type { CodeRange } from './code.ts'

/**
 * What an instruction with an operand in memory names in code for a fixed address: [disp32], [disp32 + index * scale] and [register + disp32], an
 * element of a table, and what MOV stores in eight bytes (in four it is a number).
 */
export function fixedAddresses(accesses: AccessList, sweep: Sweep, code: Uint8Array, view: DataView, rex: number, opcodeAt: number, from: number, end: number): void {
  const byte = code[opcodeAt]!
  const modrm = code[opcodeAt + 1]!
  const hasSib = (modrm & 7) === 4
  const sibByte = hasSib ? code[opcodeAt + 2]! : 0
  const displacementAt = opcodeAt + (hasSib ? 3 : 2)
  if (modrm >> 6 === 2) accesses.addFixed(from, view.getInt32(displacementAt, true))
  else if (modrm >> 6 === 0 && hasSib && (sibByte & 7) === 5) {
    const target = view.getInt32(displacementAt, true)
    if (sibByte === 0x25) ripRelative(accesses, sweep, byte, modrm, from, target)
    else if (target > 0) accesses.add(from, target, Access.take)
  }
  if (byte === 0xc7 && (rex & 8) !== 0) accesses.addFixed(from, view.getInt32(end - 4, true))
}

export const noStarts: readonly number[] = []
/** Bytes of a table that a loop counts through. */
const LONGEST_TABLE = 65_536
/** Bytes of code before an element is read in which its loop begins: a function may be as long as the file, and all of it such reads. */
const BEFORE_LOOP = 4096

/**
 * Where a loop over a table begins of which the instruction at `from` reads an element: compilers count up to zero, so that [register + disp32] names the
 * table's end, and MOV (or PUSH and POP) of a negative number into the register says how far before it begins.
 * @param start first byte of the function
 */
export function loopStarts({ code, view, base }: CodeRange, start: number, from: number, named: number): readonly number[] {
  let at = from - base
  const rex = (code[at]! & 0xf0) === 0x40 ? code[at++]! : 0
  const modrm = code[at + 1]!
  // a pointer is loaded, called or jumped to
  const isPointer = (code[at] === 0x8b && (rex & 8) !== 0) || (code[at] === 0xff && (((modrm >> 3) & 7) === 2 || ((modrm >> 3) & 7) === 4))
  if (modrm >> 6 !== 2 || !isPointer) return noStarts
  const hasSib = (modrm & 7) === 4
  const register = ((hasSib ? code[at + 2]! : modrm) & 7) | ((rex & 1) << 3)
  const found: number[] = []
  for (let before = Math.max(start, from - BEFORE_LOOP) - base; before < from - base - 3; before++) {
    const isLong = code[before + 1] === 0xc7 && (code[before]! & 0xfe) === 0x48 && code[before + 2] === (0xc0 | (register & 7)) && (code[before]! & 1) === register >> 3
    const isShort = code[before] === 0x6a && (register < 8 ? code[before + 2] === (0x58 | register) : code[before + 2] === 0x41 && code[before + 3] === (0x58 | (register & 7)))
    const distance = isLong ? view.getInt32(before + 3, true) : isShort ? view.getInt8(before + 1) : 0
    if (distance < 0 && distance > -LONGEST_TABLE) found.push(named + distance)
  }
  return found
}
