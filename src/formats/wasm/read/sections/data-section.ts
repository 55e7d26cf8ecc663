import { readConstantExpression } from '../code-walker.ts'
import { limits } from '../limits.ts'
import type { DataSegment } from '../module.ts'
import type { ModuleReader } from '../module-reader.ts'

/** Core 3.0, "Data Section": 0 active in memory 0, 1 passive, 2 active with a memory index. */
export function readDataSection(reader: ModuleReader): DataSegment[] {
  const { cursor } = reader
  const count = cursor.count('data section', 2, limits.dataSegments)
  const segments: DataSegment[] = []
  for (let i = 0; i < count; i++) {
    reader.enter('data', i)
    segments.push(readSegment(reader))
  }
  return segments
}

function readSegment(reader: ModuleReader): DataSegment {
  const { cursor } = reader
  const start = cursor.offset
  const flags = cursor.u32('data segment')
  if (flags > 2) cursor.fail('data segment: flags are not known', start)
  if (flags === 1) reader.note('bulk-memory', start, 'passive data segment')
  const memory = flags === 1 ? undefined : readMemory(reader, flags === 2, start)
  const offsetStart = cursor.offset
  if (flags !== 1) readConstantExpression(reader)
  const offset = { start: offsetStart, end: cursor.offset }
  const size = cursor.u32('data segment size')
  const contents = { start: cursor.offset, end: cursor.offset + size }
  cursor.skip(size, 'data segment')
  if (memory === undefined) return { mode: 'passive', contents, start, end: cursor.offset }
  return { mode: 'active', memory, offset, contents, start, end: cursor.offset }
}

function readMemory(reader: ModuleReader, explicit: boolean, at: number): number {
  if (explicit) {
    const memory = reader.index('memory', 'memory index')
    if (memory !== 0) reader.note('multi-memory', at, 'data segment for another memory')
    else reader.note('bulk-memory', at, 'memory index of a data segment')
    return memory
  }
  if (reader.counts.memory === 0) reader.cursor.fail('memory 0 does not exist, there are 0', at)
  return 0
}
