/** Where a place is, for people. Both 1-based; the column counts UTF-16 code units. */
export interface TextPosition {
  readonly line: number
  readonly column: number
}

/** Turns offsets in UTF-16 code units into lines, columns and byte offsets. Built once for a text. */
export class TextPositions {
  readonly #text: string
  #lineStarts: Uint32Array | undefined
  #byteMarks: Uint32Array | undefined

  constructor(text: string) {
    this.#text = text
  }

  /** Line terminators as in ECMA-262, 12.3. */
  at(offset: number): TextPosition {
    const starts = (this.#lineStarts ??= lineStarts(this.#text))
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (starts[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - starts[low]! + 1 }
  }

  /** Offset of the first code unit of a 0-based line; the text's length past the last. */
  lineStart(line: number): number {
    const starts = (this.#lineStarts ??= lineStarts(this.#text))
    return starts[line] ?? this.#text.length
  }

  /** Bytes of UTF-8 before `offset`. */
  byteOffset(offset: number): number {
    const marks = (this.#byteMarks ??= byteMarks(this.#text))
    const block = Math.min(offset, this.#text.length) >> BLOCK_BITS
    return marks[block]! + utf8Length(this.#text, block << BLOCK_BITS, offset)
  }
}

const BLOCK_BITS = 10

function lineStarts(text: string): Uint32Array {
  const starts: number[] = [0]
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit === 10 || unit === 0x2028 || unit === 0x2029) starts.push(i + 1)
    else if (unit === 13 && text.charCodeAt(i + 1) !== 10) starts.push(i + 1)
  }
  return Uint32Array.from(starts)
}

/** Bytes before each block of 2^BLOCK_BITS code units. */
function byteMarks(text: string): Uint32Array {
  const marks = new Uint32Array((text.length >> BLOCK_BITS) + 1)
  for (let block = 1; block < marks.length; block++) {
    marks[block] = marks[block - 1]! + utf8Length(text, (block - 1) << BLOCK_BITS, block << BLOCK_BITS)
  }
  return marks
}

/** Bytes of UTF-8 of the code units from `start` to `end`: a high surrogate of a pair counts for both. */
export function utf8Length(text: string, start: number, end: number): number {
  let bytes = 0
  const stop = Math.min(end, text.length)
  for (let i = start; i < stop; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) bytes += 1
    else if (unit < 0x800) bytes += 2
    else if (isHigh(unit) && isLow(text.charCodeAt(i + 1))) bytes += 4
    else if (isLow(unit) && i > 0 && isHigh(text.charCodeAt(i - 1))) continue
    else bytes += 3
  }
  return bytes
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000
}
