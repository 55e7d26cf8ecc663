import type { ShrinkError } from '../../../../core/errors.ts'
import { MalformedError } from '../../../../core/errors.ts'
import type { Section, WasmModule } from '../module.ts'
import { WasmCursor } from '../wasm-cursor.ts'

/** The index spaces that the name section names by a plain map, by subsection (core appendix, extended-name-section). */
const plainMaps = { 1: 'functions', 4: 'types', 5: 'tables', 6: 'memories', 7: 'globals', 8: 'elements', 9: 'data', 11: 'tags' } as const
type NamedSpace = (typeof plainMaps)[keyof typeof plainMaps]

export type Names = Readonly<Record<NamedSpace, ReadonlyMap<number, string>>> & {
  readonly module?: string
  /** The section does not decode to its end; what came before is here. Engines ignore such a section. */
  readonly problem?: ShrinkError
}

/** Names given by the module's `name` sections; of a broken section, what could be read. */
export function readNames(module: WasmModule): Names {
  const names = {
    functions: new Map<number, string>(),
    types: new Map<number, string>(),
    tables: new Map<number, string>(),
    memories: new Map<number, string>(),
    globals: new Map<number, string>(),
    elements: new Map<number, string>(),
    data: new Map<number, string>(),
    tags: new Map<number, string>(),
  }
  const found: { module?: string; problem?: ShrinkError } = {}
  for (const section of module.sections) {
    if (section.customName !== 'name') continue
    try {
      readSubsections(module, section, names, found)
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error
      found.problem = error
    }
  }
  return { ...names, ...found }
}

function readSubsections(
  module: WasmModule,
  section: Section,
  names: Record<NamedSpace, Map<number, string>>,
  found: { module?: string },
): void {
  const cursor = new WasmCursor(module.bytes, module.base, section.contents, section.end)
  while (cursor.offset < section.end) {
    const id = cursor.u8('name subsection')
    const size = cursor.u32('name subsection size')
    const end = cursor.offset + size
    if (end > section.end) cursor.fail('name subsection: the bytes end')
    cursor.end = end
    if (id === 0) found.module = cursor.name('module name')
    else if (id in plainMaps) readMap(cursor, names[plainMaps[id as keyof typeof plainMaps]])
    cursor.end = section.end
    cursor.offset = end
  }
}

function readMap(cursor: WasmCursor, into: Map<number, string>): void {
  const count = cursor.u32('names')
  for (let i = 0; i < count; i++) {
    const index = cursor.u32('index of a name')
    into.set(index, cursor.name('name'))
  }
}
