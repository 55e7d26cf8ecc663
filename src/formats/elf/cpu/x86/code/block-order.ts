import { opcodeOf } from './opcode-of.ts'
import type { Blocks } from './blocks.ts'
import type { CodeRange } from './code.ts'

/** Blocks of a function in an order in which each comes before those that it leads to, but for loops. */
export interface BlockOrder {
  /** By offset from the function's start: place in the order. What begins no block that was found comes last, by its address. */
  readonly ranks: Int32Array
  /** Offsets from the function's start, by place. */
  readonly offsets: Int32Array
}

/** A function at [from, to) of its code. */
export interface OrderedCode extends Pick<CodeRange, 'code' | 'view'> {
  readonly from: number
  readonly to: number
  readonly blocks: Blocks
}

/**
 * Orders the blocks of a function. By address is enough where code lies as it runs; compilers move what is unlikely to the end,
 * from where control comes back to the middle: a function that fills in a table for each of a hundred checks is then followed from
 * there on a hundred times.
 */
export function orderBlocks({ code, view, from, to, blocks: { joins, lengths, unreferenced } }: OrderedCode): BlockOrder {
  const size = to - from
  const begins = new Uint8Array(size)
  /** Where a block's last instruction leads, by the offset of its beginning; -1 where to nothing in the function. */
  const jumps = new Int32Array(size).fill(-1)
  const falls = new Int32Array(size).fill(-1)
  const roots: number[] = []
  for (let index = unreferenced.length - 1; index >= 0; index--) roots.push((unreferenced[index]! - from) | 0)
  roots.push(0)
  for (const root of roots) begins[root] = 1
  let block = 0
  let open = true
  for (let at = from; at < to; ) {
    const length = lengths[at - from]! || 1
    const offset = at - from
    if (joins[offset] === 1 || begins[offset] === 1) {
      if (open && offset > 0) falls[block] = offset
      begins[offset] = 1
      block = offset
      open = true
    }
    const next = at + length
    const opcodeAt = opcodeOf(code, at)
    const byte = code[opcodeAt]!
    const second = code[opcodeAt + 1]!
    const isNear = byte === 0x0f && (second & 0xf0) === 0x80
    const isBranch = isNear || (byte & 0xf0) === 0x70
    if (isBranch || byte === 0xeb || byte === 0xe9) {
      const target = next - from + (isNear || byte === 0xe9 ? view.getInt32(next - 4, true) : view.getInt8(next - 1))
      if (target >= 0 && target < size) jumps[block] = target
      open = isBranch
      if (isBranch && next < to) begins[next - from] = 1
    } else if (byte === 0xc3 || (byte === 0xff && ((second >> 3) & 7) === 4) || (byte === 0x0f && second === 0x0b)) open = false
    at = next
  }
  return ranked(begins, jumps, falls, roots)
}

/** In the reverse of the order in which a search in depth leaves the blocks. */
function ranked(begins: Uint8Array, jumps: Int32Array, falls: Int32Array, roots: readonly number[]): BlockOrder {
  const size = begins.length
  const left: number[] = []
  const visited = new Uint8Array(size)
  const stack: number[] = []
  for (const root of roots) {
    stack.push(root)
    for (let offset = stack.pop(); offset !== undefined; offset = stack.pop()) {
      if (offset < 0) {
        left.push(~offset)
        continue
      }
      if (visited[offset] === 1) continue
      visited[offset] = 1
      stack.push(~offset)
      if (falls[offset]! >= 0) stack.push(falls[offset]!)
      if (jumps[offset]! >= 0) stack.push(jumps[offset]!)
    }
  }
  const offsets = Int32Array.from(left.reverse())
  const ranks = new Int32Array(size)
  for (let offset = 0; offset < size; offset++) ranks[offset] = offsets.length + offset
  for (let rank = 0; rank < offsets.length; rank++) ranks[offsets[rank]!] = rank
  return { ranks, offsets }
}
