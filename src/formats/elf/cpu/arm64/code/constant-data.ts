import type { MemoryImage } from '../../program/memory-image.ts'

/** What stands at a place that nothing changes. */
export type Constant = (address: number, size: number) => number | undefined

/** Numbers of up to four bytes in the constant data of a file. */
export function constantsOf({ dataAt, inCode, view }: MemoryImage): Constant {
  return (address, size) => {
    const range = inCode(address) ? undefined : dataAt(address)
    if (range?.constant !== true || range.offset === undefined || address + size > range.end) return undefined
    const offset = range.offset + address - range.address
    return size === 1 ? view.getUint8(offset) : size === 2 ? view.getUint16(offset, true) : size === 4 ? view.getUint32(offset, true) : undefined
  }
}
