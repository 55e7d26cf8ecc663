import { type Flags, flagsOf } from './flags.ts'
import type { Places } from '../../program/places.ts'
import { untouched, type Value, valueOf } from '../../program/value.ts'
import type { Vectors } from './vectors.ts'

/** General registers by their numbers in instructions. */
export const Register = { rax: 0, rcx: 1, rdx: 2, rbx: 3, rsp: 4, rbp: 5, rsi: 6, rdi: 7, r8: 8, r9: 9 } as const

/** Arguments on the stack are numbered from here, where registers are numbered. */
export const STACK_ARGUMENT = 16
export const STACK_ARGUMENTS = 12
/** Bytes behind a pointer that is passed. */
export const OBJECT_SIZE = 1024

/** What is known at one place of a function. */
export interface State {
  readonly registers: (Value | undefined)[]
  /** Stack slots by offset from the entry's RSP, and refined globals by address; see `slotKey`. Shared between states until one of them changes it. */
  memory: Places<Value>
  flags: Flags | undefined
  vectors: Vectors
}

/** Of a comparison of what is not known, and has nothing to do with the CPU. */
export const cleanFlags: Flags = flagsOf('result', untouched, untouched, 8)

/** What a slot of the stack holds is not known, whatever a wider one below it says. */
export const unknownSlot: Value = valueOf(-4, [0, 0], false)

/** Says nothing of what is compared, as far as the CPU is concerned. */
export const saysNothing = (flags: Flags): boolean => flags === cleanFlags || flags.equal !== undefined

/** Places relative to what a register held on entry (RSP: the stack) lie far below all addresses. */
export const placeKey = (base: number, offset: number): number => offset - 2 ** 40 * (base + 1)
export const slotKey = (offset: number): number => placeKey(Register.rsp, offset)
/** What `placeKey` made a key of. */
export function placeOf(key: number): { readonly register: number; readonly offset: number } {
  const register = Math.round(-key / 2 ** 40) - 1
  return { register, offset: key + 2 ** 40 * (register + 1) }
}
/** Offsets that an eight-bit displacement reaches are offsets of too much to say which field it is. */
export const LEAST_FIELD = 0x40
