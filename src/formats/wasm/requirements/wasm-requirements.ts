import type { Evidence, Requirement } from '../../../core/requirement.ts'
import type { WasmDetail } from '../detail.ts'
import { compareFeatures, type FeatureId, features, runtimeFeature } from '../features.ts'
import type { FeatureUse } from '../read/feature-recorder.ts'
import type { Import, WasmModule } from '../read/module.ts'

/** Imports of one module that no interface claims are listed one by one up to here. */
const importsListed = 200

/** Names a function of a module by its index. */
export type NameFunction = (module: WasmModule, index: number) => string

/** Everything a runtime must have for the file to be instantiated, in a stable order. */
export function wasmRequirements(detail: WasmDetail, unclaimed: readonly Import[], nameFunction: NameFunction): Requirement[] {
  return [
    ...featureRequirements(detail, nameFunction),
    ...interfaceRequirements(detail),
    ...importRequirements(unclaimed),
    ...memoryRequirements(detail.modules),
    ...compilationRequirements(detail),
  ]
}

/** The features that a runtime must know, refinements folded into what runtimes call them. */
function featureRequirements(detail: WasmDetail, nameFunction: NameFunction): Requirement[] {
  const byName = new Map<FeatureId, FeatureUse[]>()
  for (const use of detail.features) {
    const name = runtimeFeature(use.feature)
    byName.set(name, [...(byName.get(name) ?? []), use])
  }
  // Tags alone run on engines with either version of exception handling; beside one of them they say nothing more.
  if (byName.has('exceptions') || byName.has('exceptions-final')) byName.delete('exception-tags')
  return [...byName.keys()].sort(compareFeatures).map((name) => ({
    kind: 'wasm-feature' as const,
    name,
    need: features[name].need ?? ('required' as const),
    evidence: byName.get(name)!.map((use) => featureEvidence(detail, use, nameFunction)),
  }))
}

function featureEvidence(detail: WasmDetail, use: FeatureUse, nameFunction: NameFunction): Evidence {
  const module = moduleAt(detail.modules, use.offset)
  const index = module === undefined ? undefined : functionAt(module, use.offset - module.base)
  return {
    text: use.count === 1 ? use.what : `${use.what}, the first of ${use.count} uses`,
    offset: use.offset,
    ...(index === undefined || module === undefined ? {} : { function: nameFunction(module, index) }),
  }
}

function moduleAt(modules: readonly WasmModule[], offset: number): WasmModule | undefined {
  return modules.find(({ base, bytes }) => offset >= base && offset < base + bytes.length)
}

/** The function whose entry holds `offset`, by binary search; undefined outside the code section. */
function functionAt(module: WasmModule, offset: number): number | undefined {
  const { count, entryStart, bodyEnd } = module.bodies
  let low = 0
  let high = count - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    if (offset < entryStart[middle]!) high = middle - 1
    else if (offset >= bodyEnd[middle]!) low = middle + 1
    else return module.importedFunctions + middle
  }
  return undefined
}

/** Each interface once; of host interfaces each call as well. */
function interfaceRequirements(detail: WasmDetail): Requirement[] {
  const requirements: Requirement[] = []
  for (const use of detail.interfaces) {
    if (use.id === 'js-string-builtins') continue // a feature
    const calls = use.imports.length
    requirements.push({
      kind: 'wasm-interface',
      name: use.id,
      ...(use.version === undefined ? {} : { version: use.version }),
      ...(calls === 0 ? {} : { value: calls }),
      need: 'required',
      evidence: [{ text: calls > 1 ? `${use.evidence} and ${calls - 1} more` : use.evidence, ...offsetOf(use.imports[0]) }],
    })
  }
  for (const use of detail.interfaces) {
    if (use.role !== 'host' || use.id === 'js-string-builtins') continue
    for (const entry of use.imports) requirements.push(importRequirement(entry))
  }
  return requirements
}

