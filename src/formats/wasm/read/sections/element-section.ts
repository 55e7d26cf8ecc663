import { readConstantExpression } from '../code-walker.ts'
import { limits } from '../limits.ts'
import type { ElementSegment } from '../module.ts'
import type { ModuleReader } from '../module-reader.ts'
import { readValueType, valueTypeCodes } from '../value-type.ts'

/** Flags of an element segment (core 3.0, "Element Section"). */
const notActive = 1
/** An explicit table index, or declarative where not active. */
const explicitOrDeclarative = 2
const expressions = 4

export function readElementSection(reader: ModuleReader): ElementSegment[] {
  const { cursor } = reader
  const count = cursor.count('element section', 3, limits.elementSegments)
  const segments: ElementSegment[] = []
  for (let i = 0; i < count; i++) {
    reader.enter('element', i)
    segments.push(readSegment(reader))
  }
  reader.counts.element = count
  return segments
}

function readSegment(reader: ModuleReader): ElementSegment {
  const { cursor } = reader
  const start = cursor.offset
  const flags = cursor.u32('element segment')
  if (flags > 7) cursor.fail('element segment: flags are not known', start)
  const active = (flags & notActive) === 0
  const explicit = (flags & explicitOrDeclarative) !== 0
  if (!active) reader.note(explicit ? 'reference-types' : 'passive-elements', start, explicit ? 'declared functions' : 'passive element segment')
  if (flags & expressions) reader.note('reference-types', start, 'element segment of expressions')
  const table = active ? readTable(reader, explicit, start) : undefined
  const offset = active ? readRange(reader, readConstantExpression) : undefined
  const type = (flags & 3) === 0 ? valueTypeCodes.funcref : readElementType(reader, (flags & expressions) !== 0)
  const elementsCount = cursor.count('elements', 1, limits.elementSegments)
  const elementsStart = cursor.offset
  for (let i = 0; i < elementsCount; i++) {
    if (flags & expressions) readConstantExpression(reader)
    else reader.index('function', 'function index')
  }
  return {
    mode: active ? 'active' : explicit ? 'declarative' : 'passive',
    ...(table === undefined ? {} : { table }),
    ...(offset === undefined ? {} : { offset }),
    type,
    count: elementsCount,
    elements: { start: elementsStart, end: cursor.offset, as: flags & expressions ? 'expressions' : 'indices' },
    start,
    end: cursor.offset,
  }
}

function readTable(reader: ModuleReader, explicit: boolean, at: number): number {
  if (explicit) {
    const table = reader.index('table', 'table index')
    if (table !== 0) reader.note('reference-types', at, 'element segment for another table')
    return table
  }
  if (reader.counts.table === 0) reader.cursor.fail('table 0 does not exist, there are 0', at)
  return 0
}

/** A reference type before expressions; before indices an element kind, of which there is one. */
function readElementType(reader: ModuleReader, typed: boolean): number {
  const { cursor } = reader
  const at = cursor.offset
  if (typed) return cursor.bytes[at] === valueTypeCodes.funcref ? cursor.u8('element type') : readValueType(reader)
  if (cursor.u8('element kind') !== 0) cursor.fail('element kind is not known', at)
  return valueTypeCodes.funcref
}

function readRange(reader: ModuleReader, read: (reader: ModuleReader) => void): { start: number; end: number } {
  const start = reader.cursor.offset
  read(reader)
  return { start, end: reader.cursor.offset }
}
