import { lengthsOf } from '../../../../../isa/x86/length.ts'
import type { X86Decoder } from '../../../../../isa/x86/decode.ts'

/** A bit for each of the general registers. */
export const EVERY_REGISTER = 0xffff
const RAX = 1
const RCX = 2
const RDX = 4
const RBX = 8
const RSI = 64
const RDI = 128

/**
 * General registers that the code of [from, to) could change: a bit for each that some instruction names. All of them where
 * it calls what is not known, or jumps elsewhere. Compilers know which registers a function of the same unit leaves alone, and rely on it.
 *
 * @param changedBy what the function at an offset of the code changes
 */
export function mentionedRegisters(decoder: X86Decoder, code: Uint8Array, from: number, to: number, changedBy: (target: number) => number): number {
  return registersOf(decoder, code, from, to, changedBy, false)
}

function registersOf(decoder: X86Decoder, code: Uint8Array, from: number, to: number, changedBy: (target: number) => number, areWritten: boolean): number {
  let mentioned = 0
  const lengths = lengthsOf(decoder, code, from, to)
  for (let at = from; at < to; ) {
    const length = lengths[at - from]!
    if (length === 0) return EVERY_REGISTER
    if (code[at] === 0xe8 && length === 5) mentioned |= changedBy(at + 5 + rel32(code, at + 1))
    else if (code[at] === 0x0f && (code[at + 1]! & 0xf0) === 0x80 && length === 6) {
      const target = at + 6 + rel32(code, at + 2)
      if (target < from || target >= to) return EVERY_REGISTER
    } else mentioned |= areWritten && writesNone(code, at) ? 0 : mentionedBy(code, at, from, to, at + length, areWritten)
    at += length
  }
  return mentioned
}

function rel32(code: Uint8Array, at: number): number {
  return code[at]! | (code[at + 1]! << 8) | (code[at + 2]! << 16) | (code[at + 3]! << 24)
}

/** General registers that the code of [from, to) may write: the same without those that only say where memory is, are stored, or are compared. */
export function changedRegisters(decoder: X86Decoder, code: Uint8Array, from: number, to: number, changedBy: (target: number) => number): number {
  return registersOf(decoder, code, from, to, changedBy, true)
}

/** What one instruction names. */
export function mentionedBy(code: Uint8Array, start: number, from: number, to: number, next: number, areWritten = false): number {
  let at = start
  while (code[at] === 0x66 || code[at] === 0x67 || code[at] === 0xf2 || code[at] === 0xf3 || code[at] === 0xf0 || (code[at]! & 0xe7) === 0x26 || code[at] === 0x64 || code[at] === 0x65) at++
  const rex = (code[at]! & 0xf0) === 0x40 ? code[at++]! : 0
  const byte = code[at]!
  const named = (byte & 7) | ((rex & 1) << 3)
  if (byte === 0x0f) return mentionedByEscaped(code, at + 1, rex, areWritten)
  if (byte === 0xc4 || byte === 0xc5 || byte === 0x62 || byte === 0x8f) return EVERY_REGISTER
  if (byte < 0x40 && (byte & 7) >= 4) return RAX
  if ((byte & 0xf0) === 0x50 || (byte >= 0xb0 && byte < 0xc0)) return 1 << named
  if (byte >= 0x90 && byte < 0x98) return byte === 0x90 && rex === 0 ? 0 : RAX | (1 << named)
  if ((byte & 0xf0) === 0x70 || byte === 0xeb) {
    const target = next + ((code[next - 1]! << 24) >> 24)
    return target >= from && target < to ? 0 : EVERY_REGISTER
  }
  if (byte === 0xc3 || byte === 0xc2 || byte === 0xc9 || byte === 0xcc || byte === 0x6a || byte === 0x68) return 0
  if (byte === 0x98 || byte === 0x99) return RAX | RDX
  if (byte === 0xa8 || byte === 0xa9) return RAX
  if (byte >= 0xa4 && byte < 0xb0) return RAX | RCX | RSI | RDI
  if (byte === 0xe8 || byte === 0xe9 || byte === 0xff || (byte >= 0xe0 && byte < 0xf0)) return byte === 0xff && ((code[at + 1]! >> 3) & 7) < 2 ? byModrm(code[at + 1]!, code[at + 2]!, rex, false, true, areWritten) : EVERY_REGISTER
  const implied = byte === 0xf6 || byte === 0xf7 ? RAX | RDX : byte === 0xd2 || byte === 0xd3 ? RCX : 0
  return byModrm(code[at + 1]!, code[at + 2]!, rex, rex === 0 && (byte & 1) === 0, isGroup(byte), areWritten) | implied
}

/** Is the operation told by the middle bits of ModRM, which name no register then? */
function isGroup(byte: number): boolean {
  return (byte >= 0x80 && byte < 0x84) || (byte & 0xfe) === 0xc0 || (byte & 0xfe) === 0xc6 || (byte >= 0xd0 && byte < 0xd4) || (byte & 0xfe) === 0xf6 || (byte & 0xfe) === 0xfe
}

function mentionedByEscaped(code: Uint8Array, at: number, rex: number, areWritten: boolean): number {
  const byte = code[at]!
  if (byte === 0xa2) return RAX | RBX | RCX | RDX
  if (byte === 0x01 || byte === 0x31 || byte === 0x05) return RAX | RCX | RDX
  if (byte === 0x0b || byte === 0x77) return 0
  if ((byte & 0xf0) === 0x80 || byte === 0x38 || byte === 0x3a) return EVERY_REGISTER
  if ((byte & 0xf8) === 0xc8) return 1 << ((byte & 7) | ((rex & 1) << 3))
  return byModrm(code[at + 1]!, code[at + 2]!, rex, rex === 0, false, areWritten) | (byte === 0xb0 || byte === 0xb1 || byte === 0xc7 ? RAX | RDX : byte === 0xa5 || byte === 0xad ? RCX : 0)
}

/** `isByte`: registers may be parts of others. */
function byModrm(modrm: number, sib: number, rex: number, isByte: boolean, isGroup: boolean, areWritten: boolean): number {
  const isMemory = modrm < 0xc0
  const register = isGroup ? 0 : 1 << (((modrm >> 3) & 7) | ((rex & 4) << 1))
  const other = 1 << ((modrm & 7) | ((rex & 1) << 3))
  // AH to BH are parts of RAX to RBX; addresses are whole registers
  const parts = isByte ? ((isMemory ? register : register | other) >> 4) & 15 : 0
  if (areWritten && isMemory) return register | parts
  // what lies at a distance from RIP
  if ((modrm & 0xc7) === 5) return register | parts
  if (!isMemory || (modrm & 7) !== 4) return register | other | parts
  return register | parts | (1 << ((sib & 7) | ((rex & 1) << 3))) | (1 << (((sib >> 3) & 7) | ((rex & 2) << 2)))
}

/** Does the instruction at `start` store a register or a number to memory, compare or test, and write no register? */
function writesNone(code: Uint8Array, start: number): boolean {
  let at = start
  while (code[at] === 0x66 || code[at] === 0xf2 || code[at] === 0xf3) at++
  if ((code[at]! & 0xf0) === 0x40) at++
  const byte = code[at]!
  if ((byte >= 0x38 && byte < 0x3c) || byte === 0x84 || byte === 0x85) return true
  return (byte === 0x88 || byte === 0x89) && code[at + 1]! < 0xc0
}
