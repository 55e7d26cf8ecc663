import { isNopByte } from '../../program/function-bounds.ts'
import type { Code } from './code.ts'

const INT3 = 0xcc
/** Functions are aligned to so many bytes. */
const ALIGNMENT = 16

/**
 * Does a function begin at `address`, where a jump leads (`always`: not a branch)? Linkers put INT3s between functions that are
 * aligned, and within one, assemblers put NOPs. Where functions are not aligned, they begin with a frame of their own.
 */
export function beginsFunction(codeAt: Code['codeAt'], address: number, always: boolean): boolean {
  const isAligned = address % ALIGNMENT === 0
  if (!isAligned && !always) return false
  const range = codeAt(address)
  if (range === undefined) return false
  const { code, base } = range
  const start = address - base
  if (always && code[start] === 0x55 && code[start + 1] === 0x48 && code[start + 2] === 0x89 && code[start + 3] === 0xe5 && endsFlow(code, start)) return true
  return isAligned && (isBehindPadding(code, start) || (always && endsFlow(code, start)))
}

/** Does a function that another one jumps to begin at `address`, behind the end of a third and the NOPs that compilers fill up with? */
export function beginsBehindNops(codeAt: Code['codeAt'], address: number): boolean {
  const range = address % ALIGNMENT === 0 ? codeAt(address) : undefined
  if (range === undefined) return false
  const { code, base } = range
  const start = address - base
  for (let end = start; end > start - ALIGNMENT; end--) {
    if (endsFlow(code, end)) return true
    if (code[end - 1] === INT3 || !isNopByte(code[end - 1]!)) return false
  }
  return false
}

/** Does a function begin at `address`, an aligned one behind INT3s, which linkers put between functions? */
export function beginsBehindTraps(codeAt: Code['codeAt'], address: number): boolean {
  const range = address % ALIGNMENT === 0 ? codeAt(address) : undefined
  return range !== undefined && isBehindPadding(range.code, address - range.base)
}

/** Does the jump at `from` lead behind the end of another function, and its own has let go of its frame? */
export function isTailCall(codeAt: Code['codeAt'], from: number, target: number): boolean {
  const source = codeAt(from)
  const range = codeAt(target)
  return source !== undefined && range !== undefined && endsFrame(source.code, from - source.base) && endsFlow(range.code, target - range.base)
}

/** POP of a register, ADD RSP, LEAVE: what comes before a tail call. */
export function endsFrame(code: Uint8Array, end: number): boolean {
  if ((code[end - 1]! & 0xf8) === 0x58 || code[end - 1] === 0xc9) return true
  return [4, 7].some((length) => code[end - length] === 0x48 && (code[end - length + 1] === 0x83 || code[end - length + 1] === 0x81) && code[end - length + 2] === 0xc4)
}

/** Do INT3s fill the bytes between an aligned address and the end of what comes before: a return, a jump, a call that does not come back? */
function isBehindPadding(code: Uint8Array, start: number): boolean {
  let end = start
  const least = end - ALIGNMENT
  while (end > least && code[end - 1] === INT3) end--
  return end < start && (endsFlow(code, end) || (end === least && code[end - 1] === INT3))
}

/** RET, JMP, UD2, CALL. */
function endsFlow(code: Uint8Array, end: number): boolean {
  return code[end - 1] === 0xc3 || code[end - 2] === 0xeb || code[end - 5] === 0xe9 || code[end - 5] === 0xe8 || (code[end - 2] === 0x0f && code[end - 1] === 0x0b) || (code[end - 2] === 0xff && (code[end - 1]! & 0xf8) === 0xe0)
}
