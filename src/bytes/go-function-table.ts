import { MalformedError } from '../core/errors.ts'
import type { ByteReader } from './byte-reader.ts'

export interface GoFunction {
  /** Memory space. */
  readonly address: number
  readonly size: number
  /** As the Go runtime prints it: `net/http.(*conn).serve`. */
  readonly name: string
}

/** The function table that every Go program carries, stripped or not: the runtime needs it for stack traces. */
export interface GoFunctionTable {
  /** Go release that introduced the layout: 1.2, 1.16, 1.18 or 1.20. */
  readonly layout: '1.2' | '1.16' | '1.18' | '1.20'
  /** File space. */
  readonly offset: number
  /** Sorted by address. */
  readonly functions: readonly GoFunction[]
}

/** First word of the table, by layout (Go, internal/abi and debug/gosym). */
const magics: Readonly<Record<number, GoFunctionTable['layout']>> = {
  0xfffffffb: '1.2',
  0xfffffffa: '1.16',
  0xfffffff0: '1.18',
  0xfffffff1: '1.20',
}

/** Do eight bytes of a pclntab's header stand at `at`? */
export function looksLikeGoTable(reader: ByteReader, at: number): boolean {
  if (at + 16 > reader.size) return false
  const quantum = reader.bytes[at + 6]!
  const pointerSize = reader.bytes[at + 7]!
  return (
    magics[reader.view.getUint32(at, reader.littleEndian)] !== undefined &&
    reader.bytes[at + 4] === 0 &&
    reader.bytes[at + 5] === 0 &&
    (quantum === 1 || quantum === 2 || quantum === 4) &&
    (pointerSize === 4 || pointerSize === 8)
  )
}

/**
 * Reads a pclntab.
 *
 * @param table from its magic on
 * @param textStart where addresses count from, given the header's field and its size: loaders may have to fill it in
 * @throws MalformedError
 */
export function readGoFunctionTable(table: ByteReader, textStart: (stored: number, pointerSize: number) => number): GoFunctionTable {
  const layout = magics[table.u32('magic')]!
  table.skip(3, 'padding and quantum')
  const pointerSize = table.u8('pointer size')
  return { layout, offset: table.base, functions: readFunctions(table, layout, pointerSize, textStart) }
}

function readFunctions(
  table: ByteReader,
  layout: GoFunctionTable['layout'],
  pointerSize: number,
  textStart: (stored: number, pointerSize: number) => number,
): GoFunction[] {
  const word = (index: number): number => {
    table.offset = 8 + index * pointerSize
    return pointerSize === 8 ? table.fileSize64('pclntab header') : table.u32('pclntab header')
  }
  const relative = layout === '1.18' || layout === '1.20'
  const count = word(0)
  const functionsAt = layout === '1.2' ? 8 + pointerSize : layout === '1.16' ? word(6) : word(7)
  // Offsets in the table count from its start in the first layout, from the function part in the later ones.
  const dataAt = layout === '1.2' ? 0 : functionsAt
  const namesAt = layout === '1.2' ? 0 : layout === '1.16' ? word(2) : word(3)
  const base = relative ? textStart(word(2), pointerSize) : 0
  const width = relative ? 4 : pointerSize
  const entries = table.window(functionsAt, table.size - functionsAt, 'pclntab functions')
  entries.count(count, width * 2, 'nfunc')
  const field = (index: number): number =>
    width === 4 ? entries.view.getUint32(index * 4, entries.littleEndian) : Number(entries.view.getBigUint64(index * 8, entries.littleEndian))
  if ((count * 2 + 1) * width > entries.size) throw new MalformedError('pclntab: end of the last function is missing', { offset: entries.base })
  const names = Buffer.from(table.bytes.buffer, table.bytes.byteOffset, table.size)
  const functions: GoFunction[] = []
  let nameBudget = table.size + count * 64
  for (let i = 0; i < count; i++) {
    const size = field(i * 2 + 2) - field(i * 2)
    if (size < 0) throw new MalformedError(`pclntab: function ${i} ends before it starts`, { offset: entries.base + i * 2 * width })
    const nameField = dataAt + field(i * 2 + 1) + width
    const nameAt = namesAt + (nameField + 4 <= table.size ? table.view.getUint32(nameField, table.littleEndian) : table.size)
    const end = nameAt < table.size ? names.indexOf(0, nameAt) : -1
    if (end < 0) throw new MalformedError(`pclntab: name of function ${i} is outside the table`, { offset: table.base })
    nameBudget -= end - nameAt
    if (nameBudget < 0) throw new MalformedError('pclntab: names overlap', { offset: table.base })
    functions.push({ address: base + field(i * 2), size, name: names.toString('utf8', nameAt, end) })
  }
  return functions
}
