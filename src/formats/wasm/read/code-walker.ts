import { constantOpcodes, extendedConstOpcodes, immediate, immediateOf, opcodePages, opcodes, unassigned } from './opcodes.ts'
import type { ModuleReader } from './module-reader.ts'
import { readHeapType, readValueType } from './value-type.ts'

const tableFill = 0x211

/** The locals of a constant expression: it has none, and only constant instructions. */
const constantExpression = -1

/** Reads a constant expression with its `end`. */
export function readConstantExpression(reader: ModuleReader): void {
  walkInstructions(reader, reader.cursor.end, constantExpression)
}

/** Reads the instructions of a function that has `locals` locals, up to the `end` that must be its last byte. */
export function readFunctionCode(reader: ModuleReader, end: number, locals: number): void {
  const { cursor } = reader
  walkInstructions(reader, end, locals)
  if (cursor.offset !== end) cursor.fail(`${end - cursor.offset} bytes after the end of the function`)
}

/**
 * Passes over every instruction of an expression: counts opcodes, checks indices, label depths and encodings, and
 * tells the visitor of each reference. It does not type-check. This is the inner loop of the reader: integers of one
 * byte are read in place.
 */
function walkInstructions(reader: ModuleReader, end: number, locals: number): void {
  const { cursor, recorder, visitor, counts } = reader
  const { bytes } = cursor
  const { opcodeUses, opcodeFirst } = recorder
  const constant = locals === constantExpression
  const watched = visitor?.instruction !== undefined
  const outerEnd = cursor.end
  cursor.end = end
  let depth = 1
  while (depth > 0) {
    const at = cursor.offset
    if (at >= end) cursor.fail('instruction: the bytes end', at)
    let opcode = bytes[at]!
    cursor.offset = at + 1
    if (opcode >= 0xfb) opcode = readPrefixed(reader, opcode, at)
    if (opcodeUses[opcode]!++ === 0) opcodeFirst[opcode] = at
    if (watched) visitor.instruction!(opcode, at)
    if (constant) checkConstant(reader, opcode, at)
    switch (immediateOf[opcode]) {
      case immediate.none:
        if (opcode === 0x0b) depth--
        break
      case immediate.local: {
        const next = cursor.offset
        const byte = bytes[next]!
        let index = byte
        if (next < end && byte < 0x80) cursor.offset = next + 1
        else index = cursor.u32('local index')
        if (index >= locals) cursor.fail(`local ${index} does not exist, there are ${locals}`, next)
        break
      }
      case immediate.i32: {
        const next = cursor.offset
        if (next < end && bytes[next]! < 0x80) cursor.offset = next + 1
        else cursor.skipLeb(5, 'i32.const')
        break
      }
      case immediate.i64: {
        const next = cursor.offset
        if (next < end && bytes[next]! < 0x80) cursor.offset = next + 1
        else cursor.skipLeb(10, 'i64.const')
        break
      }
      case immediate.memarg: {
        const next = cursor.offset
        // Alignment below 2^6 (no memory index), offset of one byte: nearly all there are.
        if (next + 1 < end && bytes[next]! < 0x20 && bytes[next + 1]! < 0x80 && counts.memory > 0) cursor.offset = next + 2
        else readMemArg(reader, at)
        break
      }
      case immediate.function: {
        const next = cursor.offset
        const index = cursor.u32('function index')
        if (index >= counts.function) cursor.fail(`function ${index} does not exist, there are ${counts.function}`, next)
        visitor?.reference('function', index, next, cursor.offset, false)
        break
      }
      case immediate.global: {
        const next = cursor.offset
        const index = cursor.u32('global index')
        if (index >= counts.global) cursor.fail(`global ${index} does not exist, there are ${counts.global}`, next)
        if (constant && index >= reader.importedGlobals) reader.note('gc', at, 'global.get of a global of the module')
        visitor?.reference('global', index, next, cursor.offset, false)
        break
      }
      case immediate.block:
        readBlockType(reader)
        if (opcode !== 0x1f) depth++
        break
      case immediate.label: {
        const next = cursor.offset
        if (cursor.u32('label') >= depth) cursor.fail('label outside the function', next)
        break
      }
      case immediate.labels: {
        const next = cursor.offset
        const count = cursor.count('br_table', 1, outerEnd)
        for (let i = 0; i <= count; i++) {
          if (cursor.u32('label') >= depth) cursor.fail('label outside the function', next)
        }
        break
      }
      case immediate.delegate: {
        const next = cursor.offset
        depth--
        if (cursor.u32('label') >= Math.max(depth, 1)) cursor.fail('label outside the function', next)
        if (depth === 0) cursor.fail('delegate without try', at)
        break
      }
      case immediate['try-table']:
        readTryTable(reader, depth)
        depth++
        break
      case unassigned:
        unknownOpcode(reader, opcode, at)
        break
      default:
        readRareImmediate(reader, opcode, at, depth)
    }
  }
  cursor.end = outerEnd
}

