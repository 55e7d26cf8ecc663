/** Bytes of the shortest LEB128 of an unsigned 32-bit integer. */
export function lebSize(value: number): number {
  if (value < 0x80) return 1
  if (value < 0x4000) return 2
  if (value < 0x200000) return 3
  return value < 0x10000000 ? 4 : 5
}

/** Writes the shortest LEB128 of an unsigned 32-bit integer. Returns the offset after it. */
export function writeLeb(into: Uint8Array, offset: number, value: number): number {
  let rest = value >>> 0
  while (rest >= 0x80) {
    into[offset++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  into[offset++] = rest
  return offset
}

/** The shortest LEB128 of an unsigned 32-bit integer. */
export function leb(value: number): Uint8Array {
  const bytes = new Uint8Array(lebSize(value))
  writeLeb(bytes, 0, value)
  return bytes
}
