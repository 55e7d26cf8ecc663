import { clean, sameValue, type Value } from '../../program/value.ts'
import { elementsOf, sameVector, type Vector } from '../../program/vector.ts'

/** What was loaded where a check left something beside what nobody knows: four parts of four bytes, as they were, for who stores them elsewhere. */
export interface CopiedVector extends Vector {
  readonly parts: readonly Value[]
}

/** The 16 XMM registers by number; replaced as a whole. */
export type Vectors = readonly (Vector | undefined)[]

export const noVectors: Vectors = Array.from({ length: 16 })

/** Something that comes from a check, and is not known. */
export const unknownFlags: Vector = { bytes: new Uint8Array(16), detected: true }

/** Something that is not known, and that no check has to do with. */
export const cleanVector: Vector = { bytes: new Uint8Array(16), detected: false }

/** Is it known to the last bit? */
export function isKnown(vector: Vector | undefined): vector is Vector {
  return vector !== undefined && vector !== unknownFlags && vector !== cleanVector && !isCopied(vector)
}

export function copiedVector(parts: readonly Value[]): CopiedVector {
  return { bytes: unknownFlags.bytes, detected: true, parts }
}

export function isCopied(vector: Vector | undefined): vector is CopiedVector {
  return vector !== undefined && 'parts' in vector
}

/** What is left of two where neither is known. */
export function unknownOf(a: Vector | undefined, b: Vector | undefined): Vector | undefined {
  if (a?.detected === true || b?.detected === true) return unknownFlags
  return a !== undefined && b !== undefined ? cleanVector : undefined
}

/** What holds when either may hold. */
export function joinVectors(a: Vectors, b: Vectors): Vectors {
  if (a === b) return a
  let joined: (Vector | undefined)[] | undefined
  for (let index = 0; index < a.length; index++) {
    const vector = a[index]
    const other = b[index]
    if (vector === unknownFlags || isSame(vector, other)) continue
    const result = unknownOf(vector, other)
    if (result === vector) continue
    joined ??= a.slice()
    joined[index] = result
  }
  return joined ?? a
}

export function isSame(a: Vector | undefined, b: Vector | undefined): boolean {
  if (a === b) return true
  if (isCopied(a)) return isCopied(b) && a.parts.every((part, index) => sameValue(part, b.parts[index]))
  return isKnown(a) && isKnown(b) && sameVector(a, b)
}

/** A vector of which a number that is not known is a part, as far as can be told. */
export function vectorWith(value: Value | undefined): Vector | undefined {
  if (value?.detected === true) return unknownFlags
  return value?.base === clean ? cleanVector : undefined
}

/** The highest bit of each element of `size` bytes. */
export function signsOf({ bytes }: Vector, size: number): number {
  let signs = 0
  for (let at = size - 1, bit = 0; at < 16; at += size, bit++) signs |= (bytes[at]! >> 7) << bit
  return signs
}

export function halves(vector: Vector | undefined): readonly [bigint | undefined, bigint | undefined] {
  if (!isKnown(vector)) return [undefined, undefined]
  const [low, high] = elementsOf(vector, 8)
  return [low, high]
}
