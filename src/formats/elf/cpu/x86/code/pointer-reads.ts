import { lengthAt } from '../../../../../isa/x86/length.ts'
import { registerTakenInto } from './handed-over.ts'
import { mentionedBy } from './mentioned-registers.ts'
import { opcodeOf } from './opcode-of.ts'
import { replaces } from './replaced-register.ts'
import type { Code } from './code.ts'

/** Instructions that are looked at. */
const MOST = 20_000
/** RBX, RBP, R12 to R15: callees leave them as they are (psABI 3.2.1). */
const KEPT = 0xf028

/**
 * Is the address that the LEA at `taken` puts into a register that callees keep only used to load the byte there, until something else is in the register?
 * @returns addresses of these loads; undefined where it may be used otherwise
 */
export function bytesReadThrough(program: Code, taken: number): readonly number[] | undefined {
  const { graph, codeAt, decoder } = program
  const register = registerTakenInto(program, taken)
  const range = codeAt(taken)
  const index = graph.functionOf(taken)
  if (range === undefined || index < 0 || register < 0 || ((KEPT >> register) & 1) === 0) return undefined
  const { code, view, base } = range
  const [from, to] = [(graph.starts[index]! - base) | 0, (graph.ends[index]! - base) | 0]
  const reads: number[] = []
  const seen = new Set<number>()
  const first = (taken - base) | 0
  const work = [first + lengthAt(decoder, code, first)]
  for (let at = work.pop(); at !== undefined; at = work.pop()) {
    while (!seen.has(at)) {
      if (at < from || at >= to || seen.size > MOST) return undefined
      seen.add(at)
      const length = lengthAt(decoder, code, at)
      if (length === 0) return undefined
      const next: number = at + length
      const opcodeAt = opcodeOf(code, at)
      const [byte, second] = [code[opcodeAt]!, code[opcodeAt + 1]!]
      if (byte === 0xc3 || byte === 0xcc || (byte === 0x0f && second === 0x0b)) break
      const isCall = byte === 0xe8 || (byte === 0xff && (second & 0x38) === 0x10 && second < 0xc0 && (second & 0xc7) === 5)
      const isJump = byte === 0xe9 || byte === 0xeb
      if (isJump || (byte & 0xf0) === 0x70 || (byte === 0x0f && (second & 0xf0) === 0x80)) {
        work.push(next + (byte === 0xeb || (byte & 0xf0) === 0x70 ? view.getInt8(next - 1) : view.getInt32(next - 4, true)))
        if (isJump) break
      } else if (!isCall) {
        if (replaces(code, at, register)) break
        if (isByteLoad(code, opcodeAt, register)) reads.push(base + at)
        else if ((mentionedBy(code, at, from, to, next) & (1 << register)) !== 0) return undefined
      }
      // what ends the program is called last, and NOPs fill up to the next function
      const isFilling = byte === 0x90 || (byte === 0x0f && second === 0x1f)
      if (next === to && (isCall || isFilling)) break
      at = next
    }
  }
  return reads
}

/** Does an instruction load the byte that a register points to, or compare it with a number? MOVZX, MOV, CMP. */
function isByteLoad(code: Uint8Array, opcodeAt: number, pointer: number): boolean {
  const isExtension = code[opcodeAt] === 0x0f && code[opcodeAt + 1] === 0xb6
  const at = isExtension ? opcodeAt + 1 : opcodeAt
  const modrm = code[at + 1]!
  const isCompare = code[at] === 0x80 && ((modrm >> 3) & 7) === 7
  if (!isExtension && !isCompare && code[at] !== 0x8a) return false
  const rex = opcodeAt > 0 && (code[opcodeAt - 1]! & 0xf0) === 0x40 ? code[opcodeAt - 1]! : 0
  if (((modrm & 7) | ((rex & 1) << 3)) !== pointer || (!isCompare && (((modrm >> 3) & 7) | ((rex & 4) << 1)) === pointer)) return false
  // RSP and R12 have a SIB byte, RBP and R13 a distance
  const hasSib = (modrm & 7) === 4
  if (hasSib && code[at + 2] !== 0x24) return false
  return modrm < 0x40 ? (modrm & 7) !== 5 : modrm < 0x80 && code[at + (hasSib ? 3 : 2)] === 0
}
