import { LimitError } from '../core/errors.ts'

/** Writes into a buffer of known size: whoever lays a file out knows its length before the first byte. */
export class ByteWriter {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly littleEndian: boolean
  offset = 0

  constructor(bytes: Uint8Array, littleEndian: boolean) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.littleEndian = littleEndian
  }

  #take(size: number): number {
    const at = this.offset
    if (size > this.bytes.byteLength - at) {
      throw new LimitError(`${size} bytes do not fit at offset 0x${at.toString(16)} of ${this.bytes.byteLength} bytes`)
    }
    this.offset = at + size
    return at
  }

  u8(value: number): void {
    this.bytes[this.#take(1)] = value
  }

  u16(value: number): void {
    this.view.setUint16(this.#take(2), value, this.littleEndian)
  }

  u32(value: number): void {
    this.view.setUint32(this.#take(4), value, this.littleEndian)
  }

  u64(value: bigint): void {
    this.view.setBigUint64(this.#take(8), value, this.littleEndian)
  }

  write(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.#take(bytes.byteLength))
  }
}
