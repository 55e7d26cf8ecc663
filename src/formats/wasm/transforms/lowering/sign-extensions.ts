import { type Replacement, replaceInstructions } from './replace-instructions.ts'

/** `x` to `(x << bits) >> bits`, the second shift with the sign. `bits` is below 64: one byte as signed LEB128. */
const shifts = (constant: number, bits: number, shl: number, shrS: number): Replacement => ({
  scratch: 0,
  write: () => [Uint8Array.of(constant, bits, shl, constant, bits, shrS)],
})

const replacements: readonly Replacement[] = [
  shifts(0x41, 24, 0x74, 0x75), // i32.extend8_s
  shifts(0x41, 16, 0x74, 0x75),
  shifts(0x42, 56, 0x86, 0x87), // i64.extend8_s
  shifts(0x42, 48, 0x86, 0x87),
  shifts(0x42, 32, 0x86, 0x87),
]

const i32Type = 0x7f

/** Replaces sign extensions by two shifts. */
export function lowerSignExtensions(bytes: Uint8Array): Uint8Array {
  const byOpcode = new Map(replacements.map((replacement, number) => [0xc0 + number, replacement]))
  return replaceInstructions(bytes, { scratchType: i32Type, byOpcode })
}
