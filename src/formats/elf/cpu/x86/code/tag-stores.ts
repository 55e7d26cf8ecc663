import { displacementOf } from './displacement-of.ts'
import type { FunctionCode } from './function-code.ts'

/** Variants that a tag tells apart. */
const MOST_VARIANTS = 64

/** A small number that is stored in some object: it may tell which variant of something the object is. */
export interface TagStore {
  readonly at: number
  readonly offset: number
  readonly size: 1 | 4
  readonly tag: number
}

/** `mov byte [rdi + 32], 4`, and of four bytes. */
export function tagStores({ code, view, base, from, to, blocks }: FunctionCode): TagStore[] {
  const found: TagStore[] = []
  for (let at = from; at < to; ) {
    const length = blocks.lengths[at - from]! || 1
    const opcodeAt = (code[at]! & 0xf8) === 0x40 ? at + 1 : at // no REX.W
    const opcode = code[opcodeAt]!
    if ((opcode === 0xc6 || opcode === 0xc7) && (code[opcodeAt + 1]! & 0x38) === 0) {
      const size = opcode === 0xc6 ? 1 : 4
      const offset = displacementOf(code, view, opcodeAt + 1, opcodeAt > at ? code[at]! : 0)
      const tag = size === 1 ? code[at + length - 1]! : view.getInt32(at + length - 4, true)
      if (offset !== undefined && offset >= 0 && tag >= 0 && tag < MOST_VARIANTS) found.push({ at: base + at, offset, size, tag })
    }
    at += length
  }
  return found
}
