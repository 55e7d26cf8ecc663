import { dominators, isUnreachable, retainedSizes } from '../../../core/item-graph.ts'
import type { SymbolNames } from '../names/symbol-names.ts'
import type { WasmModule } from '../read/module.ts'
import type { CodeGraph } from './code-graph.ts'
import { describeItem } from './describe-item.ts'

/** Something that keeps other things in a module. */
export interface Kept {
  readonly name: string
  readonly kind: string
  /** Of itself. */
  readonly size: number
  /** What would go if it went. */
  readonly retainedSize: number
}

/** The exports, functions, tables and segments that keep most, largest first. */
export function largestKept(code: CodeGraph, module: WasmModule, names: SymbolNames, count: number): Kept[] {
  const { graph } = code
  const idom = dominators(graph)
  const retained = retainedSizes(graph, idom)
  const items = Array.from(retained.keys()).filter((item) => idom[item] !== isUnreachable)
  items.sort((a, b) => retained[b]! - retained[a]! || a - b)
  return items.slice(0, count).map((item) => ({
    name: describeItem(code, module, names, item),
    kind: code.itemAt(item).kind,
    size: graph.sizes[item]!,
    retainedSize: retained[item]!,
  }))
}
