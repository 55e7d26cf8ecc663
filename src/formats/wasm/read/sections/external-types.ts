import { readConstantExpression } from '../code-walker.ts'
import type { GlobalType, Limits, MemoryType, TableType } from '../module.ts'
import type { ModuleReader } from '../module-reader.ts'
import { readValueType, valueTypeCodes } from '../value-type.ts'

/** Flags of limits (core 3.0 "Limits", and the threads and custom-page-sizes proposals). */
const hasMaximum = 1
const isShared = 2
const is64 = 4
const hasPageSize = 8

function readLimits(reader: ModuleReader, what: string, flagsAllowed: number): Limits & { readonly flags: number } {
  const { cursor } = reader
  const at = cursor.offset
  const flags = cursor.u8(`${what} limits`)
  if ((flags & ~flagsAllowed) !== 0) cursor.fail(`${what} limits: flags 0x${flags.toString(16)} are not known`, at)
  if (flags & isShared) reader.note('threads', at, `shared ${what}`)
  const wide = (flags & is64) !== 0
  if (wide) {
    reader.note('memory64', at, `64-bit ${what}`)
    reader.has64 = true
  }
  const read = (field: string): number => (wide ? cursor.u64(field) : cursor.u32(field))
  const minimum = read(`${what} minimum`)
  const maximum = flags & hasMaximum ? read(`${what} maximum`) : undefined
  if (flags & isShared && maximum === undefined) cursor.fail(`shared ${what} without a maximum`, at)
  return {
    flags,
    minimum,
    ...(maximum === undefined ? {} : { maximum }),
    shared: (flags & isShared) !== 0,
    is64: wide,
  }
}

export function readMemoryType(reader: ModuleReader, imported: boolean): MemoryType {
  const { cursor } = reader
  const at = cursor.offset
  const { flags, ...limits } = readLimits(reader, 'memory', hasMaximum | isShared | is64 | hasPageSize)
  let pageSize = 0x10000
  if (flags & hasPageSize) {
    reader.note('custom-page-sizes', at, 'page size of a memory')
    const log2 = cursor.u32('page size')
    if (log2 > 63) cursor.fail('page size beyond 2^63', at)
    pageSize = 2 ** log2
  }
  if (++reader.counts.memory === 2) reader.note('multi-memory', at, 'second memory')
  return { ...limits, pageSize, imported }
}

/** A table's type; `(0x40 0x00)` before it and a constant expression after it give it an initial value. */
export function readTableType(reader: ModuleReader, imported: boolean): TableType {
  const { cursor } = reader
  const at = cursor.offset
  const initialized = !imported && at < cursor.end && cursor.bytes[at] === 0x40
  if (initialized) {
    cursor.offset++
    if (cursor.u8('table') !== 0) cursor.fail('table: form is not known', at)
    reader.note('typed-function-references', at, 'initial value of a table')
  }
  const elementAt = cursor.offset
  // funcref is the one type that tables had before reference types.
  const element =
    cursor.bytes[elementAt] === valueTypeCodes.funcref ? cursor.u8('element type') : readValueType(reader)
  if (element < 1024 && element > valueTypeCodes.funcref) cursor.fail('table of a type that is no reference', elementAt)
  const { flags: _, ...limits } = readLimits(reader, 'table', hasMaximum | isShared | is64)
  if (initialized) readConstantExpression(reader)
  if (++reader.counts.table === 2) reader.note('reference-types', at, 'second table')
  return { ...limits, element, imported }
}

export function readGlobalType(reader: ModuleReader, imported: boolean): GlobalType {
  const { cursor } = reader
  const type = readValueType(reader)
  const at = cursor.offset
  const flags = cursor.u8('mutability')
  if (flags > 3) cursor.fail('mutability is not known', at)
  if (flags & 2) reader.note('shared-everything-threads', at, 'shared global')
  return { type, mutable: (flags & 1) !== 0, imported }
}
