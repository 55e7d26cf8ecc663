/** First place of a text (one byte a character) in `[from, to)`, or -1. */
export function findBytes(bytes: Uint8Array, text: string, from: number, to: number): number {
  const start = Math.max(0, from)
  const window = Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.max(0, to - start))
  const at = window.indexOf(text, 0, 'latin1')
  return at < 0 ? -1 : start + at
}

/** Last place of a text in `[from, to)`, or -1. */
export function findLastBytes(bytes: Uint8Array, text: string, from: number, to: number): number {
  const start = Math.max(0, from)
  const window = Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.max(0, to - start))
  const at = window.lastIndexOf(text, window.length, 'latin1')
  return at < 0 ? -1 : start + at
}
