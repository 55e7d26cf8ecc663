import type { ByteReader } from '../../../bytes/byte-reader.ts'
import { MalformedError } from '../../../core/errors.ts'

/** Pointer encodings (LSB core, DWARF extensions): format in the low, application in the middle bits. */
export const DW_EH_PE: { readonly absptr: 0; readonly uleb128: 1; readonly omit: 0xff } = { absptr: 0, uleb128: 1, omit: 0xff }

const application = { mask: 0x70, pcrel: 0x10 } as const

export const isRelative = (encoding: number): boolean => (encoding & application.mask) !== 0
export const isPcRelative = (encoding: number): boolean => (encoding & application.mask) === application.pcrel

/**
 * The number as it is written, before what it is relative to is added.
 * @throws MalformedError
 */
export function readPointer(reader: ByteReader, encoding: number, is64: boolean): number {
  switch (encoding & 0x0f) {
    case 0x0:
      return is64 ? Number(reader.u64('pointer')) : reader.u32('pointer')
    case 0x1:
      return readUleb128(reader)
    case 0x2:
      return reader.u16('pointer')
    case 0x3:
      return reader.u32('pointer')
    case 0x4:
      return Number(reader.u64('pointer'))
    case 0xa:
      return (reader.u16('pointer') << 16) >> 16
    case 0xb:
      return reader.i32('pointer')
    case 0xc:
      return Number(reader.i64('pointer'))
    default:
      throw new MalformedError(`${reader.what}: pointer encoding 0x${encoding.toString(16)}`, { offset: reader.fileOffset })
  }
}

/** @throws MalformedError */
export function readUleb128(reader: ByteReader): number {
  let value = 0
  let scale = 1
  for (;;) {
    const byte = reader.u8('LEB128')
    value += (byte & 0x7f) * scale
    if ((byte & 0x80) === 0) return value
    scale *= 128
  }
}
