import { elementsOf, type Vector, vectorOf } from '../../program/vector.ts'
import type { Certain } from './vector-alternatives.ts'

/* Instructions that move elements and bytes of vectors about (Arm ARM C4.1.96: permute, extract, table lookup). */

function padded(bytes: readonly number[]): Uint8Array {
  const all = new Uint8Array(16)
  all.set(bytes)
  return all
}

export function part(vector: Vector | undefined, size: number): Vector | undefined {
  return vector === undefined ? undefined : { bytes: padded([...vector.bytes.subarray(0, size)]), detected: vector.detected }
}

export function halved(vector: Vector, wide: boolean): Vector {
  return wide ? vector : part(vector, 8)!
}

/** EXT. */
export function extracted(word: number, first: Vector, second: Vector, wide: boolean): Vector {
  const bytes = [...first.bytes.subarray(0, wide ? 16 : 8), ...second.bytes.subarray(0, wide ? 16 : 8)]
  const from = (word >>> 11) & 15
  return { bytes: padded(bytes.slice(from, from + (wide ? 16 : 8))), detected: first.detected || second.detected }
}

/** UZP1, TRN1, ZIP1, UZP2, TRN2, ZIP2. */
export function permuted(word: number, first: Vector, second: Vector, wide: boolean): Vector | undefined {
  const size = 1 << ((word >>> 22) & 3)
  const count = (wide ? 16 : 8) / size
  const a = elementsOf(first, size).slice(0, count)
  const b = elementsOf(second, size).slice(0, count)
  const opcode = (word >>> 12) & 7
  const upper = opcode >> 2
  const result: bigint[] = []
  for (let at = 0; at < count; at++) {
    const pair = at >> 1
    if ((opcode & 3) === 1) result.push([...a, ...b][at * 2 + upper]!)
    else if ((opcode & 3) === 2) result.push(((at & 1) === 0 ? a : b)[pair * 2 + upper]!)
    else if ((opcode & 3) === 3) result.push(((at & 1) === 0 ? a : b)[pair + (upper * count) / 2]!)
    else return undefined
  }
  return vectorOf(result, size, first.detected || second.detected)
}

/** TBL. */
export function lookedUp(word: number, indexes: Vector, machine: Certain, wide: boolean): Vector | undefined {
  const bytes: number[] = []
  let { detected } = indexes
  for (let table = 0; table <= ((word >>> 13) & 3); table++) {
    const vector = machine.vector((((word >>> 5) & 31) + table) & 31)
    if (vector === undefined) return undefined
    bytes.push(...vector.bytes)
    detected ||= vector.detected
  }
  return halved({ bytes: Uint8Array.from(indexes.bytes, (index) => bytes[index] ?? 0), detected }, wide)
}
