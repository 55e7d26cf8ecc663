import { MalformedError, UnsupportedError } from '../../../core/errors.ts'
import { readConstantExpression } from './code-walker.ts'
import { limits } from './limits.ts'
import {
  type DataSegment,
  type DefinedType,
  type ElementSegment,
  type Export,
  externalKinds,
  type FunctionBodies,
  type GlobalType,
  type MemoryType,
  type Section,
  sectionNames,
  sectionOrder,
  type TableType,
  type WasmModule,
} from './module.ts'
import { ModuleReader, type ModuleVisitor } from './module-reader.ts'
import { noteInterfaceFeatures } from './interface-features.ts'
import { noBodies, readCodeSection } from './sections/code-section.ts'
import { readDataSection } from './sections/data-section.ts'
import { readElementSection } from './sections/element-section.ts'
import { readGlobalType, readMemoryType, readTableType } from './sections/external-types.ts'
import { type ImportSection, readImportSection } from './sections/import-section.ts'
import { readTypeSection } from './sections/type-section.ts'

/** `\0asm` and, as two 16-bit numbers, version 1 and layer 0 (a core module). */
const moduleHeader = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]

/**
 * Reads a core module: every section, type and instruction. Functions are not type-checked; everything else that
 * makes a module malformed is found, among it every index that is out of range.
 * @param base where the module begins in its file, for error texts
 * @param visitor is told of every reference on the way
 * @throws MalformedError, LimitError, UnsupportedError with the offset in the file
 */
export function readModule(bytes: Uint8Array, base = 0, visitor?: ModuleVisitor): WasmModule {
  checkHeader(bytes, base)
  const reader = new ModuleReader(bytes, base, visitor)
  const { cursor } = reader
  const draft = new ModuleDraft(reader)
  cursor.offset = moduleHeader.length
  const fileEnd = bytes.length
  let lastOrder = -1
  while (cursor.offset < fileEnd) {
    cursor.end = fileEnd
    const start = cursor.offset
    const id = cursor.u8('section id')
    const name = sectionNames[id]
    if (name === undefined) cursor.fail(`section id ${id} is not known`, start)
    const size = cursor.u32('section size')
    if (size > fileEnd - cursor.offset) {
      cursor.fail(`${name} section: ${size} bytes needed, ${fileEnd - cursor.offset} left`, start)
    }
    const end = cursor.offset + size
    cursor.end = end
    if (id === 0) {
      const customName = cursor.name('custom section name')
      draft.sections.push({ id, name: name!, customName, start, contents: cursor.offset, end })
      if (customName === 'metadata.code.branch_hint') reader.note('branch-hinting', start, 'section of branch hints')
    } else {
      const order = sectionOrder.indexOf(id)
      if (order <= lastOrder) cursor.fail(`${name} section out of order`, start)
      lastOrder = order
      draft.sections.push({ id, name: name!, start, contents: cursor.offset, end })
      draft.read(id)
      if (cursor.offset !== end) cursor.fail(`${name} section: ${end - cursor.offset} bytes too many`)
    }
    cursor.offset = end
  }
  return draft.finish()
}

function checkHeader(bytes: Uint8Array, base: number): void {
  const at = moduleHeader.findIndex((byte, index) => bytes[index] !== byte)
  if (at < 0) return
  if (at < 4) throw new MalformedError('magic: not a WebAssembly module', { offset: base + at })
  if (bytes.length < 8) throw new MalformedError('version: the bytes end', { offset: base + bytes.length })
  throw new UnsupportedError(`version ${bytes[4]! + bytes[5]! * 256}, layer ${bytes[6]! + bytes[7]! * 256} is not a core module`, {
    offset: base + 4,
  })
}

/** The module as far as its sections were read. */
class ModuleDraft {
  readonly sections: Section[] = []
  readonly #reader: ModuleReader
  #types: DefinedType[] = []
  #imports: ImportSection = { imports: [], functions: [], tables: [], memories: [], globals: [], tags: [] }
  #functionTypes: Uint32Array = new Uint32Array(0)
  readonly #tables: TableType[] = []
  readonly #memories: MemoryType[] = []
  readonly #globals: GlobalType[] = []
  readonly #tags: number[] = []
  #exports: Export[] = []
  #start: number | undefined
  #elements: ElementSegment[] = []
  #dataCount: number | undefined
  #bodies: FunctionBodies = noBodies
  #data: DataSegment[] = []

  constructor(reader: ModuleReader) {
    this.#reader = reader
  }

