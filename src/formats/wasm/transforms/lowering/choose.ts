import { ConfigError } from '../../../../core/errors.ts'
import { nearest } from '../../../../core/nearest.ts'
import type { WasmDetail } from '../../detail.ts'
import { featureIds, type FeatureId, features, findFeature, runtimeFeature } from '../../features.ts'
import type { WasmModule } from '../../read/module.ts'
import type { WasmSettings } from '../wasm-settings.ts'
import { lowerings, whyNotLowered } from './lowerings.ts'

/** A feature that is to go. */
export interface Wanted {
  readonly feature: FeatureId
  /** The targets that lack it; empty when the user named the feature. */
  readonly targets: readonly string[]
}

/** The features named, and those that a target lacks, which the file uses. @throws ConfigError for a name that is none */
export function wanted(detail: WasmDetail, { lower: names, absent }: WasmSettings): Wanted[] {
  const named = new Set(names.map(featureNamed))
  return detail.features.flatMap(({ feature }) => {
    const name = runtimeFeature(feature)
    const targets = absent[name] ?? []
    if (named.has(feature) || named.has(name)) return [{ feature, targets: [] }]
    return targets.length > 0 && features[name].need === undefined ? [{ feature, targets }] : []
  })
}

function featureNamed(name: string): FeatureId {
  const id = findFeature(name)
  if (id !== undefined) return id
  const near = nearest(name, featureIds)
  throw new ConfigError(`wasm.lower: \`${name}\` is no WebAssembly feature`, near && `Did you mean \`${near}\`?`)
}

/** A feature that stays. */
export interface Left extends Wanted {
  readonly why: string
}

/**
 * What is lowered of what is wanted. For a target that lacks something else as well, which has to stay, nothing is:
 * the module would be larger, and would not run there all the same.
 */
export function choose(detail: WasmDetail, settings: WasmSettings): { readonly chosen: readonly Wanted[]; readonly left: readonly Left[] } {
  const possible: Wanted[] = []
  const left: Left[] = []
  const failing = new Set<string>()
  const leave = (one: Wanted, why: string): void => {
    left.push({ ...one, why })
    // A host that knows no components may well run the core modules, once they are taken out.
    if (one.feature !== 'component-model') for (const target of one.targets) failing.add(target)
  }
  for (const one of wanted(detail, settings)) {
    const why = whyNot(one, detail)
    if (why === undefined) possible.push(one)
    else leave(one, why)
  }
  for (const one of possible.filter(({ targets }) => targets.some((target) => !failing.has(target)))) {
    const conflict = lacksWhatComesInstead(one.feature, settings, failing)
    if (conflict !== undefined) leave(one, conflict)
  }
  const chosen = possible.flatMap(({ feature, targets }) => {
    const served = targets.filter((target) => !failing.has(target))
    return targets.length > 0 && served.length === 0 ? [] : [{ feature, targets: served }]
  })
  return { chosen, left }
}

/** Why the feature has to stay; undefined when it can be lowered. */
function whyNot({ feature, targets }: Wanted, detail: WasmDetail): string | undefined {
  const lowering = lowerings[feature]
  if (lowering === undefined) return whyNotLowered(feature)
  if (targets.length > 0 && lowering.caution !== undefined) return `${lowering.caution}; \`--wasm-lower ${feature}\` does it all the same`
  const memory = lowering.changesMemories === true && detail.modules.some((module) => importsMemory(module, feature))
  return memory ? 'the memory is imported, and the host would have to make another one' : undefined
}

/** One file is for all targets that it can run on: what it needs instead must be there on each of them. */
function lacksWhatComesInstead(feature: FeatureId, { absent }: WasmSettings, failing: ReadonlySet<string>): string | undefined {
  for (const next of lowerings[feature]!.instead ?? []) {
    const lacking = (absent[next] ?? []).filter((target) => !failing.has(target))
    if (lacking.length > 0) return `only to ${next}, which ${lacking.join(', ')} does not have`
  }
  return undefined
}

function importsMemory({ memories }: WasmModule, feature: FeatureId): boolean {
  return memories.some(({ imported, is64 }) => imported && (feature !== 'memory64' || is64))
}
