import { concat } from '../../write/concat.ts'
import { localGet, localSet, type Replacement, replaceInstructions } from './replace-instructions.ts'

const promote = Uint8Array.of(0xbb)
const select = Uint8Array.of(0x1b)
const [equal, greaterOrEqual, minimum, maximum] = [0x61, 0x66, 0xa4, 0xa5].map((opcode) => Uint8Array.of(opcode)) as [
  Uint8Array, Uint8Array, Uint8Array, Uint8Array,
]

function f64Const(value: number): Uint8Array {
  const bytes = new Uint8Array(9)
  bytes[0] = 0x44
  new DataView(bytes.buffer).setFloat64(1, value, true)
  return bytes
}

/** What a conversion does in terms of f64: every f32 is one, and every 32-bit integer. */
interface Target {
  /** The trapping conversion from f64. */
  readonly truncate: number
  readonly low: number
  /** The largest f64 that it takes. */
  readonly high: number
  /** Where `high` is not the largest integer: from this value on, the integer (as `i64.const`) is given instead. */
  readonly overflow?: { readonly from: number; readonly result: Uint8Array }
}

const i32Signed: Target = { truncate: 0xaa, low: -(2 ** 31), high: 2 ** 31 - 1 }
const i32Unsigned: Target = { truncate: 0xab, low: 0, high: 2 ** 32 - 1 }
const i64Signed: Target = {
  truncate: 0xb0,
  low: -(2 ** 63),
  high: 2 ** 63 - 2 ** 10,
  overflow: { from: 2 ** 63, result: Uint8Array.of(0x42, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00) },
}
const i64Unsigned: Target = {
  truncate: 0xb1,
  low: 0,
  high: 2 ** 64 - 2 ** 11,
  overflow: { from: 2 ** 64, result: Uint8Array.of(0x42, 0x7f) },
}

function saturating(from: 'f32' | 'f64', { truncate, low, high, overflow }: Target): Replacement {
  return {
    scratch: 1,
    write: (local) => {
      const x = local(0)
      const clamped = [
        // Not a number becomes 0, then what is beyond the range becomes its nearest end.
        localGet(x), f64Const(0), localGet(x), localGet(x), equal, select,
        f64Const(low), maximum, f64Const(high), minimum, Uint8Array.of(truncate),
      ]
      const converted = overflow === undefined ? clamped : [overflow.result, ...clamped, localGet(x), f64Const(overflow.from), greaterOrEqual, select]
      return [...(from === 'f32' ? [promote] : []), localSet(x), concat(converted)]
    },
  }
}

/** In the order of the opcodes 0xfc 0 to 7. */
const conversions: readonly Replacement[] = [
  saturating('f32', i32Signed),
  saturating('f32', i32Unsigned),
  saturating('f64', i32Signed),
  saturating('f64', i32Unsigned),
  saturating('f32', i64Signed),
  saturating('f32', i64Unsigned),
  saturating('f64', i64Signed),
  saturating('f64', i64Unsigned),
]

const f64Type = 0x7c

/**
 * Replaces every saturating conversion by WebAssembly 1.0 with the same result on every input. (`wasm-opt
 * --llvm-nontrapping-fptoint-lowering` keeps only what C defines: out of range it gives -2^31, where Rust's `as`
 * counts on the nearest integer.)
 */
export function lowerSaturatingConversions(bytes: Uint8Array): Uint8Array {
  const byOpcode = new Map(conversions.map((replacement, number) => [0x200 + number, replacement]))
  return replaceInstructions(bytes, { scratchType: f64Type, byOpcode })
}