function readPrefixed(reader: ModuleReader, prefix: number, at: number): number {
  const page = opcodePages[prefix]
  const number = reader.cursor.u32('opcode')
  if (page === undefined || number >= (prefix === 0xfd ? 0x200 : 0x100)) {
    return reader.cursor.fail(`opcode 0x${prefix.toString(16)} ${number} is not known`, at)
  }
  return page + number
}

function unknownOpcode(reader: ModuleReader, opcode: number, at: number): never {
  const prefix = Object.keys(opcodePages).findLast((key) => opcodePages[Number(key)]! <= opcode)
  const text =
    prefix === undefined || opcode < 0x100
      ? `0x${opcode.toString(16)}`
      : `0x${Number(prefix).toString(16)} ${opcode - opcodePages[Number(prefix)]!}`
  return reader.cursor.fail(`opcode ${text} is not known`, at)
}

function checkConstant(reader: ModuleReader, opcode: number, at: number): void {
  if (constantOpcodes[opcode] !== 1) {
    reader.cursor.fail(`${opcodes[opcode]?.name ?? `opcode 0x${opcode.toString(16)}`} in a constant expression`, at)
  }
  if (extendedConstOpcodes.has(opcode)) {
    reader.note('extended-const', at, `${opcodes[opcode]!.name} in a constant expression`)
  }
}

/** Empty, one value type, or (multi-value) a type index as s33. */
function readBlockType(reader: ModuleReader): void {
  const { cursor } = reader
  const start = cursor.offset
  const byte = cursor.bytes[start]!
  if (start < cursor.end && (byte === 0x40 || (byte >= 0x7c && byte <= 0x7f))) {
    cursor.offset = start + 1
    return
  }
  if (start < cursor.end && byte >= 0x40 && byte < 0x80) {
    readValueType(reader)
    return
  }
  const index = cursor.s33('block type')
  if (index < 0) cursor.fail('block type is not known', start)
  reader.note('multi-value', start, 'block type by index')
  reader.reference('type', index, start, cursor.offset, true)
}

/**
 * Alignment and flags, then a memory index (bit 6, multi-memory), an ordering (bit 5, shared-everything threads), the
 * offset.
 */
function readMemArg(reader: ModuleReader, at: number): void {
  const { cursor } = reader
  const flagsAt = cursor.offset
  const flags = cursor.u32('memarg')
  if (flags >= 0x80) cursor.fail('memarg flags are not known', flagsAt)
  if (flags & 0x40) {
    reader.note('multi-memory', at, 'memory index of a load or store')
    reader.index('memory', 'memory index')
  } else if (reader.counts.memory === 0) {
    cursor.fail('memory 0 does not exist, there are 0', flagsAt)
  }
  if (flags & 0x20) {
    reader.note('shared-everything-threads', at, 'memory ordering')
    cursor.u8('ordering')
  }
  cursor.skipLeb(reader.has64 ? 10 : 5, 'memarg offset')
}

/** exception-handling: a block type, then handlers `catch tag label`, `catch_ref`, `catch_all label`, `catch_all_ref`. */
function readTryTable(reader: ModuleReader, depth: number): void {
  const { cursor } = reader
  readBlockType(reader)
  const count = cursor.count('try_table', 2, cursor.end)
  for (let i = 0; i < count; i++) {
    const at = cursor.offset
    const kind = cursor.u8('catch clause')
    if (kind > 3) cursor.fail('catch clause is not known', at)
    if (kind < 2) reader.index('tag', 'tag index')
    if (cursor.u32('label') >= depth) cursor.fail('label outside the function', at)
  }
}