  read(id: number): void {
    const reader = this.#reader
    const { cursor } = reader
    switch (id) {
      case 1:
        this.#types = readTypeSection(reader)
        return
      case 2:
        this.#imports = readImportSection(reader)
        this.#takeImports()
        return
      case 3:
        this.#readFunctions()
        return
      case 4: {
        const count = cursor.count('table section', 3, limits.tables)
        for (let i = 0; i < count; i++) {
          reader.enter('table', this.#tables.length)
          this.#tables.push(readTableType(reader, false))
        }
        return
      }
      case 5: {
        const count = cursor.count('memory section', 2, limits.memories)
        for (let i = 0; i < count; i++) this.#memories.push(readMemoryType(reader, false))
        return
      }
      case 13:
        this.#readTags()
        return
      case 6: {
        const count = cursor.count('global section', 4, limits.globals)
        for (let i = 0; i < count; i++) {
          reader.enter('global', this.#globals.length)
          const global = readGlobalType(reader, false)
          readConstantExpression(reader)
          this.#globals.push(global)
          reader.counts.global++
        }
        return
      }
      case 7:
        this.#exports = this.#readExports()
        return
      case 8:
        reader.enter('start', 0)
        this.#start = reader.index('function', 'start function')
        return
      case 9:
        this.#elements = readElementSection(reader)
        return
      case 12:
        reader.note('bulk-memory', cursor.offset, 'data count section')
        this.#dataCount = cursor.u32('data count')
        reader.counts.data = this.#dataCount
        return
      case 10:
        this.#bodies = readCodeSection(reader, this.#types, this.#functionTypes, this.#imports.functions.length)
        return
      case 11: {
        const at = cursor.offset
        this.#data = readDataSection(reader)
        if (this.#dataCount !== undefined && this.#dataCount !== this.#data.length) {
          cursor.fail(`data section: ${this.#data.length} segments, data count says ${this.#dataCount}`, at)
        }
      }
    }
  }

  /** Imports come first in every index space. */
  #takeImports(): void {
    const { functions, tables, memories, globals, tags } = this.#imports
    this.#functionTypes = Uint32Array.from(functions)
    for (const { kind, type, start } of this.#imports.imports) {
      if (kind === 'function' || kind === 'tag') this.#checkFunctionType(type!, start)
    }
    for (const table of tables) this.#tables.push(table)
    for (const memory of memories) this.#memories.push(memory)
    for (const global of globals) this.#globals.push(global)
    for (const tag of tags) this.#tags.push(tag)
  }

  #checkFunctionType(type: number, at: number): void {
    if (this.#types[type]?.kind !== 'function') this.#reader.cursor.fail(`type ${type} is no function type`, at)
  }

  #readFunctions(): void {
    const reader = this.#reader
    const { cursor, counts } = reader
    const imported = counts.function
    const count = cursor.count('function section', 1, limits.functions)
    const functionTypes = new Uint32Array(imported + count)
    functionTypes.set(this.#functionTypes)
    for (let i = 0; i < count; i++) {
      const at = cursor.offset
      const type = reader.index('type', 'type index')
      this.#checkFunctionType(type, at)
      functionTypes[imported + i] = type
    }
    counts.function += count
    this.#functionTypes = functionTypes
  }

  #readTags(): void {
    const reader = this.#reader
    const { cursor } = reader
    const count = cursor.count('tag section', 2, limits.tags)
    for (let i = 0; i < count; i++) {
      reader.enter('tag', this.#tags.length)
      reader.note('exception-tags', cursor.offset, 'tag')
      if (cursor.u8('tag attribute') !== 0) cursor.fail('tag attribute is not known', cursor.offset - 1)
      const typeAt = cursor.offset
      const type = reader.index('type', 'type index')
      this.#checkFunctionType(type, typeAt)
      this.#tags.push(type)
    }
    reader.counts.tag = this.#tags.length
  }

  #readExports(): Export[] {
    const reader = this.#reader
    const { cursor } = reader
    const count = cursor.count('export section', 3, limits.exports)
    const exports: Export[] = []
    for (let i = 0; i < count; i++) {
      const start = cursor.offset
      reader.enter('export', i)
      const name = cursor.name('export name')
      const kindAt = cursor.offset
      const kind = externalKinds[cursor.u8('export kind')]
      if (kind === undefined) return cursor.fail('export kind is not known', kindAt)
      const index = reader.index(kind, `index of export ${JSON.stringify(name)}`)
      if (kind === 'global' && this.#globals[index]!.mutable) {
        reader.note('mutable-globals', start, 'export of a mutable global')
      }
      exports.push({ name, kind, index, start, end: cursor.offset })
    }
    return exports
  }

  finish(): WasmModule {
    const reader = this.#reader
    const { cursor } = reader
    const end = cursor.bytes.length
    if (this.#bodies.count !== this.#functionTypes.length - this.#imports.functions.length) {
      cursor.fail(`code section is missing: ${this.#functionTypes.length - this.#imports.functions.length} functions`, end)
    }
    if (this.#dataCount !== undefined && this.#dataCount !== this.#data.length) {
      cursor.fail(`data section is missing: data count says ${this.#dataCount}`, end)
    }
    const instructions = reader.recorder.instructions()
    const module: Omit<WasmModule, 'features'> = {
      bytes: cursor.bytes,
      base: cursor.base,
      sections: this.sections,
      types: this.#types,
      imports: this.#imports.imports,
      importedFunctions: this.#imports.functions.length,
      functionTypes: this.#functionTypes,
      tables: this.#tables,
      memories: this.#memories,
      globals: this.#globals,
      tags: this.#tags,
      exports: this.#exports,
      ...(this.#start === undefined ? {} : { start: this.#start }),
      elements: this.#elements,
      bodies: this.#bodies,
      data: this.#data,
      instructions,
    }
    noteInterfaceFeatures(reader, module)
    return { ...module, features: reader.recorder.finish() }
  }
}
