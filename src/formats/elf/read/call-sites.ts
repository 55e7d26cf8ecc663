import type { ByteReader } from '../../../bytes/byte-reader.ts'
import { MalformedError } from '../../../core/errors.ts'
import { DW_EH_PE, isPcRelative, readPointer, readUleb128 } from './encoded-pointer.ts'

/** Calls in [start, end) whose exceptions go on at `pad`. Memory space. */
export interface HandledCalls {
  readonly start: number
  readonly end: number
  readonly pad: number
}

/**
 * Call sites with a handler of a language-specific data area as GCC and LLVM lay it out (Itanium C++ ABI, exception handling,
 * level II, 7.3).
 *
 * @param area from the first byte of the LSDA to the end of its section
 * @param address of the LSDA
 * @param start first address of the function
 * @param cleanups with those whose landing pads only clean up
 * @throws MalformedError
 */
export function readHandledCalls(area: ByteReader, address: number, start: number, is64: boolean, cleanups = false): HandledCalls[] {
  const lpStartEncoding = area.u8('LPStart encoding')
  let lpStart = start
  if (lpStartEncoding !== DW_EH_PE.omit) {
    const at = area.offset
    lpStart = readPointer(area, lpStartEncoding, is64)
    if (isPcRelative(lpStartEncoding)) lpStart += address + at
  }
  if (area.u8('TType encoding') !== DW_EH_PE.omit) readUleb128(area)
  const encoding = area.u8('call site encoding')
  const length = readUleb128(area)
  const end = area.offset + length
  if (length > area.remaining) throw new MalformedError(`${area.what}: call site table leaves the section`, { offset: area.fileOffset })
  const handled: HandledCalls[] = []
  while (area.offset < end) {
    const from = readPointer(area, encoding, is64)
    const size = readPointer(area, encoding, is64)
    const pad = readPointer(area, encoding, is64)
    const action = readUleb128(area)
    if (pad !== 0 && (cleanups || action !== 0)) handled.push({ start: start + from, end: start + from + size, pad: lpStart + pad })
  }
  return handled
}

/** Does the LSDA name another place for its landing pads than the function: a part of it that was moved away? */
export function hasOwnLandingPadBase(area: ByteReader): boolean {
  return area.u8('LPStart encoding') !== DW_EH_PE.omit
}
