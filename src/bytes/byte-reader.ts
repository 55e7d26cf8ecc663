import { LimitError, MalformedError } from '../core/errors.ts'

/**
 * Reads a window of a file and knows where in the file it is, so that every error can say so.
 *
 * Two kinds of 64-bit fields are told apart by type. What indexes this file (offset, size, count) is a range-checked
 * `number` (`fileSize64`). What belongs to the target machine (address, addend) is a `bigint` (`u64`).
 */
export class ByteReader {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly littleEndian: boolean
  /** Where `bytes[0]` is in the file. */
  readonly base: number
  /** What the window is, for error texts. */
  readonly what: string
  /** Relative to the window. */
  offset = 0

  constructor(bytes: Uint8Array, littleEndian: boolean, what: string, base = 0) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.littleEndian = littleEndian
    this.what = what
    this.base = base
  }

  get size(): number {
    return this.bytes.byteLength
  }

  get remaining(): number {
    return this.size - this.offset
  }

  /** Where the next read is in the file. */
  get fileOffset(): number {
    return this.base + this.offset
  }

  #take(size: number, field: string): number {
    const at = this.offset
    if (size > this.size - at) {
      throw new MalformedError(`${this.what}: ${field}: ${size} bytes needed, ${Math.max(0, this.size - at)} left`, {
        offset: this.base + at,
      })
    }
    this.offset = at + size
    return at
  }

  u8(field: string): number {
    return this.bytes[this.#take(1, field)]!
  }

  u16(field: string): number {
    return this.view.getUint16(this.#take(2, field), this.littleEndian)
  }

  u32(field: string): number {
    return this.view.getUint32(this.#take(4, field), this.littleEndian)
  }

  i32(field: string): number {
    return this.view.getInt32(this.#take(4, field), this.littleEndian)
  }

  u64(field: string): bigint {
    return this.view.getBigUint64(this.#take(8, field), this.littleEndian)
  }

  i64(field: string): bigint {
    return this.view.getBigInt64(this.#take(8, field), this.littleEndian)
  }

  /**
   * A 64-bit offset, size or count of this file.
   * @throws MalformedError above 2^53 - 1, which no file reaches.
   */
  fileSize64(field: string): number {
    const at = this.offset
    const value = this.u64(field)
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw new MalformedError(`${this.what}: ${field}: 0x${value.toString(16)} lies past the end of any file`, {
        offset: this.base + at,
      })
    }
    return Number(value)
  }

  skip(size: number, field: string): void {
    this.#take(size, field)
  }

  slice(size: number, field: string): Uint8Array {
    const at = this.#take(size, field)
    return this.bytes.subarray(at, at + size)
  }

  /** The bytes `[offset, offset + length)` of this window: the only way to follow a pointer. */
  window(offset: number, length: number, what: string): ByteReader {
    if (offset < 0 || length < 0 || offset > this.size || length > this.size - offset) {
      throw new MalformedError(
        `${what}: ${length} bytes at offset 0x${(this.base + offset).toString(16)} do not lie inside ${this.what} (${this.size} bytes)`,
        { offset: this.base + Math.min(Math.max(offset, 0), this.size) },
      )
    }
    return new ByteReader(this.bytes.subarray(offset, offset + length), this.littleEndian, what, this.base + offset)
  }

  /**
   * Refuses a count that the remaining bytes cannot hold, before anything is allocated for it.
   * @param entrySize smallest size of one entry in bytes, at least 1
   */
  count(count: number, entrySize: number, what: string): number {
    if (count * entrySize > this.remaining) {
      throw new LimitError(
        `${this.what}: ${what}: ${count} entries of at least ${entrySize} bytes do not fit into the ${this.remaining} bytes left`,
        { offset: this.fileOffset },
      )
    }
    return count
  }

  /** A NUL-terminated string at `offset` of this window, read as UTF-8. */
  cstringAt(offset: number, field: string): string {
    if (offset < 0 || offset >= this.size) {
      throw new MalformedError(`${this.what}: ${field}: string offset 0x${offset.toString(16)} is outside (${this.size} bytes)`, {
        offset: this.base + Math.min(Math.max(offset, 0), this.size),
      })
    }
    const end = this.bytes.indexOf(0, offset)
    if (end < 0) {
      throw new MalformedError(`${this.what}: ${field}: string without a terminating NUL`, { offset: this.base + offset })
    }
    return utf8.decode(this.bytes.subarray(offset, end))
  }
}

const utf8 = new TextDecoder('utf-8')
