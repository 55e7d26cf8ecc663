import { limits } from '../limits.ts'
import { externalKinds, type ExternalKind, type GlobalType, type Import, type MemoryType, type TableType } from '../module.ts'
import type { ModuleReader } from '../module-reader.ts'
import { readGlobalType, readMemoryType, readTableType } from './external-types.ts'

export interface ImportSection {
  readonly imports: Import[]
  /** Type indices. */
  readonly functions: number[]
  readonly tables: TableType[]
  readonly memories: MemoryType[]
  readonly globals: GlobalType[]
  readonly tags: number[]
}

/** What is to be imported, without its name. */
interface External {
  readonly kind: ExternalKind
  readonly index: number
  readonly type?: number
}

/** Encodings of a group of imports from one module (compact-import-section). */
const groupOfPairs = 0x7f
const groupOfOneType = 0x7e

export function readImportSection(reader: ModuleReader): ImportSection {
  const { cursor } = reader
  const section: ImportSection = { imports: [], functions: [], tables: [], memories: [], globals: [], tags: [] }
  const entries = cursor.count('import section', 4, limits.imports)
  for (let i = 0; i < entries; i++) {
    const start = cursor.offset
    const module = cursor.name('import module')
    const name = cursor.name('import name')
    const form = cursor.bytes[cursor.offset]
    if (name === '' && cursor.offset < cursor.end && (form === groupOfPairs || form === groupOfOneType)) {
      reader.note('compact-import-section', start, 'group of imports')
      cursor.offset++
      readGroup(reader, section, module, form)
    } else {
      reader.enter('import', section.imports.length)
      push(section, module, name, readExternal(reader, section, true), start, cursor.offset)
    }
  }
  reader.importedGlobals = section.globals.length
  return section
}

function push(section: ImportSection, module: string, name: string, external: External, start: number, end: number): void {
  section.imports.push({ module, name, ...external, start, end })
}

function readGroup(reader: ModuleReader, section: ImportSection, module: string, form: number): void {
  const { cursor } = reader
  const typeAt = cursor.offset
  if (form === groupOfOneType) passOverType(reader)
  const count = cursor.count('group of imports', form === groupOfOneType ? 1 : 3, limits.imports)
  for (let i = 0; i < count; i++) {
    const start = cursor.offset
    const name = cursor.name('import name')
    reader.enter('import', section.imports.length)
    const next = cursor.offset
    if (form === groupOfOneType) cursor.offset = typeAt
    const external = readExternal(reader, section, form !== groupOfOneType)
    if (form === groupOfOneType) cursor.offset = next
    push(section, module, name, external, start, cursor.offset)
  }
}

/** One type for all: it is read once to find its end and to report what it refers to, and again for each name. */
function passOverType(reader: ModuleReader): void {
  const counts = { ...reader.counts }
  readExternal(reader, { functions: [], tables: [], memories: [], globals: [], tags: [] }, true)
  Object.assign(reader.counts, counts)
}

/** @param visible tell the visitor of the type index */
function readExternal(reader: ModuleReader, into: Omit<ImportSection, 'imports'>, visible: boolean): External {
  const { cursor, counts } = reader
  const at = cursor.offset
  const kind = externalKinds[cursor.u8('import kind')] ?? cursor.fail('import kind is not known', at)
  switch (kind) {
    case 'function': {
      const type = readTypeIndex(reader, visible)
      into.functions.push(type)
      return { kind, index: counts.function++, type }
    }
    case 'table':
      into.tables.push(readTableType(reader, true))
      return { kind, index: counts.table - 1 }
    case 'memory':
      into.memories.push(readMemoryType(reader, true))
      return { kind, index: counts.memory - 1 }
    case 'global': {
      const global = readGlobalType(reader, true)
      into.globals.push(global)
      if (global.mutable) reader.note('mutable-globals', at, 'import of a mutable global')
      return { kind, index: counts.global++ }
    }
    case 'tag': {
      if (cursor.u8('tag attribute') !== 0) cursor.fail('tag attribute is not known', cursor.offset - 1)
      reader.note('exception-tags', at, 'import of a tag')
      const type = readTypeIndex(reader, visible)
      into.tags.push(type)
      return { kind, index: counts.tag++, type }
    }
  }
}

function readTypeIndex(reader: ModuleReader, visible: boolean): number {
  if (visible) return reader.index('type', 'type index')
  const at = reader.cursor.offset
  const type = reader.cursor.u32('type index')
  if (type >= reader.counts.type) reader.cursor.fail(`type ${type} does not exist, there are ${reader.counts.type}`, at)
  return type
}