function importRequirement(entry: Import): Requirement {
  return {
    kind: 'wasm-import',
    name: `${entry.module}.${entry.name}`,
    need: 'required',
    evidence: [{ text: `import ${entry.kind} ${entry.module}.${entry.name}`, offset: entry.start }],
  }
}

function offsetOf(entry: Import | undefined): { offset?: number } {
  return entry === undefined ? {} : { offset: entry.start }
}

/** What no known interface claims: the program's own imports. */
function importRequirements(unclaimed: readonly Import[]): Requirement[] {
  const byModule = new Map<string, Import[]>()
  for (const entry of unclaimed) {
    const list = byModule.get(entry.module)
    if (list === undefined) byModule.set(entry.module, [entry])
    else list.push(entry)
  }
  const requirements: Requirement[] = []
  for (const name of [...byModule.keys()].sort()) {
    const imports = byModule.get(name)!
    if (imports.length <= importsListed) {
      requirements.push(...imports.map(importRequirement))
      continue
    }
    const [first] = imports
    requirements.push({
      kind: 'wasm-import',
      name: `${name}.*`,
      value: imports.length,
      need: 'required',
      evidence: [{ text: `${imports.length} imports, the first is ${first!.name}`, offset: first!.start }],
    })
  }
  return requirements
}

/** Bytes of all memories: at start, at most, and whether threads share them. */
function memoryRequirements(modules: readonly WasmModule[]): Requirement[] {
  const memories = modules.flatMap(({ memories }) => memories)
  if (memories.length === 0) return []
  const bytes = (pages: number, index: number): number => pages * memories[index]!.pageSize
  const initial = memories.reduce((sum, { minimum }, index) => sum + bytes(minimum, index), 0)
  const imported = memories.some((memory) => memory.imported)
  const text = memories.length === 1 ? `${memories[0]!.minimum} pages${imported ? ', imported' : ''}` : `${memories.length} memories`
  const requirements: Requirement[] = [
    { kind: 'wasm-memory', name: 'initial', value: initial, need: 'required', evidence: [{ text: `initial memory: ${text}` }] },
  ]
  if (memories.every(({ maximum }) => maximum !== undefined)) {
    const maximum = memories.reduce((sum, memory, index) => sum + bytes(memory.maximum!, index), 0)
    const shared = memories.some((memory) => memory.shared)
    requirements.push({
      kind: 'wasm-memory',
      name: 'maximum',
      value: maximum,
      // Engines reserve a shared memory's maximum when it is made; others grow towards it.
      need: shared ? 'required' : 'possible',
      evidence: [{ text: `maximum memory: ${memories.map((memory) => memory.maximum).join(' + ')} pages` }],
    })
  }
  const sharedBytes = memories.reduce((sum, memory, index) => sum + (memory.shared ? bytes(memory.minimum, index) : 0), 0)
  if (memories.some((memory) => memory.shared)) {
    requirements.push({ kind: 'wasm-memory', name: 'shared', value: sharedBytes, need: 'required', evidence: [{ text: 'shared memory' }] })
  }
  return requirements
}

/** A module that links others at run time has them compiled there. */
function compilationRequirements(detail: WasmDetail): Requirement[] {
  const dlopen = detail.modules
    .flatMap(({ imports }) => imports)
    .find(({ name }) => /^_*(emscripten_)?dlopen(_js)?$/.test(name))
  if (dlopen !== undefined) {
    return [
      {
        kind: 'runtime-compilation',
        name: 'webassembly',
        need: 'possible',
        evidence: [{ text: `import ${dlopen.module}.${dlopen.name} loads modules at run time`, offset: dlopen.start }],
      },
    ]
  }
  for (const module of detail.modules) {
    const section = module.sections.find(({ customName }) => customName === 'dylink.0')
    if (section === undefined) continue
    return [
      {
        kind: 'runtime-compilation',
        name: 'webassembly',
        need: 'required',
        evidence: [{ text: 'section dylink.0: a library that a dynamic linker loads', offset: module.base + section.start }],
      },
    ]
  }
  return []
}

