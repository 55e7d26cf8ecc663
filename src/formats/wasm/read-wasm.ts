import type { WasmDetail } from './detail.ts'
import { compareFeatures, type FeatureId } from './features.ts'
import { allModules, type WasmComponent } from './read/component.ts'
import { type Producer, readProducers } from './read/custom/producers-section.ts'
import type { FeatureUse } from './read/feature-recorder.ts'
import type { Import, WasmModule } from './read/module.ts'
import { isComponent, readComponent } from './read/read-component.ts'
import { readModule } from './read/read-module.ts'
import { findInterfaces, type InterfaceUse, witName } from './requirements/interfaces.ts'

/** A module or component as read, with what its parts need together. */
export interface WasmFile {
  readonly detail: WasmDetail
  /** Imports of a module that no interface claims. */
  readonly unclaimed: readonly Import[]
}

/** @throws ShrinkError with the offset in the file */
export function readWasm(bytes: Uint8Array): WasmFile {
  const component = isComponent(bytes) ? readComponent(bytes) : undefined
  const modules = component === undefined ? [readModule(bytes)] : allModules(component)
  const producers = distinctProducers(modules)
  // What a component's core modules import is wired inside of it: only its own imports ask something of the host.
  const found =
    component === undefined ? findInterfaces(modules[0]!, producers) : { uses: componentInterfaces(component), unclaimed: [] }
  return {
    detail: {
      kind: component === undefined ? 'module' : 'component',
      modules,
      ...(component === undefined ? {} : { component }),
      features: mergeFeatures(modules, component),
      interfaces: found.uses,
      producers,
    },
    unclaimed: found.unclaimed,
  }
}

function mergeFeatures(modules: readonly WasmModule[], component: WasmComponent | undefined): FeatureUse[] {
  const merged = new Map<FeatureId, FeatureUse>()
  for (const module of modules) {
    for (const use of module.features) {
      // 64-bit integers cross no JavaScript boundary inside a component.
      if (component !== undefined && use.feature === 'big-int') continue
      const known = merged.get(use.feature)
      const offset = module.base + use.offset
      merged.set(use.feature, known === undefined ? { ...use, offset } : { ...known, count: known.count + use.count })
    }
  }
  if (component !== undefined) {
    merged.set('component-model', { feature: 'component-model', count: 1, offset: 4, what: 'component' })
  }
  return [...merged.values()].sort((a, b) => compareFeatures(a.feature, b.feature))
}

function distinctProducers(modules: readonly WasmModule[]): Producer[] {
  const distinct = new Map<string, Producer>()
  for (const module of modules) {
    for (const producer of readProducers(module)) {
      distinct.set(`${producer.field}\0${producer.name}\0${producer.version}`, producer)
    }
  }
  return [...distinct.keys()].sort().map((key) => distinct.get(key)!)
}

/** Interfaces that a component imports, by name and version, and the worlds that its exports belong to. */
function componentInterfaces(component: WasmComponent): InterfaceUse[] {
  const uses: InterfaceUse[] = []
  for (const { name, kind } of [...component.imports].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const match = witName.exec(name)
    uses.push({
      id: match?.[1] ?? name,
      title: match?.[1] ?? name,
      role: 'host',
      ...(match?.[2] === undefined ? {} : { version: match[2] }),
      imports: [],
      evidence: `component import ${kind} ${name}`,
    })
  }
  for (const [exported, world] of worlds) {
    const found = component.exports.find(({ name }) => exported.test(name))
    if (found === undefined) continue
    const version = witName.exec(found.name)?.[2]
    uses.push({
      id: world,
      title: `world ${world}`,
      role: 'host',
      ...(version === undefined ? {} : { version }),
      imports: [],
      evidence: `component export ${found.name}`,
    })
  }
  return uses
}

/** Worlds of WASI 0.2 by the interface that a component for them exports. */
const worlds: readonly (readonly [RegExp, string])[] = [
  [/^wasi:cli\/run(@|$)/, 'wasi:cli/command'],
  [/^wasi:http\/incoming-handler(@|$)/, 'wasi:http/proxy'],
]
