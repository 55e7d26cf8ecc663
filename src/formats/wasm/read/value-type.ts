import type { FeatureId } from '../features.ts'
import type { ModuleReader } from './module-reader.ts'

/**
 * A value type as one number: the byte of a number, vector or abbreviated reference type (`0x7f` i32 … `0x70`
 * funcref), or for `(ref null? heap)` 1024 + 2 · (heap type + 64) + (nullable ? 1 : 0).
 */
export type ValueType = number

const names: Readonly<Record<number, string>> = {
  0x7f: 'i32',
  0x7e: 'i64',
  0x7d: 'f32',
  0x7c: 'f64',
  0x7b: 'v128',
  0x78: 'i8',
  0x77: 'i16',
}

/** Abstract heap types, by the byte that abbreviates `(ref null ht)` (core 3.0, "Heap Types", "Reference Types"). */
const heapNames: Readonly<Record<number, string>> = {
  0x75: 'nocont',
  0x74: 'noexn',
  0x73: 'nofunc',
  0x72: 'noextern',
  0x71: 'none',
  0x70: 'func',
  0x6f: 'extern',
  0x6e: 'any',
  0x6d: 'eq',
  0x6c: 'i31',
  0x6b: 'struct',
  0x6a: 'array',
  0x69: 'exn',
  0x68: 'cont',
}

const heapFeatures: Readonly<Record<number, FeatureId>> = {
  0x75: 'stack-switching',
  0x74: 'exceptions-final',
  0x73: 'gc',
  0x72: 'gc',
  0x71: 'gc',
  0x70: 'reference-types',
  0x6f: 'reference-types',
  0x6e: 'gc',
  0x6d: 'gc',
  0x6c: 'gc',
  0x6b: 'gc',
  0x6a: 'gc',
  0x69: 'exceptions-final',
  0x68: 'stack-switching',
}

/** Evidence texts, made once: modules with garbage collection have them by the thousand. */
const heapTexts = textsOf((name) => `heap type ${name}`)
const typeTexts = textsOf((name) => `type ${name}ref`)

function textsOf(text: (name: string) => string): Readonly<Record<number, string>> {
  return Object.fromEntries(Object.entries(heapNames).map(([code, name]) => [code, text(name)]))
}

export const valueTypeCodes = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b, funcref: 0x70, externref: 0x6f } as const

function reference(heapType: number, nullable: boolean): ValueType {
  return 1024 + 2 * (heapType + 64) + (nullable ? 1 : 0)
}

/** `i32`, `funcref`, `(ref null $3)`. */
export function formatValueType(type: ValueType): string {
  if (type < 1024) return names[type] ?? `${heapNames[type] ?? '?'}ref`
  const heapType = ((type - 1024) >> 1) - 64
  const heap = heapType >= 0 ? `$${heapType}` : (heapNames[heapType + 0x80] ?? '?')
  return `(ref ${type & 1 ? 'null ' : ''}${heap})`
}

/** Reads a heap type: an abstract one, or a type index. Returns it as s33. */
export function readHeapType(reader: ModuleReader): number {
  const { cursor } = reader
  const start = cursor.offset
  let heapType = cursor.s33('heap type')
  if (heapType === -0x1b) {
    reader.note('shared-everything-threads', start, 'shared heap type')
    heapType = cursor.s33('heap type')
  }
  if (heapType >= 0) {
    reader.reference('type', heapType, start, cursor.offset, true)
    return heapType
  }
  const feature = heapFeatures[heapType + 0x80]
  if (feature === undefined) return cursor.fail(`heap type 0x${(heapType + 0x80).toString(16)} is not known`, start)
  reader.note(feature, start, heapTexts[heapType + 0x80]!)
  return heapType
}

/** Reads a value type and notes the proposal it belongs to. */
export function readValueType(reader: ModuleReader): ValueType {
  const { cursor } = reader
  const start = cursor.offset
  const byte = cursor.u8('value type')
  if (byte >= 0x7c && byte <= 0x7f) return byte
  if (byte === 0x7b) {
    reader.note('simd', start, 'type v128')
    return byte
  }
  if (byte === 0x63 || byte === 0x64) {
    reader.note('typed-function-references', start, 'reference type')
    return reference(readHeapType(reader), byte === 0x63)
  }
  if (byte === 0x65) {
    reader.note('shared-everything-threads', start, 'shared reference type')
    return readSharedAbbreviation(reader)
  }
  const feature = heapFeatures[byte]
  if (feature === undefined) return cursor.fail(`value type 0x${byte.toString(16)} is not known`, start)
  reader.note(feature, start, typeTexts[byte]!)
  return byte
}

function readSharedAbbreviation(reader: ModuleReader): ValueType {
  const byte = reader.cursor.u8('shared reference type')
  if (heapFeatures[byte] === undefined) reader.cursor.fail('shared reference type is not known', reader.cursor.offset - 1)
  return byte
}

/** A value type, or the packed `i8` and `i16` of fields. */
export function readStorageType(reader: ModuleReader): ValueType {
  const byte = reader.cursor.bytes[reader.cursor.offset]
  if (byte === 0x78 || byte === 0x77) return reader.cursor.u8('storage type')
  return readValueType(reader)
}
