import { lengthsOf } from '../../../../../isa/x86/length.ts'
import type { X86Decoder } from '../../../../../isa/x86/decode.ts'
import type { Jump } from '../../program/edges.ts'
import { lastAtMost } from '../../program/number-list.ts'
import type { Code } from './code.ts'

/** JMP and Jcc with a displacement of eight bits reach so far from their first byte. */
const FARTHEST_BACK = 126
const FARTHEST_ON = 129

/**
 * Jumps of two bytes from one function to the beginning of another, where that was not known to begin there when the code was swept: tail
 * calls of neighbours in files without frames. The sweep notes only those that leave a function it knows.
 */
export function shortJumps(codeAt: Code['codeAt'], decoder: X86Decoder, starts: Float64Array, known: ReadonlySet<number>): readonly Jump[] {
  const found: Jump[] = []
  const instructions = new InstructionLengths(decoder)
  for (let index = 0; index < starts.length; index++) {
    const to = starts[index]!
    const range = known.has(to) ? undefined : codeAt(to)
    if (range === undefined) continue
    const { code, base } = range
    const target = (to - base) | 0
    const end = index + 1 < starts.length ? (starts[index + 1]! - base) | 0 : code.length
    for (let at = Math.max(0, target - FARTHEST_ON); at < Math.min(code.length - 1, target + FARTHEST_BACK); at++) {
      if (code[at + 1] !== ((target - at - 2) & 0xff) || (code[at] !== 0xeb && (code[at]! & 0xf0) !== 0x70)) continue
      if (at >= target && at < end) continue
      const from = lastAtMost(starts, base + at)
      const first = from < 0 ? -1 : (starts[from]! - base) | 0
      if (first >= 0 && instructions.lengthAt(code, first, at) === 2) found.push({ from: base + at, to })
    }
  }
  return found.sort((a, b) => a.from - b.from)
}

/** Bytes of code without frames in which such jumps are looked for: in a file that has frames, it is not much. */
const MOST_UNFRAMED = 4_000_000

/** Jumps of two bytes out of functions that begin at `starts` and have no frames. */
export function* leftByShortJumps(codeAt: Code['codeAt'], decoder: X86Decoder, starts: Float64Array, isFramed: (address: number) => boolean): Iterable<Jump & { readonly start: number }> {
  let left = MOST_UNFRAMED
  for (let index = 0; index < starts.length && left > 0; index++) {
    const start = starts[index]!
    const range = isFramed(start) ? undefined : codeAt(start)
    if (range === undefined) continue
    const { code, view, base } = range
    const from = (start - base) | 0
    const to = Math.min(index + 1 < starts.length ? (starts[index + 1]! - base) | 0 : code.length, code.length)
    left -= to - from
    const lengths = lengthsOf(decoder, code, from, to)
    for (let at = from; at < to - 1; at++) {
      if (lengths[at - from] !== 2 || code[at] !== 0xeb) continue
      const target = at + 2 + view.getInt8(at + 1)
      if (target < from || target >= to) yield { start, from: base + at, to: base + target }
    }
  }
}

/** Tells whether a Jcc with a displacement of eight bits leads to `address` from between `from`, where an instruction begins, and there. */
export function shortBranches(codeAt: Code['codeAt'], decoder: X86Decoder): (from: number, address: number) => boolean {
  const instructions = new InstructionLengths(decoder)
  return (from, address) => {
    const range = codeAt(address)
    if (range === undefined || from < range.base) return false
    const { code, base } = range
    const first = (from - base) | 0
    const target = (address - base) | 0
    for (let at = Math.max(first, target - FARTHEST_ON); at < target - 1; at++) {
      if ((code[at]! & 0xf0) === 0x70 && code[at + 1] === target - at - 2 && instructions.lengthAt(code, first, at) === 2) return true
    }
    return false
  }
}

/** Tells whether `address` is in the middle of an instruction, as they are counted from `from`, where one begins. */
export function insideInstructions(codeAt: Code['codeAt'], decoder: X86Decoder): (from: number, address: number) => boolean {
  const instructions = new InstructionLengths(decoder)
  return (from, address) => {
    const range = codeAt(address)
    return range !== undefined && from >= range.base && instructions.lengthAt(range.code, (from - range.base) | 0, (address - range.base) | 0) === 0
  }
}

/**
 * Lengths of instructions, counted from one place at a time, and no farther than is asked for: twice as far each time, so that many questions
 * about a long function take no more than to read it a few times.
 */
class InstructionLengths {
  readonly #decoder: X86Decoder
  #code: Uint8Array | undefined
  #first = -1
  #lengths: Uint8Array = new Uint8Array(0)

  constructor(decoder: X86Decoder) {
    this.#decoder = decoder
  }

  /** Length of the instruction at offset `at`, counted from the one at `first`; 0 where none begins. */
  lengthAt(code: Uint8Array, first: number, at: number): number {
    const known = code === this.#code && first === this.#first ? this.#lengths.length : 0
    if (at >= first + known) {
      this.#lengths = lengthsOf(this.#decoder, code, first, Math.min(code.length, Math.max(at + 1, first + 2 * known)))
      this.#code = code
      this.#first = first
    }
    return this.#lengths[at - first]!
  }
}
