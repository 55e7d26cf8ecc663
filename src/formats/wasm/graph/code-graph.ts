import { type ItemGraph, ItemGraphBuilder } from '../../../core/item-graph.ts'
import type { IndexSpace } from '../read/index-space.ts'
import type { WasmModule } from '../read/module.ts'
import { readModule } from '../read/read-module.ts'

/** What an item of a module's graph is. `index` is in its index space; for exports the position in the section. */
export interface CodeItem {
  readonly kind: 'function' | 'table' | 'memory' | 'global' | 'element' | 'data' | 'export' | 'start'
  readonly index: number
}

/** Which parts of a module refer to which, with their bytes in the file. */
export interface CodeGraph {
  readonly graph: ItemGraph
  /** Bytes of indices beyond the shortest encoding. */
  readonly paddingBytes: number
  itemAt(number: number): CodeItem
  numberOf(kind: CodeItem['kind'], index: number): number
}

const kinds: readonly CodeItem['kind'][] = ['function', 'table', 'memory', 'global', 'element', 'data', 'export', 'start']

/**
 * Reads the module a second time, for its references. Edges:
 *
 * - a function to what its instructions name: functions, tables (`call_indirect`), globals, passive segments;
 * - a table to the active element segments that fill it, a segment to its functions, a memory to its active data;
 * - a global or segment to what its constant expression names; an export to what it exports.
 *
 * Roots are the exports, the start function, memories, and tables that are imported: the outside can reach them.
 * Which function of a table an indirect call means is not known, so a table keeps all of them.
 */
export function buildCodeGraph(module: WasmModule): CodeGraph {
  const counts: Readonly<Record<CodeItem['kind'], number>> = {
    function: module.functionTypes.length,
    table: module.tables.length,
    memory: module.memories.length,
    global: module.globals.length,
    element: module.elements.length,
    data: module.data.length,
    export: module.exports.length,
    start: module.start === undefined ? 0 : 1,
  }
  const bases = {} as Record<CodeItem['kind'], number>
  let items = 0
  for (const kind of kinds) {
    bases[kind] = items
    items += counts[kind]
  }
  const numberOf = (kind: CodeItem['kind'], index: number): number => bases[kind] + index
  const builder = new ItemGraphBuilder(items)
  addSizes(builder, module, numberOf)
  addImpliedEdges(builder, module, numberOf)
  let from = -1
  let paddingBytes = 0
  readModule(module.bytes, module.base, {
    enter(kind, index) {
      from = kind in bases ? numberOf(kind as CodeItem['kind'], index) : -1
    },
    reference(space: IndexSpace, index, start, end, signed) {
      const length = end - start
      if (length > 1) paddingBytes += length - shortestLeb(index, signed)
      if (from >= 0 && space in bases) builder.addEdge(from, numberOf(space as CodeItem['kind'], index))
    },
  })
  return {
    graph: builder.build(),
    paddingBytes,
    numberOf,
    itemAt(number) {
      const kind = kinds.findLast((kind) => bases[kind] <= number && counts[kind] > 0)!
      return { kind, index: number - bases[kind] }
    },
  }
}

/** Bytes of the LEB128 encoding of an index; signed integers need a bit more. */
function shortestLeb(index: number, signed: boolean): number {
  let length = 1
  for (let rest = signed ? index * 2 : index; rest >= 0x80; rest /= 0x80) length++
  return length
}

type NumberOf = CodeGraph['numberOf']

function addSizes(builder: ItemGraphBuilder, module: WasmModule, numberOf: NumberOf): void {
  const { bodies } = module
  for (let i = 0; i < bodies.count; i++) {
    builder.addSize(numberOf('function', module.importedFunctions + i), bodies.bodyEnd[i]! - bodies.entryStart[i]!)
  }
  for (const { kind, index, start, end } of module.imports) {
    if (kind !== 'tag') builder.addSize(numberOf(kind, index), end - start)
  }
  for (const [i, { start, end }] of module.exports.entries()) builder.addSize(numberOf('export', i), end - start)
  for (const [i, { start, end }] of module.elements.entries()) builder.addSize(numberOf('element', i), end - start)
  for (const [i, { start, end }] of module.data.entries()) builder.addSize(numberOf('data', i), end - start)
}

function addImpliedEdges(builder: ItemGraphBuilder, module: WasmModule, numberOf: NumberOf): void {
  for (const i of module.exports.keys()) builder.addRoot(numberOf('export', i))
  if (module.start !== undefined) builder.addRoot(numberOf('start', 0))
  for (const i of module.memories.keys()) builder.addRoot(numberOf('memory', i))
  for (const [i, { imported }] of module.tables.entries()) if (imported) builder.addRoot(numberOf('table', i))
  for (const [i, { mode, table }] of module.elements.entries()) {
    if (mode === 'active') builder.addEdge(numberOf('table', table!), numberOf('element', i))
  }
  for (const [i, { mode, memory }] of module.data.entries()) {
    if (mode === 'active') builder.addEdge(numberOf('memory', memory!), numberOf('data', i))
  }
}
