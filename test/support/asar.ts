/** A header's node as Electron's tools write it. */
export type AsarNode = { readonly files: Readonly<Record<string, AsarNode>> } | Readonly<Record<string, unknown>>

/** An archive of Electron: two pickles around a header, and what lies behind it. */
export function asarOf(header: AsarNode | string, content: string | Uint8Array = ''): Uint8Array {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header))
  const padded = (text.byteLength + 3) & ~3
  const head = Buffer.alloc(16 + padded)
  head.writeUInt32LE(4, 0)
  head.writeUInt32LE(8 + padded, 4)
  head.writeUInt32LE(4 + padded, 8)
  head.writeUInt32LE(text.byteLength, 12)
  text.copy(head, 16)
  return Buffer.concat([head, Buffer.from(content)])
}
