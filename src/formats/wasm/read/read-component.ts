import { MalformedError, UnsupportedError } from '../../../core/errors.ts'
import { type ComponentExternal, type ComponentSection, componentSectionNames, type WasmComponent } from './component.ts'
import { limits } from './limits.ts'
import type { WasmModule } from './module.ts'
import { readModule } from './read-module.ts'
import { WasmCursor } from './wasm-cursor.ts'

/** `\0asm`, version 13, layer 1. */
const componentHeader = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00]

/** Is this the beginning of a component (layer 1) and not of a core module? */
export function isComponent(bytes: Uint8Array): boolean {
  return bytes.length >= 8 && bytes[6] === 1 && bytes[7] === 0
}

/**
 * Reads a component as far as its size and its needs go: sections, core modules (in full), nested components, and
 * what it imports and exports by name. Types and canonical definitions are passed over.
 * @throws MalformedError, LimitError, UnsupportedError with the offset in the file
 */
export function readComponent(bytes: Uint8Array, base = 0, depth = 0): WasmComponent {
  checkHeader(bytes, base)
  if (depth > limits.nesting) throw new UnsupportedError('components are nested too deeply', { offset: base })
  const sections: ComponentSection[] = []
  const imports: ComponentExternal[] = []
  const exports: ComponentExternal[] = []
  const modules: { section: ComponentSection; module: WasmModule }[] = []
  const components: { section: ComponentSection; component: WasmComponent }[] = []
  const cursor = new WasmCursor(bytes, base, componentHeader.length)
  while (cursor.offset < bytes.length) {
    cursor.end = bytes.length
    const section = readSectionHeader(cursor)
    sections.push(section)
    cursor.end = section.end
    const contents = bytes.subarray(section.contents, section.end)
    switch (section.id) {
      case 1:
        modules.push({ section, module: readModule(contents, base + section.contents) })
        break
      case 4:
        components.push({ section, component: readComponent(contents, base + section.contents, depth + 1) })
        break
      case 10:
        readExternals(cursor, imports, readExternalType)
        break
      case 11:
        readExternals(cursor, exports, readExported)
        break
      default:
    }
    cursor.offset = section.end
  }
  return { bytes, base, sections, imports, exports, modules, components }
}

function checkHeader(bytes: Uint8Array, base: number): void {
  const at = componentHeader.findIndex((byte, index) => bytes[index] !== byte)
  if (at < 0) return
  if (bytes.length < componentHeader.length) {
    throw new MalformedError('version: the bytes end', { offset: base + bytes.length })
  }
  throw new UnsupportedError('this version of the component model is not known', { offset: base + at })
}

function readSectionHeader(cursor: WasmCursor): ComponentSection {
  const start = cursor.offset
  const id = cursor.u8('section id')
  const name = componentSectionNames[id] ?? cursor.fail(`section id ${id} is not known`, start)
  const size = cursor.u32('section size')
  if (size > cursor.end - cursor.offset) {
    cursor.fail(`${name} section: ${size} bytes needed, ${cursor.end - cursor.offset} left`, start)
  }
  const end = cursor.offset + size
  if (id !== 0) return { id, name, start, contents: cursor.offset, end }
  cursor.end = end
  const customName = cursor.name('custom section name')
  return { id, name, customName, start, contents: cursor.offset, end }
}

type Kind = ComponentExternal['kind']
const sorts: Readonly<Record<number, Kind>> = { 1: 'function', 2: 'value', 3: 'type', 4: 'component', 5: 'instance' }

/** A list of names with what they stand for. An encoding that is not known ends the list: names are all we want. */
function readExternals(cursor: WasmCursor, into: ComponentExternal[], readKind: (cursor: WasmCursor) => Kind | undefined): void {
  const count = cursor.count('names', 3, limits.imports)
  for (let i = 0; i < count; i++) {
    const at = cursor.offset
    const form = cursor.u8('name')
    if (form > 2) cursor.fail('form of a name is not known', at)
    const name = cursor.name('name')
    if (form === 2) return // with options, which are not settled yet
    const kind = readKind(cursor)
    if (kind === undefined) return
    into.push({ name, kind })
  }
}

/** `externdesc`. */
function readExternalType(cursor: WasmCursor): Kind | undefined {
  const sort = cursor.u8('extern type')
  if (sort === 0) {
    if (cursor.u8('core sort') !== 0x11) return undefined
    cursor.u32('type index')
    return 'core module'
  }
  const kind = sorts[sort] ?? cursor.fail('extern type is not known', cursor.offset - 1)
  if (kind === 'type') {
    if (cursor.u8('type bound') === 0) cursor.u32('type index')
  } else if (kind === 'value') {
    cursor.u8('value bound')
    cursor.skipLeb(5, 'value type')
  } else {
    cursor.u32('type index')
  }
  return kind
}

/** `sortidx`, then perhaps the type it is exported as. */
function readExported(cursor: WasmCursor): Kind | undefined {
  const sort = cursor.u8('sort')
  if (sort === 0 && cursor.u8('core sort') !== 0x11) return undefined
  const kind: Kind | undefined = sort === 0 ? 'core module' : sorts[sort]
  if (kind === undefined) return cursor.fail('sort is not known', cursor.offset - 1)
  cursor.u32('index')
  if (cursor.u8('extern type') === 1) readExternalType(cursor)
  return kind
}
