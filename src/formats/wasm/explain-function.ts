import { UsageError } from '../../core/errors.ts'
import type { Explanation } from '../../core/format.ts'
import { dominators, isRoot, isUnreachable, retainedSizes, shortestPaths } from '../../core/item-graph.ts'
import { nearest } from '../../core/nearest.ts'
import type { WasmDetail } from './detail.ts'
import { buildCodeGraph, type CodeGraph } from './graph/code-graph.ts'
import { describeItem, pathToFunction } from './graph/describe-item.ts'
import { type SymbolNames, symbolNames } from './names/symbol-names.ts'
import type { WasmModule } from './read/module.ts'

/** Others of the same name, callers and callees that are listed. */
const listed = 8

/** A function that a question means. */
interface Match {
  readonly module: WasmModule
  readonly moduleNumber: number
  readonly names: SymbolNames
  readonly index: number
  readonly size: number
}

/** Why a function is in the module: a path from an export, what it keeps, who calls it. */
export function explainFunction(path: string, detail: WasmDetail, name: string): Explanation {
  const matches = findFunctions(detail, name)
  const [match, ...others] = matches
  if (match === undefined) throw noSuchFunction(path, detail, name)
  const { module, names, index, size } = match
  const code = buildCodeGraph(module)
  const { graph } = code
  const number = code.numberOf('function', index)
  const idom = dominators(graph)
  const retained = retainedSizes(graph, idom)[number]!
  const chain = pathToFunction(code, shortestPaths(graph), module, names, index)
  const dominator = idom[number]!
  const callers = sourcesOf(code, number)
  const callees = Array.from(graph.targets.subarray(graph.first[number], graph.first[number + 1]))
  const text = (items: readonly number[]): string[] => items.map((item) => describeItem(code, module, names, item))
  const title = names.display(index)
  const where = detail.modules.length > 1 ? ` of core module ${match.moduleNumber}` : ''
  const lines = [
    ...(chain === undefined
      ? ['Nothing leads to it: no export, table or start function.']
      : ['Kept by the shortest of the ways to it:', ...chain.map((step, depth) => `${'  '.repeat(depth + 1)}${step}`)]),
    dominator === isUnreachable
      ? ''
      : dominator === isRoot
        ? 'Several exports or tables lead to it; none alone keeps it.'
        : `Every way to it passes ${describeItem(code, module, names, dominator)}.`,
    `It keeps ${retained} bytes: itself (${size}) and ${retained - size} that nothing else leads to.`,
    ...listing('Referred to by', text(callers)),
    ...listing('Refers to', text(callees)),
    ...listing(
      'Other functions that answer to the name',
      others.map((other) => `${other.names.display(other.index)} (function ${other.index}, ${other.size} bytes)`),
    ),
  ].filter((line) => line !== '')
  return {
    summary: `${path}: ${title} is function ${index}${where}, ${size} bytes`,
    lines,
    data: {
      name: title,
      index,
      size,
      retainedSize: retained,
      path: chain ?? null,
      dominator: dominator >= 0 ? describeItem(code, module, names, dominator) : null,
      referredToBy: text(callers),
      refersTo: text(callees),
      others: others.map((other) => ({ name: other.names.display(other.index), index: other.index, size: other.size })),
    },
  }
}

/** By index (`12`, `function 12`), by exact name, or by a part of the name; the largest first. */
function findFunctions(detail: WasmDetail, name: string): Match[] {
  const exact: Match[] = []
  const partial: Match[] = []
  const number = /^(?:function |func |#)?(\d+)$/.exec(name)?.[1]
  for (const [moduleNumber, module] of detail.modules.entries()) {
    const names = symbolNames(module)
    for (const [index] of module.functionTypes.entries()) {
      const size = sizeOf(module, index)
      const match = { module, moduleNumber, names, index, size }
      const exported = module.exports.some((entry) => entry.kind === 'function' && entry.index === index && entry.name === name)
      if (number !== undefined) {
        if (index === Number(number)) exact.push(match)
        continue
      }
      const raw = names.raw(index)
      if (raw === undefined && !exported) continue
      const display = names.display(index)
      if (exported || raw === name || display === name) exact.push(match)
      else if (display.includes(name)) partial.push(match)
    }
  }
  const found = exact.length > 0 ? exact : partial
  return found.sort((a, b) => b.size - a.size || a.moduleNumber - b.moduleNumber || a.index - b.index)
}

function noSuchFunction(path: string, detail: WasmDetail, name: string): UsageError {
  const known = detail.modules.flatMap((module) => {
    const names = symbolNames(module)
    return Array.from(module.functionTypes, (_, index) => names.raw(index) ?? '').filter((raw) => raw !== '')
  })
  const close = nearest(name, known)
  return new UsageError(
    `${path} has no function ${JSON.stringify(name)}`,
    close !== undefined
      ? `Did you mean ${JSON.stringify(close)}?`
      : 'Names come from the name section, imports and exports; a function without one is asked for by its index',
  )
}

function sizeOf(module: WasmModule, index: number): number {
  const { bodies, importedFunctions } = module
  const i = index - importedFunctions
  return i < 0 ? 0 : bodies.bodyEnd[i]! - bodies.entryStart[i]!
}

function sourcesOf({ graph }: CodeGraph, number: number): number[] {
  const sources: number[] = []
  for (let item = 0; item < graph.sizes.length; item++) {
    for (let edge = graph.first[item]!; edge < graph.first[item + 1]!; edge++) {
      if (graph.targets[edge] === number) sources.push(item)
    }
  }
  return sources
}

function listing(title: string, texts: readonly string[]): string[] {
  if (texts.length === 0) return []
  const more = texts.length > listed ? [`  … and ${texts.length - listed} more`] : []
  return [`${title}:`, ...texts.slice(0, listed).map((text) => `  ${text}`), ...more]
}
