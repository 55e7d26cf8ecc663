import type { ByteReader } from '../../../bytes/byte-reader.ts'
import { MalformedError } from '../../../core/errors.ts'

/** Calls in [start, end) whose exceptions go on at `pad`. Memory space. */
export interface HandledCalls {
  readonly start: number
  readonly end: number
  readonly pad: number
}

const DW_EH_PE_omit = 0xff

/**
 * Call sites with a handler of a language-specific data area as GCC and LLVM lay it out (Itanium C++ ABI, exception handling,
 * level II, 7.3): those whose landing pads only clean up are left out.
 *
 * @param area from the first byte of the LSDA to the end of its section
 * @param address of the LSDA
 * @param start first address of the function
 * @throws MalformedError
 */
export function readHandledCalls(area: ByteReader, address: number, start: number): HandledCalls[] {
  const lpStartEncoding = area.u8('LPStart encoding')
  let lpStart = start
  if (lpStartEncoding !== DW_EH_PE_omit) {
    const at = area.offset
    lpStart = readEncoded(area, lpStartEncoding)
    if ((lpStartEncoding & 0x70) === 0x10) lpStart += address + at
  }
  if (area.u8('TType encoding') !== DW_EH_PE_omit) readEncoded(area, 1)
  const encoding = area.u8('call site encoding')
  const length = readEncoded(area, 1)
  const end = area.offset + length
  if (length > area.remaining) throw new MalformedError(`${area.what}: call site table leaves the section`, { offset: area.fileOffset })
  const handled: HandledCalls[] = []
  while (area.offset < end) {
    const from = readEncoded(area, encoding)
    const size = readEncoded(area, encoding)
    const pad = readEncoded(area, encoding)
    const action = readEncoded(area, 1)
    if (pad !== 0 && action !== 0) handled.push({ start: start + from, end: start + from + size, pad: lpStart + pad })
  }
  return handled
}

/** Does the LSDA name another place for its landing pads than the function: a part of it that was moved away? */
export function hasOwnLandingPadBase(area: ByteReader): boolean {
  return area.u8('LPStart encoding') !== DW_EH_PE_omit
}

function readEncoded(reader: ByteReader, encoding: number): number {
  switch (encoding & 0x0f) {
    case 0x1: {
      let value = 0
      for (let scale = 1; ; scale *= 128) {
        const byte = reader.u8('LEB128')
        value += (byte & 0x7f) * scale
        if ((byte & 0x80) === 0) return value
      }
    }
    case 0x2:
      return reader.u16('offset')
    case 0x3:
      return reader.u32('offset')
    case 0xb:
      return reader.i32('offset')
    case 0x0:
    case 0x4:
      return Number(reader.u64('offset'))
    case 0xc:
      return Number(reader.i64('offset'))
    default:
      throw new MalformedError(`${reader.what}: pointer encoding 0x${encoding.toString(16)}`, { offset: reader.fileOffset })
  }
}
