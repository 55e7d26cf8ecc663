import { MalformedError } from '../core/errors.ts'
import type { ByteReader } from './byte-reader.ts'
import type { ByteWriter } from './byte-writer.ts'

/**
 * How a field is stored and what it becomes.
 *
 * `size32` and `size64` index the file (offset, size, count) or are small sets of bits, and become a `number`;
 * `address32` and `address64` belong to the target machine and become a `bigint`.
 */
export type FieldType = 'u8' | 'u16' | 'u32' | 'size32' | 'size64' | 'address32' | 'address64'

/** A record as its specification writes it down: field names and types, in the order in which they are stored. */
export type Layout = readonly (readonly [name: string, type: FieldType])[]

type ValueOf<T extends FieldType> = T extends 'address32' | 'address64' ? bigint : number

/** The fields of a layout as an object. */
export type RecordOf<L extends Layout> = { readonly [F in L[number] as F[0]]: ValueOf<F[1]> }

const fieldSizes: Readonly<Record<FieldType, number>> = {
  u8: 1,
  u16: 2,
  u32: 4,
  size32: 4,
  size64: 8,
  address32: 4,
  address64: 8,
}

/** Bytes of one record. */
export function recordSize(layout: Layout): number {
  return layout.reduce((size, [, type]) => size + fieldSizes[type], 0)
}

/** @throws MalformedError that names the field and its offset when the bytes end early. */
export function readRecord<const L extends Layout>(reader: ByteReader, layout: L): RecordOf<L> {
  const record: Record<string, number | bigint> = {}
  for (const [name, type] of layout) record[name] = readField(reader, type, name)
  return record as RecordOf<L>
}

/** @throws MalformedError when a value does not fit its field. */
export function writeRecord<const L extends Layout>(writer: ByteWriter, layout: L, record: RecordOf<L>): void {
  const values = record as Readonly<Record<string, number | bigint>>
  for (const [name, type] of layout) {
    const value = values[name]!
    const limit = 2n ** BigInt(fieldSizes[type] * 8)
    if (value < 0 || value >= limit) {
      throw new MalformedError(`${name}: ${value} does not fit into ${fieldSizes[type]} bytes`, { offset: writer.offset })
    }
    writeField(writer, type, value)
  }
}

function readField(reader: ByteReader, type: FieldType, name: string): number | bigint {
  switch (type) {
    case 'u8':
      return reader.u8(name)
    case 'u16':
      return reader.u16(name)
    case 'u32':
    case 'size32':
      return reader.u32(name)
    case 'size64':
      return reader.fileSize64(name)
    case 'address32':
      return BigInt(reader.u32(name))
    case 'address64':
      return reader.u64(name)
  }
}

function writeField(writer: ByteWriter, type: FieldType, value: number | bigint): void {
  switch (type) {
    case 'u8':
      return writer.u8(Number(value))
    case 'u16':
      return writer.u16(Number(value))
    case 'u32':
    case 'size32':
    case 'address32':
      return writer.u32(Number(value))
    case 'size64':
    case 'address64':
      return writer.u64(BigInt(value))
  }
}
