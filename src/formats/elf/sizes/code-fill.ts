import { EM } from '../constants.ts'
import type { ElfFile } from '../read/elf-file.ts'

/** Tells what assemblers and linkers put between functions. Given a place, the bytes of filling that stand there, or 0. */
export type FillAt = (bytes: Uint8Array, at: number, end: number) => number

/** No-operations that fill a fixed width; zeros fill everywhere. Little-endian words unless the machine is not. */
const fillWords: Readonly<Record<number, readonly number[]>> = {
  [EM.AARCH64]: [0xd503201f], // nop
  [EM.ARM]: [0xe1a00000, 0xe320f000], // mov r0, r0; nop
  [EM.PPC64]: [0x60000000], // ori 0, 0, 0
  [EM.LOONGARCH]: [0x03400000], // andi zero, zero, 0
  [EM.RISCV]: [0x00000013], // addi zero, zero, 0
}

/** The same in halfwords: Thumb `nop` and `mov r8, r8`, `c.nop`, `bcr 0, r7` and `bcr 0, 0`. */
const fillHalfwords: Readonly<Record<number, readonly number[]>> = {
  [EM.ARM]: [0xbf00, 0x46c0],
  [EM.RISCV]: [0x0001],
  [EM.S390]: [0x0707, 0x0700],
}

/** What fills the room between functions of the file’s machine. */
export function fillOf(file: ElfFile): FillAt {
  const { e_machine } = file.header
  if (e_machine === EM.X86_64 || e_machine === EM.I386) return x86Fill
  const words = fillWords[e_machine] ?? []
  const halfwords = fillHalfwords[e_machine] ?? []
  const little = file.littleEndian
  return (bytes, at, end) => {
    if (bytes[at] === 0 && end - at < 4) return 1
    if (end - at >= 4) {
      const word = little
        ? (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
        : ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
      if (word === 0 || words.includes(word)) return 4
    }
    if (end - at < 2 || halfwords.length === 0) return 0
    const halfword = little ? bytes[at]! | (bytes[at + 1]! << 8) : (bytes[at]! << 8) | bytes[at + 1]!
    return halfwords.includes(halfword) ? 2 : 0
  }
}

/** Bytes of `0f 1f /0` by its ModRM byte, as assemblers write it (Intel SDM, NOP, recommended sequences). */
const longNops: Readonly<Record<number, number>> = { 0x00: 3, 0x40: 4, 0x44: 5, 0x80: 7, 0x84: 8 }

/** `int3`, zeros, `nop` and the long forms of it, with prefixes. */
const x86Fill: FillAt = (bytes, at, end) => {
  const first = bytes[at]
  if (first === 0xcc || first === 0x90 || first === 0) return 1
  let next = at
  while (next < end && bytes[next] === 0x66) next++
  if (next < end && bytes[next] === 0x2e) next++ // a segment override, which changes nothing
  if (bytes[next] === 0x90 && next < end) return next + 1 - at
  if (bytes[next] !== 0x0f || bytes[next + 1] !== 0x1f || next + 2 >= end) return 0
  const length = longNops[bytes[next + 2]!]
  return length === undefined || next + length > end ? 0 : next + length - at
}

/** Bytes of filling from `at` on. */
export function fillLength(fill: FillAt, bytes: Uint8Array, at: number, end: number): number {
  let next = at
  while (next < end) {
    const length = fill(bytes, next, end)
    if (length === 0) break
    next += length
  }
  return next - at
}
