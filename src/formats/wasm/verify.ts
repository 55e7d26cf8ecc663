import type { Analysis } from '../../core/analysis.ts'
import type { WasmDetail } from './detail.ts'
import { features } from './features.ts'
import type { ExternalKind, Import, WasmModule } from './read/module.ts'
import { formatValueType } from './read/value-type.ts'

/** What the rewritten file lost that it must have. */
export function verifyWasm(before: Analysis<WasmDetail>, after: Analysis<WasmDetail>): string[] {
  const problems: string[] = []
  const known = new Set(before.detail.features.map(({ feature }) => feature))
  const newFeatures = after.detail.features.filter(({ feature }) => !known.has(feature) && !known.has(features[feature].partOf ?? feature))
  for (const { feature, what } of newFeatures) problems.push(`it needs the feature ${feature} (${what}), which it did not`)
  if (before.detail.kind !== after.detail.kind) problems.push(`it is a ${after.detail.kind} and was a ${before.detail.kind}`)
  compareLists(componentNames(before), componentNames(after), 'component ', problems)
  if (before.detail.modules.length !== after.detail.modules.length) {
    problems.push(`it has ${after.detail.modules.length} core modules and had ${before.detail.modules.length}`)
    return problems
  }
  for (const [i, module] of before.detail.modules.entries()) {
    problems.push(...interfaceProblems(module, after.detail.modules[i]!))
  }
  return problems
}

/** What the host would miss: other imports or exports than before. @param ignoring kinds whose types may change */
export function interfaceProblems(before: WasmModule, after: WasmModule, ignoring: readonly ExternalKind[] = []): string[] {
  const problems: string[] = []
  compareLists(importTexts(before, ignoring), importTexts(after, ignoring), '', problems, true)
  compareLists(exportTexts(before, ignoring), exportTexts(after, ignoring), '', problems)
  return problems
}

function componentNames({ detail }: Analysis<WasmDetail>): string[] {
  const { component } = detail
  if (component === undefined) return []
  return [
    ...component.imports.map(({ kind, name }) => `import ${kind} ${name}`),
    ...component.exports.map(({ kind, name }) => `export ${kind} ${name}`),
  ]
}

/**
 * What is missing, and what is new. Of imports a part may be gone: what is not used need not be imported, and an
 * optimizer that drops an import asks less of the host.
 */
function compareLists(before: readonly string[], after: readonly string[], prefix: string, problems: string[], mayShrink = false): void {
  const had = new Set(before)
  const has = new Set(after)
  const lost = mayShrink ? [] : [...had].filter((text) => !has.has(text))
  const gained = [...has].filter((text) => !had.has(text))
  if (lost.length > 0) problems.push(`${prefix}${lost[0]} is gone${lost.length > 1 ? `, and ${lost.length - 1} more` : ''}`)
  if (gained.length > 0) problems.push(`${prefix}${gained[0]} is new${gained.length > 1 ? `, and ${gained.length - 1} more` : ''}`)
}

function importTexts(module: WasmModule, ignoring: readonly ExternalKind[]): string[] {
  return module.imports.map((entry) => `import ${entry.kind} ${entry.module}.${entry.name} ${typeText(module, entry, ignoring)}`)
}

function exportTexts(module: WasmModule, ignoring: readonly ExternalKind[]): string[] {
  return module.exports.map((entry) => `export ${entry.kind} ${entry.name} ${typeText(module, entry, ignoring)}`)
}

/** The type of what crosses the boundary, without type indices, which a rewriter may renumber. */
function typeText(module: WasmModule, { kind, index }: Pick<Import, 'kind' | 'index'>, ignoring: readonly ExternalKind[]): string {
  if (ignoring.includes(kind)) return ''
  switch (kind) {
    case 'function':
      return functionText(module, module.functionTypes[index]!)
    case 'tag':
      return functionText(module, module.tags[index]!)
    case 'global': {
      const { type, mutable } = module.globals[index]!
      return `${mutable ? 'mut ' : ''}${valueText(type)}`
    }
    case 'memory': {
      const { minimum, shared, is64, pageSize } = module.memories[index]!
      return `${minimum}${shared ? ' shared' : ''}${is64 ? ' i64' : ''} ${pageSize}`
    }
    case 'table':
      return valueText(module.tables[index]!.element)
  }
}

function functionText(module: WasmModule, index: number): string {
  const type = module.types[index]!
  if (type.kind !== 'function') return type.kind
  return `(${type.params.map(valueText).join(' ')}) -> (${type.results.map(valueText).join(' ')})`
}

function valueText(type: number): string {
  return formatValueType(type).replace(/\$\d+/, '$')
}
