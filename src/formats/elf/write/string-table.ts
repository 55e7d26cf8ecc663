/** A string table (gABI chapter 4, string table) and where each string is in it. */
export interface StringTable {
  readonly bytes: Uint8Array
  readonly offsets: ReadonlyMap<string, number>
}

/** Builds the smallest table: each string once, and not at all where it is the end of another (`.plt` of `.rela.plt`). */
export function buildStringTable(strings: Iterable<string>): StringTable {
  const reversed = [...new Set(strings)].filter((text) => text !== '').map((text) => [...text].reverse().join(''))
  // Sorted by their ends, longest first, a string that ends another stands right behind it.
  reversed.sort((a, b) => (a < b ? 1 : a > b ? -1 : 0))
  const offsets = new Map<string, number>([['', 0]])
  const parts: Buffer[] = [Buffer.of(0)]
  let size = 1
  let last = { text: '', offset: 0, length: 0 }
  for (const text of reversed) {
    const plain = [...text].reverse().join('')
    const length = Buffer.byteLength(plain)
    if (last.text.startsWith(text)) {
      offsets.set(plain, last.offset + last.length - length)
      continue
    }
    const bytes = Buffer.from(`${plain}\0`)
    last = { text, offset: size, length }
    offsets.set(plain, size)
    parts.push(bytes)
    size += bytes.length
  }
  return { bytes: Buffer.concat(parts), offsets }
}