/** Stack switching: `0x00 tag label` or `0x01 tag`. */
function readResumeTable(reader: ModuleReader, depth: number): void {
  const { cursor } = reader
  const count = cursor.count('resume table', 2, cursor.end)
  for (let i = 0; i < count; i++) {
    const at = cursor.offset
    const kind = cursor.u8('handler')
    if (kind > 1) cursor.fail('handler is not known', at)
    reader.index('tag', 'tag index')
    if (kind === 0 && cursor.u32('label') >= depth) cursor.fail('label outside the function', at)
  }
}

/** MVP wrote a zero byte here; an index of another value, or in more bytes, came with reference types. */
function readTableOfCall(reader: ModuleReader, at: number): void {
  const { cursor } = reader
  const start = cursor.offset
  const table = reader.index('table', 'table index')
  if (table !== 0) reader.note('reference-types', at, 'table index of call_indirect')
  else if (cursor.offset - start > 1) reader.note('call-indirect-overlong', at, 'table index of call_indirect')
}

/** As for tables: the byte that became a memory index. */
function readMemoryIndex(reader: ModuleReader, at: number): void {
  const start = reader.cursor.offset
  const memory = reader.index('memory', 'memory index')
  if (memory !== 0 || reader.cursor.offset - start > 1) reader.note('multi-memory', at, 'memory index')
}

function readRareImmediate(reader: ModuleReader, opcode: number, at: number, depth: number): void {
  const { cursor } = reader
  switch (opcodes[opcode]!.immediate) {
    case 'tag':
      reader.index('tag', 'tag index')
      break
    case 'call-indirect':
      reader.index('type', 'type index')
      readTableOfCall(reader, at)
      break
    case 'type':
      reader.index('type', 'type index')
      break
    case 'select': {
      const count = cursor.count('select', 1, 1_000)
      for (let i = 0; i < count; i++) readValueType(reader)
      break
    }
    case 'table':
      reader.index('table', 'table index')
      // The one instruction of reference types that is defined by bulk memory as well.
      if (opcode === tableFill) reader.note('bulk-memory', at, 'table.fill')
      break
    case 'memory':
      readMemoryIndex(reader, at)
      break
    case 'bytes4':
      cursor.skip(4, 'f32.const')
      break
    case 'bytes8':
      cursor.skip(8, 'f64.const')
      break
    case 'bytes16':
      cursor.skip(16, 'immediate')
      break
    case 'lane':
      cursor.skip(1, 'lane')
      break
    case 'memarg-lane':
      readMemArg(reader, at)
      cursor.skip(1, 'lane')
      break
    case 'heap-type':
      readHeapType(reader)
      break
    case 'cast-branch': {
      const flags = cursor.u8('cast flags')
      if (flags > 3) cursor.fail('cast flags are not known', cursor.offset - 1)
      if (cursor.u32('label') >= depth) cursor.fail('label outside the function', at)
      readHeapType(reader)
      readHeapType(reader)
      break
    }
    case 'type-field':
      reader.index('type', 'type index')
      cursor.u32('field index')
      break
    case 'type-count':
      reader.index('type', 'type index')
      cursor.u32('element count')
      break
    case 'type-type':
      reader.index('type', 'type index')
      reader.index('type', 'type index')
      break
    case 'type-data':
      reader.index('type', 'type index')
      reader.index('data', 'data index')
      break
    case 'type-element':
      reader.index('type', 'type index')
      reader.index('element', 'element index')
      break
    case 'data':
      reader.index('data', 'data index')
      break
    case 'element':
      reader.index('element', 'element index')
      break
    case 'data-memory':
      reader.index('data', 'data index')
      readMemoryIndex(reader, at)
      break
    case 'memory-memory':
      readMemoryIndex(reader, at)
      readMemoryIndex(reader, at)
      break
    case 'element-table':
      reader.index('element', 'element index')
      reader.index('table', 'table index')
      break
    case 'table-table':
      reader.index('table', 'table index')
      reader.index('table', 'table index')
      break
    case 'ordering':
      if (cursor.u8('ordering') !== 0) reader.note('shared-everything-threads', at, 'atomic.fence with an ordering')
      break
    case 'resume':
      reader.index('type', 'type index')
      readResumeTable(reader, depth)
      break
    case 'resume-throw':
      reader.index('type', 'type index')
      reader.index('tag', 'tag index')
      readResumeTable(reader, depth)
      break
    case 'type-tag':
      reader.index('type', 'type index')
      reader.index('tag', 'tag index')
      break
    default:
      cursor.fail(`${opcodes[opcode]!.name}: immediate not handled`, at)
  }
}
