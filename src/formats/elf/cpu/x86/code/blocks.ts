import { lengthsOf } from '../../../../../isa/x86/length.ts'
import type { X86Decoder } from '../../../../../isa/x86/decode.ts'

/** Where blocks of a function begin. */
export interface Blocks {
  /** By offset from the function's start: 1 where a direct jump within the function leads. */
  readonly joins: Uint8Array
  /** Offsets of blocks behind the end of another that no direct jump leads to: tables of jumps do. */
  readonly unreferenced: readonly number[]
  /** By offset from the function's start: length of the instruction there; 0 where none was seen yet. */
  readonly lengths: Uint8Array
}

/** Finds the blocks of the function at [from, to). */
export function findBlocks(decoder: X86Decoder, code: Uint8Array, view: DataView, from: number, to: number): Blocks {
  const joins = new Uint8Array(to - from)
  const lengths = lengthsOf(decoder, code, from, to)
  const lead = (target: number): void => {
    if (target >= from && target < to) joins[target - from] = 1
  }
  const leaders: number[] = []
  let open = false
  for (let at = from; at < to; ) {
    const length = lengths[at - from]!
    if (length === 0) {
      at++
      continue
    }
    const next = at + length
    let opcodeAt = at
    while (code[opcodeAt] === 0x66 || code[opcodeAt] === 0x2e || code[opcodeAt] === 0xf2 || code[opcodeAt] === 0x3e) opcodeAt++
    if ((code[opcodeAt]! & 0xf0) === 0x40) opcodeAt++
    const byte = code[opcodeAt]!
    const second = code[opcodeAt + 1]!
    const padding = byte === 0x90 || byte === 0xcc || (byte === 0x0f && second === 0x1f)
    if (open && !padding) leaders.push(at)
    let ends: boolean = open && padding
    if (byte >= 0x70 && byte < 0x80) lead(next + view.getInt8(next - 1))
    else if (byte === 0x0f && (second & 0xf0) === 0x80) lead(next + view.getInt32(next - 4, true))
    else if (byte === 0xeb || byte === 0xe9) {
      lead(next + (byte === 0xeb ? view.getInt8(next - 1) : view.getInt32(next - 4, true)))
      ends = true
    } else if (byte === 0xc3 || (byte === 0xff && ((second >> 3) & 7) === 4) || (byte === 0x0f && second === 0x0b)) ends = true
    open = ends
    at = next
  }
  return { joins, lengths, unreferenced: leaders.filter((leader) => joins[leader - from] === 0) }
}
