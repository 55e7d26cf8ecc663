import { lengthAt } from '../../../../../isa/x86/length.ts'
import type { X86Decoder } from '../../../../../isa/x86/decode.ts'
import { argumentRegisters } from './argument-registers.ts'
import { mentionedBy } from './mentioned-registers.ts'
import { replaces } from './replaced-register.ts'

/** Instructions that are looked at; behind them it may be read. */
const INSTRUCTIONS = 200
/** What callees may change, and is no argument: psABI 3.2.1. RAX may be the number of vector registers, but is no pointer then. */
const SCRATCH: ReadonlySet<number> = new Set([0, 10, 11])

/**
 * May the code of [from, to) read what `register` holds at `start`, before something else is in there? All are offsets of the code. A call reads what
 * may be an argument.
 */
export function isRead(decoder: X86Decoder, code: Uint8Array, view: DataView, from: number, to: number, start: number, register: number): boolean {
  const seen = new Set<number>()
  const work = [start]
  for (let at = work.pop(); at !== undefined; at = work.pop()) {
    while (!seen.has(at)) {
      if (at < from || at >= to || seen.size > INSTRUCTIONS) return true
      seen.add(at)
      const length = lengthAt(decoder, code, at)
      if (length === 0) return true
      const next: number = at + length
      const byte = code[at]!
      const second = code[at + 1]!
      if (byte === 0xc3 || byte === 0xcc || (byte === 0x0f && second === 0x0b)) {
        if (byte === 0xc3 && register === 0) return true
        break
      }
      // directly, or through a slot of the GOT
      if (byte === 0xe8 || (byte === 0xff && second === 0x15)) {
        if (argumentRegisters.includes(register)) return true
        if (SCRATCH.has(register)) break
        at = next
        continue
      }
      const isJump = byte === 0xe9 || byte === 0xeb
      if (isJump || (byte & 0xf0) === 0x70 || (byte === 0x0f && (second & 0xf0) === 0x80)) {
        work.push(next + (length < 5 ? view.getInt8(next - 1) : view.getInt32(next - 4, true)))
        if (isJump) break
      } else if (replaces(code, at, register)) break
      else if ((mentionedBy(code, at, from, to, next) & (1 << register)) !== 0) return true
      at = next
    }
  }
  return false
}
