import type { JsonValue } from '../../core/json.ts'
import { largestKept } from './graph/largest-kept.ts'
import type { WasmDetail } from './detail.ts'
import { binaryenFlags, compareFeatures, runtimeFeature } from './features.ts'
import { bytesOfKind, readUrl } from './read/custom/custom-kind.ts'
import { readDylink } from './read/custom/dylink-section.ts'
import { readTargetFeatures } from './read/custom/target-features-section.ts'

/** Entries of `largestKept`. */
const keptListed = 10

/** Facts for people and scripts. Names are stable; see docs/wasm.md. */
export function wasmProperties(detail: WasmDetail): { readonly [key: string]: JsonValue } {
  const { modules, component, interfaces, producers } = detail
  const sum = (count: (module: (typeof modules)[number]) => number): number =>
    modules.reduce((total, module) => total + count(module), 0)
  const used = [...new Set(detail.features.map(({ feature }) => runtimeFeature(feature)))].sort(compareFeatures)
  const only = modules.length === 1 ? modules[0] : undefined
  const targetFeatures = only === undefined ? undefined : readTargetFeatures(only)
  const dylink = only === undefined ? undefined : readDylink(only)
  const sourceMap = only === undefined ? undefined : readUrl(only, 'sourceMappingURL')
  const customSections = modules.flatMap(({ sections }) => sections.flatMap(({ customName }) => customName ?? []))
  return {
    kind: component !== undefined ? 'component' : customSections.includes('linking') ? 'object' : dylink ? 'shared library' : 'module',
    features: used,
    wasmOptFlags: binaryenFlags(detail.features.map(({ feature }) => feature)).slice(1),
    ...(targetFeatures === undefined ? {} : { targetFeatures: { ...targetFeatures } }),
    interfaces: interfaces.map(({ id, version }) => (version === undefined ? id : `${id}@${version}`)),
    ...(component === undefined
      ? { imports: importCounts(detail), exports: sum(({ exports }) => exports.length) }
      : {
          coreModules: modules.length,
          imports: component.imports.map(({ name }) => name),
          exports: component.exports.map(({ name }) => name),
        }),
    languages: producers.filter(({ field }) => field === 'language').map(({ name }) => name),
    tools: producers.filter(({ field }) => field !== 'language').map(({ name, version }) => `${name} ${version}`.trim()),
    functions: sum(({ bodies }) => bodies.count),
    instructions: sum(({ instructions }) => instructions),
    memory: modules.flatMap(({ memories }) =>
      memories.map(({ minimum, maximum, pageSize, shared, imported, is64 }) => ({
        initialBytes: minimum * pageSize,
        maximumBytes: maximum === undefined ? null : maximum * pageSize,
        shared,
        imported,
        ...(is64 ? { is64 } : {}),
      })),
    ),
    tables: modules.flatMap(({ tables }) =>
      tables.map(({ minimum, maximum, imported }) => ({ initial: minimum, maximum: maximum ?? null, imported })),
    ),
    dataBytes: sum(({ data }) => data.reduce((bytes, { contents }) => bytes + contents.end - contents.start, 0)),
    nameBytes: sum((module) => bytesOfKind(module, 'names')),
    dwarfBytes: sum((module) => bytesOfKind(module, 'dwarf')),
    ...(sourceMap === undefined ? {} : { sourceMap }),
    ...(dylink === undefined ? {} : { dylink: { memorySize: dylink.memorySize, tableSize: dylink.tableSize, needed: dylink.needed } }),
    ...(detail.graphs === undefined || detail.namesOf === undefined || only === undefined
      ? {}
      : { largestKept: largestKept(detail.graphs[0]!, only, detail.namesOf(only), keptListed).map((kept) => ({ ...kept })) }),
    customSections: [...new Set(customSections)].sort(),
  }
}

/** Imports by module. */
function importCounts({ modules }: WasmDetail): { readonly [module: string]: number } {
  const counts = new Map<string, number>()
  for (const { imports } of modules) for (const { module } of imports) counts.set(module, (counts.get(module) ?? 0) + 1)
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
}
