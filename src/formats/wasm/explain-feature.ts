import { UsageError } from '../../core/errors.ts'
import type { Explanation } from '../../core/format.ts'
import { shortestPaths } from '../../core/item-graph.ts'
import { nearest } from '../../core/nearest.ts'
import type { WasmDetail } from './detail.ts'
import { type FeatureId, featureIds, features, findFeature, runtimeFeature } from './features.ts'
import { buildCodeGraph, type CodeGraph } from './graph/code-graph.ts'
import { pathToFunction } from './graph/describe-item.ts'
import { type SymbolNames, symbolNames } from './names/symbol-names.ts'
import { opcodes } from './read/opcodes.ts'
import { readModule } from './read/read-module.ts'
import type { WasmModule } from './read/module.ts'

/** Functions that are listed, those with most instructions of the feature first. */
const listed = 10

/** Where a module uses a feature: which instructions, in which functions, and what those are called from. */
export function explainFeature(path: string, detail: WasmDetail, name: string): Explanation {
  const asked = findFeature(name)
  if (asked === undefined) {
    const close = nearest(name, featureIds)
    throw new UsageError(
      `${JSON.stringify(name)} is no WebAssembly feature`,
      close === undefined ? `Known are ${featureIds.join(', ')}` : `Did you mean ${close}?`,
    )
  }
  const belongs = (feature: FeatureId): boolean => feature === asked || runtimeFeature(feature) === asked
  const uses = detail.features.filter(({ feature }) => belongs(feature))
  const { title } = features[asked]
  if (uses.length === 0) {
    return { summary: `${path} does not use ${asked} (${title})`, lines: [], data: { feature: asked, used: false } }
  }
  const lines = uses.map(({ what, count, offset }) => `${what} at offset 0x${offset.toString(16)}${count > 1 ? `, the first of ${count} uses` : ''}`)
  const functions = detail.modules.flatMap((module) => functionsUsing(module, belongs))
  functions.sort((a, b) => b.count - a.count || a.index - b.index)
  const witness = witnesses()
  const shown = functions.slice(0, listed).map(({ module, index, count, instructions }) => ({
    ...witness(module, index),
    index,
    count,
    instructions,
  }))
  for (const [i, use] of shown.entries()) {
    if (i === 0) lines.push(`In ${functions.length} function${functions.length === 1 ? '' : 's'}:`)
    const numbered = use.name === `function ${use.index}` ? use.name : `${use.name} (function ${use.index})`
    lines.push(`  ${numbered}: ${use.count} instructions, ${use.instructions.join(', ')}`)
    if (use.path !== undefined && i < 3) lines.push(`    ${use.path.join(' > ')}`)
  }
  if (functions.length > listed) lines.push(`  … and ${functions.length - listed} more`)
  return {
    summary: `${path} uses ${asked} (${title})`,
    lines,
    data: {
      feature: asked,
      used: true,
      uses: uses.map(({ feature, count, offset, what }) => ({ feature, count, offset, what })),
      functions: functions.length,
      examples: shown.map((use) => ({ ...use, path: use.path ?? null })),
    },
  }
}

/** Names a function and finds a path to it; each module is read for that once. */
function witnesses(): (module: WasmModule, index: number) => { name: string; path: string[] | undefined } {
  const known = new Map<WasmModule, { names: SymbolNames; code: CodeGraph; parents: Int32Array }>()
  return (module, index) => {
    let facts = known.get(module)
    if (facts === undefined) {
      const code = buildCodeGraph(module)
      facts = { names: symbolNames(module), code, parents: shortestPaths(code.graph) }
      known.set(module, facts)
    }
    return {
      name: facts.names.display(index),
      path: pathToFunction(facts.code, facts.parents, module, facts.names, index),
    }
  }
}

interface FunctionUse {
  readonly module: WasmModule
  readonly index: number
  readonly count: number
  /** At most five different ones, most frequent first. */
  readonly instructions: readonly string[]
}

/** Reads the code again and counts, function by function. */
function functionsUsing(module: WasmModule, belongs: (feature: FeatureId) => boolean): FunctionUse[] {
  const mine = opcodes.map((opcode) => opcode !== undefined && opcode.feature !== 'mvp' && belongs(opcode.feature))
  const byFunction = new Map<number, Map<number, number>>()
  let current: Map<number, number> | undefined
  let inFunction = -1
  readModule(module.bytes, module.base, {
    enter(kind, index) {
      inFunction = kind === 'function' ? index : -1
      current = undefined
    },
    reference() {},
    instruction(opcode) {
      if (!mine[opcode] || inFunction < 0) return
      current ??= new Map()
      byFunction.set(inFunction, current)
      current.set(opcode, (current.get(opcode) ?? 0) + 1)
    },
  })
  return [...byFunction].map(([index, counts]) => ({
    module,
    index,
    count: [...counts.values()].reduce((sum, count) => sum + count, 0),
    instructions: [...counts]
      .sort((a, b) => b[1] - a[1] || a[0] - b[0])
      .slice(0, 5)
      .map(([opcode, count]) => `${opcodes[opcode]!.name} × ${count}`),
  }))
}
