import type { ByteReader } from '../../../bytes/byte-reader.ts'
import { MalformedError } from '../../../core/errors.ts'
import { SHT } from '../constants.ts'
import { loadSegments } from './address-space.ts'
import { readDynamic } from './dynamic.ts'
import type { ElfFile } from './elf-file.ts'
import { findSection, sectionContents } from './elf-file.ts'
import { dynamicRelocations } from './relocations.ts'

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

const sectionNames = ['.gopclntab', '.data.rel.ro.gopclntab', '.gopclntab.data', '.data.rel.ro..gopclntab']

/** Reads the pclntab, by its section or, without section headers, by its magic. Undefined for other languages. @throws MalformedError */
export function readGoFunctions(file: ElfFile): GoFunctionTable | undefined {
  const table = findTable(file)
  if (table === undefined) return undefined
  const layout = magics[table.u32('magic')]!
  table.skip(3, 'padding and quantum')
  const pointerSize = table.u8('pointer size')
  return { layout, offset: table.base, functions: readFunctions(file, table, layout, pointerSize) }
}

function findTable(file: ElfFile): ByteReader | undefined {
  for (const name of sectionNames) {
    const section = findSection(file, name)
    if (section === undefined || section.sh_type === SHT.NOBITS) continue
    const reader = sectionContents(file, section)
    if (looksLikeTable(reader, 0)) return reader
  }
  return file.sections.length === 0 || findSection(file, '.go.buildinfo') !== undefined ? scanForTable(file) : undefined
}

/** Looks at every place where the last bytes of a magic, two zeros, a quantum and a pointer size stand. */
function scanForTable(file: ElfFile): ByteReader | undefined {
  const pattern = file.littleEndian ? [0xff, 0xff, 0xff, 0, 0] : [0xff, 0xff, 0xff]
  for (const segment of loadSegments(file)) {
    const end = Math.min(segment.p_offset + segment.p_filesz, file.bytes.byteLength)
    if (end <= segment.p_offset) continue
    const reader = file.reader.window(segment.p_offset, end - segment.p_offset, 'pclntab')
    const bytes = Buffer.from(reader.bytes.buffer, reader.bytes.byteOffset, reader.size)
    for (let at = bytes.indexOf(Buffer.from(pattern)); at >= 0; at = bytes.indexOf(Buffer.from(pattern), at + 1)) {
      const start = file.littleEndian ? at - 1 : at
      if (start >= 0 && start % 4 === 0 && looksLikeTable(reader, start)) {
        return reader.window(start, reader.size - start, 'pclntab')
      }
    }
  }
  return undefined
}

function looksLikeTable(reader: ByteReader, at: number): boolean {
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

function readFunctions(
  file: ElfFile,
  table: ByteReader,
  layout: GoFunctionTable['layout'],
  pointerSize: number,
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
  const base = relative ? textStart(file, table, word(2), pointerSize) : 0
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

/** Where the addresses of the table count from: the field, its relocation in position-independent programs, or .text. */
function textStart(file: ElfFile, table: ByteReader, stored: number, pointerSize: number): number {
  if (stored !== 0) return stored
  const fieldOffset = table.base + 8 + 2 * pointerSize
  const segment = loadSegments(file).find(
    (candidate) => fieldOffset >= candidate.p_offset && fieldOffset < candidate.p_offset + candidate.p_filesz,
  )
  const dynamic = readDynamic(file)
  if (segment !== undefined && dynamic !== undefined) {
    const address = Number(segment.p_vaddr) + (fieldOffset - segment.p_offset)
    for (const relocation of dynamicRelocations(file, dynamic)) {
      if (relocation.offset === address && relocation.addend !== undefined) return relocation.addend
    }
  }
  const text = findSection(file, '.text')
  if (text !== undefined) return Number(text.sh_addr)
  const code = loadSegments(file).find((candidate) => (candidate.p_flags & 1) !== 0)
  if (code === undefined) throw new MalformedError('pclntab: the file has no code', { offset: table.base })
  // Without sections: Go links .text right behind the headers' page in its executables.
  return Number(code.p_vaddr) + (code.p_offset === 0 ? 0x1000 : 0)
}

/** The import path of the package that a function belongs to; `go:…` and `type:…` for what the compiler makes. */
export function goPackageOf(name: string): string {
  const bracket = name.indexOf('[')
  const plain = bracket < 0 ? name : name.slice(0, bracket)
  if (plain.startsWith('type:.') || plain.startsWith('type..')) return 'type:.eq and .hash'
  if (plain.startsWith('go:') || plain.startsWith('go.')) return 'go:runtime support'
  const slash = plain.lastIndexOf('/')
  const dot = plain.indexOf('.', slash + 1)
  const path = dot < 0 ? '[assembly]' : plain.slice(0, dot)
  return path.includes('%') ? path.replace(/%([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))) : path
}
