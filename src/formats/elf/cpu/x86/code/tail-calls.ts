import type { X86Decoder } from '../../../../../isa/x86/decode.ts'
import { lengthAt } from '../../../../../isa/x86/length.ts'
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

/** Bytes of a function without a frame that hands on to another. */
const LONGEST_WRAPPER = 512

/** Does the jump at `from`, of the function that begins where `startOf` says, lead behind the end of another, and its own has let go of its frame, or made none? */
export function isTailCall(codeAt: Code['codeAt'], decoder: X86Decoder, startOf: (address: number) => number, from: number, target: number): boolean {
  const range = codeAt(target)
  if (range === undefined || !endsFlow(range.code, target - range.base)) return false
  const source = codeAt(from)
  if (source === undefined) return false
  if (endsFrame(decoder, source.code, from - source.base)) return true
  const start = startOf(from) - source.base
  return start >= 0 && isFrameless(decoder, source.code, start, from - source.base)
}

/** Are there instructions of a function from `start` up to `end`, none of which makes a frame, goes elsewhere or is none? */
function isFrameless(decoder: X86Decoder, code: Uint8Array, start: number, end: number): boolean {
  if (end - start > LONGEST_WRAPPER) return false
  let at = start
  while (at < end) {
    const length = lengthAt(decoder, code, at)
    if (length === 0 || makesFrame(code, at)) return false
    at += length
    if (endsFlow(code, at)) return false
  }
  return at === end
}

/** Bytes after which decoding has come upon where instructions begin, whatever byte it began with. */
const IN_STEP = 256

/** Is the instruction before `end` POP of a register, ADD RSP or LEAVE: what comes before a tail call? */
export function endsFrame(decoder: X86Decoder, code: Uint8Array, end: number): boolean {
  const isAdded = (length: number): boolean => code[end - length] === 0x48 && (code[end - length + 1] === 0x83 || code[end - length + 1] === 0x81) && code[end - length + 2] === 0xc4
  const isPopped = (code[end - 1]! & 0xf8) === 0x58
  if (!isPopped && code[end - 1] !== 0xc9 && !isAdded(4) && !isAdded(7)) return false
  // the last byte of another instruction may look like one
  let last = Math.max(0, end - IN_STEP)
  for (let at = last; at < end; at += lengthAt(decoder, code, at) || 1) last = at
  const length = end - last
  return length === 1 || (length === 2 && isPopped && code[last] === 0x41) || ((length === 4 || length === 7) && isAdded(length))
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

/** PUSH of a register, SUB RSP. */
export function makesFrame(code: Uint8Array, at: number): boolean {
  const opcodeAt = code[at] === 0x41 ? at + 1 : at
  if ((code[opcodeAt]! & 0xf8) === 0x50) return true
  return code[at] === 0x48 && (code[at + 1] === 0x83 || code[at + 1] === 0x81) && code[at + 2] === 0xec
}
