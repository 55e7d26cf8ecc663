import { sameVector, type Vector } from '../../program/vector.ts'

/** The 16 XMM registers by number; replaced as a whole. */
export type Vectors = readonly (Vector | undefined)[]

export const noVectors: Vectors = Array.from({ length: 16 })

/** Something that comes from a check, and is not known. */
export const unknownFlags: Vector = { bytes: new Uint8Array(16), detected: true }

/** Something that is not known, and that no check has to do with. */
export const cleanVector: Vector = { bytes: new Uint8Array(16), detected: false }

/** Is it known to the last bit? */
export function isKnown(vector: Vector | undefined): vector is Vector {
  return vector !== undefined && vector !== unknownFlags && vector !== cleanVector
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
  return isKnown(a) && isKnown(b) && sameVector(a, b)
}
