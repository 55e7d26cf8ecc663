import type { SizeView } from '../../../core/analysis.ts'
import { buildSizeMap, type SizeMap, type SizeRange } from '../../../core/size-map.ts'
import type { WasmComponent } from '../read/component.ts'
import type { WasmModule } from '../read/module.ts'
import type { SymbolNames } from '../names/symbol-names.ts'

/** Names a module's functions; called only for views that need it. */
export type NamesOf = (module: WasmModule) => SymbolNames

/**
 * Where the bytes of a file are. `section`: sections as they are (of a component: of its core modules too).
 * `segment`: data and element segments one by one. `symbol`: functions and segments by name. `package`: functions by
 * the crate, namespace, Go package or module they come from. `module`: a component's core modules.
 */
export function wasmSizeMap(
  byteLength: number,
  modules: readonly WasmModule[],
  component: WasmComponent | undefined,
  view: SizeView,
  namesOf: NamesOf,
): SizeMap {
  const claims: SizeRange[] = []
  if (component !== undefined) claimComponent(component, '', claims)
  const several = modules.length > 1
  for (const [i, module] of modules.entries()) {
    const prefix = several ? `core module ${i}: ` : ''
    if (view === 'module' && component !== undefined) {
      claims.push({ label: `core module ${i}`, kind: 'module', offset: module.base, size: module.bytes.length })
    } else {
      claimModule(module, view === 'module' ? 'package' : view, prefix, claims, namesOf)
    }
  }
  // What is inside comes before what holds it where both begin at one place; the holder's rest is not a gap.
  return buildSizeMap(byteLength, claims)
}

function claimModule(module: WasmModule, view: SizeView, prefix: string, claims: SizeRange[], namesOf: NamesOf): void {
  const { base } = module
  const claim = (label: string, kind: string, start: number, end: number): void => {
    if (end > start) claims.push({ label, kind, offset: base + start, size: end - start })
  }
  claim(`${prefix}[header]`, 'header', 0, 8)
  for (const { id, name, customName, start, end } of module.sections) {
    const label = customName === undefined ? `${prefix}${name}` : `${prefix}custom ${customName}`
    if (id === 10 && (view === 'symbol' || view === 'package')) claimFunctions(module, view, prefix, claim, namesOf)
    else if (id === 11 && (view === 'symbol' || view === 'segment')) claimSegments(module.data, 'data', prefix, start, end, claim)
    else if (id === 9 && (view === 'symbol' || view === 'segment')) claimSegments(module.elements, 'element', prefix, start, end, claim)
    else claim(label, id === 0 ? 'custom' : 'section', start, end)
  }
}

type Claim = (label: string, kind: string, start: number, end: number) => void

function claimFunctions(module: WasmModule, view: SizeView, prefix: string, claim: Claim, namesOf: NamesOf): void {
  const names = namesOf(module)
  const { bodies, importedFunctions } = module
  const section = module.sections.find(({ id }) => id === 10)!
  claim(`${prefix}[code section]`, 'section', section.start, bodies.count === 0 ? section.end : bodies.entryStart[0]!)
  for (let i = 0; i < bodies.count; i++) {
    const index = importedFunctions + i
    const label =
      view === 'symbol' ? names.display(index) : names.package(index)
    claim(prefix + label, view === 'symbol' ? 'function' : 'package', bodies.entryStart[i]!, bodies.bodyEnd[i]!)
  }
}

function claimSegments(
  segments: readonly { readonly start: number; readonly end: number }[],
  kind: string,
  prefix: string,
  start: number,
  end: number,
  claim: Claim,
): void {
  claim(`${prefix}[${kind} section]`, 'section', start, segments[0]?.start ?? end)
  for (const [i, segment] of segments.entries()) claim(`${prefix}${kind} ${i}`, kind, segment.start, segment.end)
}

function claimComponent(component: WasmComponent, prefix: string, claims: SizeRange[]): void {
  const { base } = component
  claims.push({ label: `${prefix}[component header]`, kind: 'header', offset: base, size: 8 })
  const nested = new Map(component.components.map(({ section, component }) => [section, component]))
  for (const section of component.sections) {
    const inside = nested.get(section)
    const label = section.customName === undefined ? section.name : `custom ${section.customName}`
    const whole = section.id !== 1 && inside === undefined
    claims.push({
      label: `${prefix}[component] ${label}`,
      kind: section.id === 0 ? 'custom' : 'section',
      offset: base + section.start,
      size: (whole ? section.end : section.contents) - section.start,
    })
    if (inside !== undefined) claimComponent(inside, prefix, claims)
  }
}
