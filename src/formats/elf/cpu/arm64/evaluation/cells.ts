import { plain, singleAddress, singleOffset, type Value } from '../../program/value.ts'

/** A place in memory and what stands there. */
export interface Cell {
  readonly value: Value
  readonly size: number
  /** It was stored on this path: what the file says is there no longer. */
  readonly stored: boolean
  /** Something may have been stored there since; the value says nothing. */
  readonly stale: boolean
}

/** Makes a cell, all of one shape: see `valueOf`. */
export function cellOf(value: Value, size: number, stored: boolean, stale = false): Cell {
  return { value, size, stored, stale }
}

/** Places relative to a pointer lie far below all addresses, those of each pointer in a range of so many. */
export const SPAN: number = 2 ** 40

/** A place in memory as one number. */
export function placeKey(base: number, offset: number): number {
  return base === plain ? offset : offset - SPAN * (base + 2)
}

/** Base and offset of a key; `plain` for an address. */
export function placeOf(key: number): { base: number; offset: number } {
  if (key >= 0) return { base: plain, offset: key }
  const base = Math.round(-key / SPAN) - 2
  return { base, offset: key + SPAN * (base + 2) }
}

/** The one place that a pointer leads to, as a key. */
export function keyOf(pointer: Value | undefined): number | undefined {
  if (pointer === undefined || pointer.base < plain) return undefined
  if (pointer.base === plain) return singleAddress(pointer)
  const offset = singleOffset(pointer)
  return offset === undefined ? undefined : placeKey(pointer.base, offset)
}
