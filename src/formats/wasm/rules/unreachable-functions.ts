import { isUnreachable, shortestPaths } from '../../../core/item-graph.ts'
import type { Rule } from '../../../core/format.ts'
import type { WasmDetail } from '../detail.ts'

/** Names given in the message. */
const shown = 3

export const unreachableFunctions: Rule<WasmDetail> = {
  id: 'wasm/unreachable-functions',
  help: 'Functions and passive segments that neither an export, nor the start function, nor a table leads to. No call can reach them.',
  *check({ detail, path }) {
    for (const [i, { graph, itemAt }] of (detail.graphs ?? []).entries()) {
      const module = detail.modules[i]!
      const parents = shortestPaths(graph)
      const dead: { index: number; size: number }[] = []
      let bytes = 0
      for (const [number, parent] of parents.entries()) {
        if (parent !== isUnreachable) continue
        const { kind, index } = itemAt(number)
        if (kind !== 'function' && kind !== 'element' && kind !== 'data') continue
        if (kind === 'function' && index < module.importedFunctions) continue
        const size = graph.sizes[number]!
        bytes += size
        if (kind === 'function') dead.push({ index, size })
      }
      if (dead.length === 0) continue
      dead.sort((a, b) => b.size - a.size || a.index - b.index)
      const names = dead.slice(0, shown).map(({ index }) => detail.namesOf?.(module).display(index) ?? `function ${index}`)
      yield {
        severity: bytes >= 1024 ? 'warning' : 'info',
        message: `${dead.length} functions (${bytes} bytes) can never be called: ${names.join(', ')}${dead.length > shown ? ', …' : ''}`,
        advice: 'Run wasm-opt over the module (--remove-unused-module-elements)',
        data: { functions: dead.length, bytes },
        location: { path },
        wastedBytes: bytes,
        fix: { transform: 'wasm/optimize' },
      }
    }
  },
}
