import { number, type Value } from '../../program/value.ts'
import { argumentRegisters } from './argument-registers.ts'
import type { FunctionCode } from './function-code.ts'
import { EVERY_REGISTER, mentionedBy } from './mentioned-registers.ts'
import { isTransferAway } from './transfers-away.ts'

/** Bytes before a call in which its arguments are put into registers. */
const BEFORE = 96

/**
 * Numbers that the call at `at` is certainly made with, by register: MOV and XOR that stand before it with nothing in between that jumps there, for
 * functions that are too large to be followed for that.
 *
 * @param isEntered do cases of switches, or jumps of others, lead to an address?
 */
export function numbersPassed({ code, view, base, from, to, blocks: { joins, lengths } }: FunctionCode, at: number, isEntered: (address: number) => boolean): ReadonlyMap<number, Value> {
  const call = (at - base) | 0
  const passed = new Map<number, Value>()
  let open = 0
  for (const register of argumentRegisters) open |= 1 << register
  for (let place = call; open !== 0 && joins[place - from] === 0 && !isEntered(base + place); ) {
    let before = place - 1
    const least = Math.max(from, call - BEFORE)
    while (before >= least && (lengths[before - from] ?? 0) === 0) before--
    if (before < least || before + lengths[before - from]! !== place) break
    const mentioned = mentionedBy(code, before, from, to, place)
    const rex = (code[before]! & 0xf0) === 0x40 ? code[before]! : 0
    const opcodeAt = rex === 0 ? before : before + 1
    // what comes before a jump, or a return, does not run before this; and a call may change any of them
    if (isTransferAway(code, before) || (mentioned === EVERY_REGISTER && !isBranch(code, before))) break
    const modrm = code[opcodeAt + 1]!
    const isCleared = (code[opcodeAt] === 0x31 || code[opcodeAt] === 0x33) && modrm >= 0xc0 && ((modrm >> 3) & 7) === (modrm & 7) && ((rex >> 2) & 1) === (rex & 1)
    const isNumber = (code[opcodeAt]! & 0xf8) === 0xb8 && (rex & 8) === 0
    const register = isCleared ? (modrm & 7) | ((rex & 1) << 3) : isNumber ? (code[opcodeAt]! & 7) | ((rex & 1) << 3) : -1
    if (register >= 0 && ((open >> register) & 1) === 1) passed.set(register, number(isCleared ? 0 : view.getUint32(opcodeAt + 1, true)))
    if (!isBranch(code, before)) open &= ~mentioned
    place = before
  }
  return passed
}

/** It goes on here, or elsewhere with other arguments. */
function isBranch(code: Uint8Array, at: number): boolean {
  return (code[at]! & 0xf0) === 0x70 || (code[at] === 0x0f && (code[at + 1]! & 0xf0) === 0x80)
}
