/** Unsigned LEB128. */
export function leb(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  do {
    bytes.push((rest & 0x7f) | (rest >= 0x80 ? 0x80 : 0))
    rest = Math.floor(rest / 0x80)
  } while (rest > 0)
  return bytes
}

export function text(value: string): number[] {
  return [...new TextEncoder().encode(value)]
}

/** A section: id, size, contents. */
export function section(id: number, contents: readonly number[]): Uint8Array {
  return Uint8Array.from([id, ...leb(contents.length), ...contents])
}

export function customSection(name: string, contents: readonly number[]): Uint8Array {
  const title = text(name)
  return section(0, [...leb(title.length), ...title, ...contents])
}
