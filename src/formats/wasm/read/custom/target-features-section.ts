import { MalformedError } from '../../../../core/errors.ts'
import { type FeatureId, features } from '../../features.ts'
import type { WasmModule } from '../module.ts'
import { WasmCursor } from '../wasm-cursor.ts'

/** What a `target_features` section says against what the module does. */
export interface TargetFeatures {
  /** Names with prefix `+` or `=`, as written. */
  readonly claimed: readonly string[]
  /** Claimed, not used. */
  readonly unused: readonly string[]
  /** Used, known to this section, not claimed. */
  readonly missing: readonly string[]
}

/** Undefined when the module has no such section, or it cannot be read (tool-conventions/Linking.md). */
export function readTargetFeatures(module: WasmModule): TargetFeatures | undefined {
  const section = module.sections.find(({ customName }) => customName === 'target_features')
  if (section === undefined) return undefined
  const claimed: string[] = []
  try {
    const cursor = new WasmCursor(module.bytes, module.base, section.contents, section.end)
    const count = cursor.u32('target features')
    for (let i = 0; i < count; i++) {
      const prefix = String.fromCharCode(cursor.u8('target feature prefix'))
      const name = cursor.name('target feature')
      if (prefix === '+' || prefix === '=') claimed.push(name)
    }
  } catch (error) {
    if (error instanceof MalformedError) return undefined
    throw error
  }
  claimed.sort()
  const used = new Set(module.features.flatMap(({ feature }) => targetNames(feature)))
  const mayBeLeftOut = new Set(module.features.flatMap(({ feature }) => impliedBy(feature)))
  return {
    claimed,
    unused: claimed.filter((name) => !used.has(name)),
    missing: [...used].filter((name) => !claimed.includes(name) && !mayBeLeftOut.has(name)).sort(),
  }
}

function targetNames(feature: FeatureId): string[] {
  const { targetFeature, partOf } = features[feature]
  const whole = partOf === undefined ? undefined : features[partOf].targetFeature
  return [targetFeature, whole].filter((name) => name !== undefined)
}

/** Older toolchains claim `bulk-memory` where newer ones say `bulk-memory-opt`, and the other way round. */
function impliedBy(feature: FeatureId): string[] {
  switch (feature) {
    case 'bulk-memory-opt':
      return ['bulk-memory-opt', 'bulk-memory']
    case 'call-indirect-overlong':
      return ['call-indirect-overlong', 'reference-types']
    default:
      return []
  }
}
