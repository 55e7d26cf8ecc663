import { pathTo } from '../../../core/item-graph.ts'
import type { SymbolNames } from '../names/symbol-names.ts'
import type { WasmModule } from '../read/module.ts'
import type { CodeGraph } from './code-graph.ts'

/** `core::fmt::write`, `export "run"`, `table 0`. */
export function describeItem(code: CodeGraph, module: WasmModule, names: SymbolNames, item: number): string {
  const { kind, index } = code.itemAt(item)
  switch (kind) {
    case 'function':
      return index < module.importedFunctions ? `import ${names.display(index)}` : names.display(index)
    case 'export':
      return `export ${JSON.stringify(module.exports[index]!.name)}`
    case 'element':
      return `element segment ${index}`
    case 'data':
      return `data segment ${index}`
    case 'start':
      return 'start function'
    default:
      return `${kind} ${index}`
  }
}

/** From a root down to a function, shortest first; undefined when nothing leads there. */
export function pathToFunction(
  code: CodeGraph,
  parents: Int32Array,
  module: WasmModule,
  names: SymbolNames,
  index: number,
): string[] | undefined {
  return pathTo(parents, code.numberOf('function', index))?.map((item) => describeItem(code, module, names, item))
}
