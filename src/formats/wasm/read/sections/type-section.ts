import { limits } from '../limits.ts'
import type { DefinedType } from '../module.ts'
import type { ModuleReader } from '../module-reader.ts'
import { readStorageType, readValueType, type ValueType } from '../value-type.ts'

/** Core 3.0, "Type Section": function types, and recursive groups of sub types, structs, arrays and continuations. */
export function readTypeSection(reader: ModuleReader): DefinedType[] {
  const { cursor } = reader
  const types: DefinedType[] = []
  const groups = cursor.count('type section', 2, limits.types)
  reader.typesAreOpen = true
  for (let i = 0; i < groups; i++) {
    if (cursor.bytes[cursor.offset] === 0x4e && cursor.offset < cursor.end) {
      reader.note('gc', cursor.offset, 'recursive type group')
      cursor.offset++
      const members = cursor.count('recursive type group', 2, limits.types)
      for (let member = 0; member < members; member++) readSubType(reader, types)
    } else {
      readSubType(reader, types)
    }
  }
  reader.typesAreOpen = false
  reader.counts.type = types.length
  if (reader.highestType >= types.length) {
    cursor.fail(`type ${reader.highestType} does not exist, there are ${types.length}`)
  }
  return types
}

function readSubType(reader: ModuleReader, types: DefinedType[]): void {
  const { cursor } = reader
  const start = cursor.offset
  reader.enter('type', types.length)
  let form = cursor.u8('type')
  if (form === 0x50 || form === 0x4f) {
    reader.note('gc', start, 'sub type')
    const supers = cursor.count('super types', 1, limits.subtypeSupers)
    for (let i = 0; i < supers; i++) reader.index('type', 'super type')
    form = cursor.u8('type')
  }
  if (form === 0x65) {
    reader.note('shared-everything-threads', start, 'shared type')
    form = cursor.u8('type')
  }
  const formAt = cursor.offset - 1
  switch (form) {
    case 0x60: {
      const params = readValueTypes(reader, 'parameters', limits.params)
      const results = readValueTypes(reader, 'results', limits.results)
      if (results.length > 1) reader.note('multi-value', formAt, 'function type with several results')
      types.push({ kind: 'function', params, results, start, end: cursor.offset })
      break
    }
    case 0x5f: {
      reader.note('gc', formAt, 'struct type')
      const count = cursor.count('fields', 2, limits.structFields)
      const fields: ValueType[] = []
      for (let i = 0; i < count; i++) fields.push(readField(reader))
      types.push({ kind: 'struct', fields, start, end: cursor.offset })
      break
    }
    case 0x5e: {
      reader.note('gc', formAt, 'array type')
      const element = readField(reader)
      types.push({ kind: 'array', element, start, end: cursor.offset })
      break
    }
    case 0x5d: {
      reader.note('stack-switching', formAt, 'continuation type')
      const indexAt = cursor.offset
      const functionType = cursor.s33('function type')
      if (functionType < 0) cursor.fail('continuation type without a type index', indexAt)
      reader.reference('type', functionType, indexAt, cursor.offset, true)
      types.push({ kind: 'continuation', functionType, start, end: cursor.offset })
      break
    }
    default:
      cursor.fail(`type form 0x${form.toString(16)} is not known`, formAt)
  }
}

function readValueTypes(reader: ModuleReader, what: string, limit: number): readonly ValueType[] {
  const count = reader.cursor.count(what, 1, limit)
  if (count === 0) return none
  const types: ValueType[] = []
  for (let i = 0; i < count; i++) types.push(readValueType(reader))
  return types
}

const none: readonly ValueType[] = []

function readField(reader: ModuleReader): ValueType {
  const type = readStorageType(reader)
  if (reader.cursor.u8('mutability') > 1) reader.cursor.fail('mutability is not known', reader.cursor.offset - 1)
  return type
}
