import type { CapabilityKind } from '../../core/requirement.ts'
import { wasmFirstVersion } from '../data/wasm-support.ts'
import { compareVersions } from '../version.ts'
import type { Check } from './outcome.ts'
import { met, unknown, unmet, witness } from './outcome.ts'

type WasmKind = Extract<CapabilityKind, 'wasm-feature' | 'wasm-import' | 'wasm-interface' | 'wasm-memory'>

const feature: Check = (requirement, target) => {
  const engine = target.engine
  const name = requirement.name
  if (engine === undefined)
    return unknown(`uses the WebAssembly feature ${name}, and the data does not say what runs on ${target.id}`)
  const support = wasmFirstVersion(engine.value, name)
  if (support === undefined) {
    return unknown(
      `uses the WebAssembly feature ${name}${witness(requirement)}, and the data does not say whether ${target.id} has it`,
      undefined,
      engine,
    )
  }
  const fact = { value: name, source: support.source, date: support.date, confidence: 'documented' as const }
  if (support.since === null) {
    return unmet(
      `uses the WebAssembly feature ${name}${witness(requirement)}, which no released ${engine.value.name} has`,
      loweringHint,
      fact,
    )
  }
  if (support.has === undefined)
    return unknown(
      `uses the WebAssembly feature ${name}, and the data gives no version of ${engine.value.name}`,
      undefined,
      engine,
    )
  const parts = support.has.split('.').length
  if (compareVersions(support.has, support.since.split('.').slice(0, parts).join('.')) >= 0) return met(fact)
  return unmet(
    `uses the WebAssembly feature ${name}${witness(requirement)}: ${engine.value.name} ${support.since} is the first to have it, the target has ${support.has}`,
    loweringHint,
    fact,
  )
}

const loweringHint = 'compile without it, or lower it (`shrink build` does where it can)'

/** Modules whose functions every WASI preview 1 host has. */
const wasiModules: ReadonlySet<string> = new Set(['wasi_snapshot_preview1', 'wasi_unstable'])

const imports: Check = (requirement, target) => {
  const engine = target.engine
  if (engine === undefined)
    return unknown(`imports ${requirement.name}, and the data does not say what runs on ${target.id}`)
  const module = requirement.name.split('.')[0] ?? requirement.name
  if (engine.value.name === 'wasi') {
    if (wasiModules.has(module)) return met(engine)
    return unmet(
      `imports ${requirement.name}${witness(requirement)}, and ${target.title} offers WASI only`,
      'build for wasm32-wasip1',
      engine,
    )
  }
  return met(engine) // JavaScript gives a module its imports
}

const interfaceCheck: Check = (requirement, target) => {
  const engine = target.engine
  if (engine === undefined)
    return unknown(`uses ${requirement.name}, and the data does not say what runs on ${target.id}`)
  const wasi = /^wasi/i.test(requirement.name)
  const preview2 = /0\.2|p2|preview2|component/i.test(`${requirement.name} ${requirement.version ?? ''}`)
  if (engine.value.name === 'wasi') {
    if (!wasi)
      return unmet(
        `needs the JavaScript glue of ${requirement.name}, and ${target.title} runs no JavaScript`,
        'build for wasm32-wasip1',
        engine,
      )
    return preview2
      ? unmet(`is made for WASI 0.2, and ${target.id} offers preview 1`, 'build for wasm32-wasip1', engine)
      : met(engine)
  }
  if (!wasi) return met(engine)
  if (engine.value.name === 'node' && !preview2) return met(engine)
  return unknown(
    `is made for WASI${witness(requirement)}, which ${target.title} does not offer by itself`,
    'ship a WASI shim with it, or transpile a component with jco',
    engine,
  )
}

/** Wasm32 memory is at most 4 GiB; V8 allows all of it, and a module that asks for more does not validate. */
const memory: Check = (requirement, target) => {
  const limit = target.limits.find((candidate) => candidate.name === 'memory')
  const bytes = requirement.value
  if (requirement.name !== 'initial' || bytes === undefined || limit === undefined) return met()
  if (bytes <= limit.max.value) return met(limit.max)
  return unmet(
    `asks for ${bytes} bytes of memory at start, and ${target.id} has ${limit.max.value}`,
    'lower the initial memory of the module',
    limit.max,
  )
}

export const wasmChecks: Readonly<Record<WasmKind, Check>> = {
  'wasm-feature': feature,
  'wasm-import': imports,
  'wasm-interface': interfaceCheck,
  'wasm-memory': memory,
}
