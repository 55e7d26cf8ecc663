import { isExact, number, type Value } from '../../program/value.ts'
import { Register } from '../evaluation/state.ts'

/**
 * What `__ashlti3(a, n)` and `__lshrti3(a, n)` of libgcc return, in RDX and RAX, for numbers that are known (GCC internals, 4.1.1): Rust's std_detect
 * takes bit n of 128 so where it is compiled for size.
 */
export function shiftedByLibgcc(name: string, registers: readonly (Value | undefined)[]): ReadonlyMap<number, Value> | undefined {
  if (name !== '__ashlti3' && name !== '__lshrti3') return undefined
  const low = quadword(registers[Register.rdi])
  const high = quadword(registers[Register.rsi])
  const count = quadword(registers[Register.rdx])
  if (low === undefined || high === undefined || count === undefined) return undefined
  const value = (high << 64n) | low
  const distance = count & 0xffff_ffffn
  if (distance > 127n) return undefined
  const shifted = name === '__ashlti3' ? value << distance : value >> distance
  return new Map([
    [Register.rax, valueOfQuadword(shifted)],
    [Register.rdx, valueOfQuadword(shifted >> 64n)],
  ])
}

function quadword(value: Value | undefined): bigint | undefined {
  if (value === undefined || !isExact(value) || value.words.length !== 2) return undefined
  return BigInt.asUintN(32, BigInt(value.words[0]!)) | (BigInt.asUintN(32, BigInt(value.words[1]!)) << 32n)
}

function valueOfQuadword(bits: bigint): Value {
  return number(Number(BigInt.asIntN(32, bits)), Number(BigInt.asIntN(32, bits >> 32n)))
}
