import { number, plain, type Value } from './value.ts'

/** What a vector register holds, where it is known to the last bit. */
export interface Vector {
  /** 16 bytes, the lowest first. Never changed. */
  readonly bytes: Uint8Array
  /** It comes from a check of the CPU. */
  readonly detected: boolean
}

/** Unsigned elements of `size` bytes each. */
export function elementsOf({ bytes }: Vector, size: number): bigint[] {
  const elements: bigint[] = []
  for (let at = 0; at < 16; at += size) {
    let element = 0n
    for (let byte = size - 1; byte >= 0; byte--) element = (element << 8n) | BigInt(bytes[at + byte]!)
    elements.push(element)
  }
  return elements
}

/** A vector of elements that are cut to `size` bytes; zeros fill the rest. */
export function vectorOf(elements: readonly bigint[], size: number, detected: boolean): Vector {
  const bytes = new Uint8Array(16)
  for (const [index, element] of elements.entries()) {
    let rest = BigInt.asUintN(size * 8, element)
    for (let byte = 0; byte < size && index * size + byte < 16; byte++) {
      bytes[index * size + byte] = Number(rest & 0xffn)
      rest >>= 8n
    }
  }
  return { bytes, detected }
}

/** The `size` bytes at `offset` as the value of a general register, with zeros above. */
export function valueOf({ bytes, detected }: Vector, offset: number, size: number): Value {
  const words = [0, 0]
  for (let byte = 0; byte < size; byte++) words[byte >> 2]! |= bytes[offset + byte]! << ((byte & 3) * 8)
  return number(words[0]!, words[1]!, detected)
}

/** The one number that `value` is for sure. */
export function exactly(value: Value | undefined): bigint | undefined {
  if (value === undefined || value.base !== plain || value.words.length !== 2 || value.partial === true || value.hull === true) return undefined
  return (BigInt(value.words[1]! >>> 0) << 32n) | BigInt(value.words[0]! >>> 0)
}

export function sameVector(a: Vector, b: Vector | undefined): boolean {
  return a === b || (b !== undefined && a.detected === b.detected && a.bytes.every((byte, at) => byte === b.bytes[at]))
}
