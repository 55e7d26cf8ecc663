import { displacementOf } from '../code/displacement-of.ts'
import type { FunctionCode } from '../code/function-code.ts'

/**
 * Offsets of fields that a function stores to where it does not get to on this CPU: what stays in them is what a check found
 * out. By encoding: MOV from a register, of an immediate, and of vectors.
 */
export function skippedStores({ code, view, from, to, blocks }: FunctionCode, seen: Uint8Array): Set<number> {
  const offsets = new Set<number>()
  for (let at = from; at < to; ) {
    const length = blocks.lengths[at - from]! || 1
    if (seen[at - from] === 0) {
      const modrmAt = modrmOfStore(code, at)
      const offset = modrmAt === undefined || modrmAt >= at + length ? undefined : displacementOf(code, view, modrmAt, 0)
      if (offset !== undefined) offsets.add(offset)
    }
    at += length
  }
  return offsets
}

/** Where the operands of a store are named; undefined when the instruction at `at` is no store. */
export function modrmOfStore(code: Uint8Array, at: number): number | undefined {
  let place = at
  while (code[place] === 0x66 || code[place] === 0xf2 || code[place] === 0xf3) place++
  if ((code[place]! & 0xf0) === 0x40) place++
  const opcode = code[place]!
  if (opcode === 0x88 || opcode === 0x89 || opcode === 0xc6 || opcode === 0xc7) return place + 1
  if (opcode !== 0x0f) return undefined
  const second = code[place + 1]!
  const isVector = second === 0x11 || second === 0x13 || second === 0x17 || second === 0x29 || second === 0x7f || second === 0xd6
  return isVector || (second & 0xf0) === 0x90 ? place + 2 : undefined
}
