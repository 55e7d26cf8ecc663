import { MAX_LENGTH, type X86Decoder } from './decode.ts'
import { Fast, type FastTable, fastTable, lengthBehindPrefixes } from './fast-table.ts'

// Copies for the loop: an imported binding is loaded anew each time.
const { sib } = Fast
const regular = Fast.slow | Fast.imm64

let table: FastTable | undefined

/**
 * Length in bytes of the 64-bit instruction at `at`, or 0 when there is none: what the decoder says, in a third of the time
 * where nobody asks for features.
 */
export function lengthAt(decoder: X86Decoder, code: Uint8Array, at: number): number {
  table ??= fastTable()
  // the table is read on without a look at the end
  const length = at < code.length - 2 * MAX_LENGTH ? lengthBehindPrefixes(table, code, at) : 0
  return length !== 0 ? length : decoder.decode(code, at)
}

/**
 * Lengths of the instructions of [from, to), by offset from `from`; 0 where none begins, and of bytes that are none, behind
 * which it goes on with the next. Loops read them from here: each that decodes by itself is compiled with the decoder in it.
 */
export function lengthsOf(decoder: X86Decoder, code: Uint8Array, from: number, to: number): Uint8Array {
  const lengths = new Uint8Array(to - from)
  const { classes, rows } = fastTable()
  const safe = code.length - 2 * MAX_LENGTH
  for (let at = from; at < to; ) {
    let length = 0
    if (at < safe) {
      // what most are, without a call: an opcode of one byte, behind REX or nothing
      const opcodeAt = (code[at]! & 0xf0) === 0x40 ? at + 1 : at
      const entry = rows[(classes[code[opcodeAt]!]! << 8) | code[opcodeAt + 1]!]!
      if ((entry & regular) === 0) length = opcodeAt - at + (entry & 31) + ((entry & sib) !== 0 && (code[opcodeAt + 2]! & 7) === 5 ? 4 : 0)
    }
    if (length === 0) length = lengthAt(decoder, code, at)
    lengths[at - from] = length
    at += length || 1
  }
  return lengths
}
