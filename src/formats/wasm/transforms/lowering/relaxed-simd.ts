import { concat } from '../../write/concat.ts'
import { leb } from '../../write/leb128.ts'
import { localGet, localSet, localTee, type Replacement, replaceInstructions } from './replace-instructions.ts'

/** Relaxed SIMD opcodes, 0xfd 0x100 and up, in the numbering of `read/opcodes.ts`. */
const relaxedPage = 0x400

/** A SIMD instruction without immediates. */
const simd = (opcode: number): Uint8Array => concat([Uint8Array.of(0xfd), leb(opcode)])

const one = (opcode: number): Replacement => ({ scratch: 0, write: () => [simd(opcode)] })

const eight = Uint8Array.of(0x41, 8)

/** `a b c` to `a * b + c`, or `-(a * b) + c`: rounded twice, which the proposal allows. */
const multiplyAdd = (multiply: number, add: number, negate?: number): Replacement => ({
  scratch: 1,
  write: (local) => [localSet(local(0)), simd(multiply), ...(negate === undefined ? [] : [simd(negate)]), localGet(local(0)), simd(add)],
})

const [shl, shrS, add16, mul16] = [simd(0x8b), simd(0x8c), simd(0x8e), simd(0x95)]

/** `a b` to the sums of neighbouring products: even bytes sign-extended in place, odd ones shifted down. */
const dot = (a: Uint8Array, b: Uint8Array): readonly Uint8Array[] => [
  localSet(b), localTee(a), eight, shl, eight, shrS, localGet(b), eight, shl, eight, shrS, mul16,
  localGet(a), eight, shrS, localGet(b), eight, shrS, mul16, add16,
]

/**
 * For each relaxed instruction fixed-width ones with a result that the proposal allows on every input: the choices of
 * the deterministic profile, and two roundings for the fused operations
 * (WebAssembly/relaxed-simd, proposals/relaxed-simd/Overview.md, "Detailed semantics").
 */
const lowerings: readonly Replacement[] = [
  one(0x0e), // i8x16.relaxed_swizzle: i8x16.swizzle
  one(0xf8), // i32x4.relaxed_trunc_f32x4_s
  one(0xf9),
  one(0xfc), // i32x4.relaxed_trunc_f64x2_s_zero
  one(0xfd),
  multiplyAdd(0xe6, 0xe4), // f32x4.relaxed_madd
  multiplyAdd(0xe6, 0xe4, 0xe1), // f32x4.relaxed_nmadd
  multiplyAdd(0xf2, 0xf0), // f64x2.relaxed_madd
  multiplyAdd(0xf2, 0xf0, 0xed), // f64x2.relaxed_nmadd
  one(0x52), // relaxed_laneselect of i8x16, i16x8, i32x4, i64x2: v128.bitselect
  one(0x52),
  one(0x52),
  one(0x52),
  one(0xe8), // f32x4.relaxed_min
  one(0xe9),
  one(0xf4), // f64x2.relaxed_min
  one(0xf5),
  one(0x82), // i16x8.relaxed_q15mulr_s: i16x8.q15mulr_sat_s
  { scratch: 2, write: (local) => dot(local(0), local(1)) }, // i16x8.relaxed_dot_i8x16_i7x16_s
  {
    scratch: 3, // i32x4.relaxed_dot_i8x16_i7x16_add_s: i32x4.extadd_pairwise_i16x8_s of the above, i32x4.add
    write: (local) => [localSet(local(2)), ...dot(local(0), local(1)), simd(0x7e), localGet(local(2)), simd(0xae)],
  },
]

const v128Type = 0x7b

/**
 * Replaces every relaxed SIMD instruction by fixed-width SIMD. (`wasm-opt --remove-relaxed-simd` replaces them by
 * traps.)
 */
export function lowerRelaxedSimd(bytes: Uint8Array): Uint8Array {
  const byOpcode = new Map(lowerings.map((replacement, number) => [relaxedPage + number, replacement]))
  return replaceInstructions(bytes, { scratchType: v128Type, byOpcode })
}
