import { LimitError, MalformedError } from '../../../core/errors.ts'

/** Bytes; longer names are left to the decoder. */
const shortName = 64

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads one module's bytes from `offset` up to `end`. Offsets are those of `bytes`; errors add `base`, where the
 * module lies in its file.
 */
export class WasmCursor {
  readonly bytes: Uint8Array
  readonly base: number
  offset: number
  end: number

  constructor(bytes: Uint8Array, base = 0, offset = 0, end: number = bytes.length) {
    this.bytes = bytes
    this.base = base
    this.offset = offset
    this.end = end
  }

  fail(message: string, at: number = this.offset): never {
    throw new MalformedError(message, { offset: this.base + at })
  }

  #ended(what: string): never {
    return this.fail(`${what}: the bytes end`, Math.min(this.offset, this.bytes.length))
  }

  u8(what: string): number {
    if (this.offset >= this.end) this.#ended(what)
    return this.bytes[this.offset++]!
  }

  skip(size: number, what: string): void {
    if (size > this.end - this.offset) this.#ended(what)
    this.offset += size
  }

  /** A LEB128 `u32` (binary format, "Integers"): at most five bytes, the last with four bits. */
  u32(what: string): number {
    const { bytes } = this
    if (this.offset >= this.end) this.#ended(what)
    let byte = bytes[this.offset++]!
    if (byte < 0x80) return byte
    let value = byte & 0x7f
    for (let shift = 7; shift < 28; shift += 7) {
      if (this.offset >= this.end) this.#ended(what)
      byte = bytes[this.offset++]!
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    if (this.offset >= this.end) this.#ended(what)
    byte = bytes[this.offset++]!
    if (byte > 0x0f) this.fail(`${what}: integer beyond 32 bits`, this.offset - 1)
    return (value | (byte << 28)) >>> 0
  }

  /** A LEB128 `s33`: type indices are not negative, abstract types are. */
  s33(what: string): number {
    let value = 0
    let scale = 1
    for (let read = 0; read < 5; read++) {
      const byte = this.u8(what)
      value += (byte & 0x7f) * scale
      scale *= 0x80
      if (byte < 0x80) {
        if (read === 4) {
          // Bits 33 and 34 repeat the sign.
          const top = byte & 0x70
          if (top !== 0 && top !== 0x70) this.fail(`${what}: integer beyond 33 bits`, this.offset - 1)
        }
        return byte & 0x40 ? value - scale : value
      }
    }
    return this.fail(`${what}: integer of more than 5 bytes`)
  }

  /** A LEB128 `u64`; what is beyond 2^53 is rounded. */
  u64(what: string): number {
    let value = 0
    let scale = 1
    for (let read = 0; read < 10; read++) {
      const byte = this.u8(what)
      value += (byte & 0x7f) * scale
      scale *= 0x80
      if (byte < 0x80) {
        if (read === 9 && byte > 1) this.fail(`${what}: integer beyond 64 bits`, this.offset - 1)
        return value
      }
    }
    return this.fail(`${what}: integer of more than 10 bytes`)
  }

  /** Passes over a LEB128 integer of at most `longest` bytes. */
  skipLeb(longest: number, what: string): void {
    for (let read = 0; read < longest; read++) if (this.u8(what) < 0x80) return
    this.fail(`${what}: integer of more than ${longest} bytes`)
  }

  name(what: string): string {
    const length = this.u32(what)
    const start = this.offset
    this.skip(length, what)
    const short = length <= shortName ? this.#asciiAt(start, length) : undefined
    if (short !== undefined) return short
    try {
      return utf8.decode(this.bytes.subarray(start, start + length))
    } catch {
      return this.fail(`${what}: not UTF-8`, start)
    }
  }

  /** A decoder costs more than most names are long. */
  #asciiAt(start: number, length: number): string | undefined {
    const { bytes } = this
    for (let at = start; at < start + length; at++) if (bytes[at]! >= 0x80) return undefined
    return String.fromCharCode.apply(null, bytes.subarray(start, start + length) as unknown as number[])
  }

  /**
   * The length of a list.
   * @param entrySize smallest size of one entry in bytes, at least 1
   * @throws LimitError when the remaining bytes cannot hold it, or no engine takes it
   */
  count(what: string, entrySize: number, limit: number): number {
    const at = this.offset
    const count = this.u32(what)
    if (count * entrySize > this.end - this.offset) {
      throw new LimitError(`${what}: ${count} entries do not fit into the ${this.end - this.offset} bytes left`, {
        offset: this.base + at,
      })
    }
    if (count > limit) {
      throw new LimitError(`${what}: ${count} entries, engines take ${limit}`, { offset: this.base + at })
    }
    return count
  }
}
