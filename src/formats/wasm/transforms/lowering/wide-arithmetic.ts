import { concat } from '../../write/concat.ts'
import { localGet, localSet, localTee, type Replacement, replaceInstructions } from './replace-instructions.ts'

const op = (opcode: number): Uint8Array => Uint8Array.of(opcode)
const [lessUnsigned, extendUnsigned, add, sub, mul, and, shrS, shrU] = [0x54, 0xad, 0x7c, 0x7d, 0x7e, 0x83, 0x87, 0x88].map(op) as [
  Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array,
]
const thirtyTwo = Uint8Array.of(0x42, 32)
const sixtyThree = Uint8Array.of(0x42, 63)
/** `i64.const 0xffffffff` */
const lowMask = Uint8Array.of(0x42, 0xff, 0xff, 0xff, 0xff, 0x0f)

/** `aLow aHigh bLow bHigh` to `low high`; the carry or borrow is an unsigned comparison of low halves. */
function wideSum(combine: Uint8Array, carry: (aLow: Uint8Array, bLow: Uint8Array, low: Uint8Array) => readonly Uint8Array[]): Replacement {
  return {
    scratch: 5,
    write: (local) => {
      const [aLow, aHigh, bLow, bHigh, low] = [local(0), local(1), local(2), local(3), local(4)]
      return [
        localSet(bHigh), localSet(bLow), localSet(aHigh), localTee(aLow), localGet(bLow), combine, localTee(low),
        localGet(aHigh), localGet(bHigh), combine, ...carry(aLow, bLow, low), lessUnsigned, extendUnsigned, combine,
      ]
    },
  }
}

/** `a b` to the 128-bit product, low half first, by schoolbook multiplication of 32-bit halves. */
function wideProduct(signed: boolean): Replacement {
  return {
    scratch: 3,
    write: (local) => {
      const [a, b, middle] = [local(0), local(1), local(2)]
      const low = (x: Uint8Array): Uint8Array => concat([localGet(x), lowMask, and])
      const high = (x: Uint8Array): Uint8Array => concat([localGet(x), thirtyTwo, shrU])
      /** What the unsigned product counts too much where `x` is negative: `y`, in the high half. */
      const excess = (x: Uint8Array, y: Uint8Array): Uint8Array => concat([localGet(x), sixtyThree, shrS, localGet(y), and, sub])
      return [
        localSet(b), localTee(a), localGet(b), mul,
        // middle = high(a) * low(b) + (low(a) * low(b) >> 32)
        high(a), low(b), mul, low(a), low(b), mul, thirtyTwo, shrU, add, localSet(middle),
        // high(a) * high(b) + (middle >> 32) + (low(a) * high(b) + low(middle) >> 32)
        high(a), high(b), mul, high(middle), add, low(a), high(b), mul, low(middle), add, thirtyTwo, shrU, add,
        ...(signed ? [excess(a, b), excess(b, a)] : []),
      ]
    },
  }
}

const replacements: readonly Replacement[] = [
  wideSum(add, (aLow, _bLow, low) => [localGet(low), localGet(aLow)]), // i64.add128
  wideSum(sub, (aLow, bLow) => [localGet(aLow), localGet(bLow)]), // i64.sub128
  wideProduct(true), // i64.mul_wide_s
  wideProduct(false),
]

/** 0xfc 19, in the numbering of `read/opcodes.ts`. */
const firstOpcode = 0x213
const i64Type = 0x7e

/** Replaces 128-bit arithmetic by 64-bit arithmetic (WebAssembly/wide-arithmetic, proposals/wide-arithmetic/Overview.md). */
export function lowerWideArithmetic(bytes: Uint8Array): Uint8Array {
  const byOpcode = new Map(replacements.map((replacement, number) => [firstOpcode + number, replacement]))
  return replaceInstructions(bytes, { scratchType: i64Type, byOpcode })
}
