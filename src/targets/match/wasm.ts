import type { CapabilityKind } from '../../core/requirement.ts'
import { wasmRuntime, type WasmSupport, wasmSupport } from '../data/wasm-support.ts'
import type { WasmRuntime } from '../data/wasm-runtimes.ts'
import type { Check } from './outcome.ts'
import { met, unknown, unmet, witness } from './outcome.ts'

type WasmKind = Extract<CapabilityKind, 'wasm-feature' | 'wasm-import' | 'wasm-interface' | 'wasm-memory'>

const feature: Check = (requirement, target) => {
  const engine = target.engine
  const name = requirement.name
  if (engine === undefined)
    return unknown(`uses the WebAssembly feature ${name}, and the data does not say what runs on ${target.id}`)
  const support = wasmSupport(engine.value, name)
  if (support === undefined) {
    return unknown(
      `uses the WebAssembly feature ${name}${witness(requirement)}, and the data does not say whether ${target.id} has it`,
      undefined,
      engine,
    )
  }
  const fact = { value: name, source: support.source, date: support.date, confidence: support.confidence }
  switch (support.has) {
    case 'yes':
      return met(fact)
    case 'no':
      return unmet(
        `uses the WebAssembly feature ${name}${witness(requirement)}, ${absence(support)}`,
        name === 'component-model' ? transpileHint : loweringHint,
        fact,
      )
    case 'unknown':
      return unknown(
        `uses the WebAssembly feature ${name}${witness(requirement)}, and the data does not say whether this version of ${engine.value.name} has it`,
        undefined,
        fact,
      )
  }
}

function absence({ since, version, numbering, line }: WasmSupport): string {
  if (since === undefined) return `which no released ${numbering}${line === undefined ? '' : ` ${line}`} has without a switch`
  return `and ${numbering} ${since} is the first to have it, the target has ${numbering} ${version ?? ''}`.trimEnd()
}

const loweringHint = 'compile without it, or lower it (`shrink build --target` does where it can)'
const transpileHint = 'ship what `jco transpile` makes of it'

/** Interfaces by the import modules of their calls, where the module's name is not the interface's. */
const interfaceOfModule: readonly (readonly [RegExp, string])[] = [
  [/^wasi_snapshot_preview1$/, 'wasi-preview1'],
  [/^wasi_unstable$/, 'wasi-preview1'],
  [/^wasi$/, 'wasi-threads'],
  [/^wasix_/, 'wasix'],
  [/^wasi_ephemeral_nn$/, 'wasi-nn'],
  [/^fastly_/, 'fastly'],
]

const wasiHint = 'build for wasm32-wasip1'

/** A call: JavaScript gives a module whatever it imports; without JavaScript the runtime itself must know the module. */
const imports: Check = (requirement, target) => {
  const engine = target.engine
  if (engine === undefined)
    return unknown(`imports ${requirement.name}, and the data does not say what runs on ${target.id}`)
  const found = wasmRuntime(engine.value)
  const module = /^[^.@]*(?:@\d+\.\d+\.\d+)?/.exec(requirement.name)![0]
  const offered = offers(interfacesOf(engine.value.name, found?.runtime), interfaceOfModule.find(([name]) => name.test(module))?.[1] ?? module)
  if (offered || runsJavaScript(engine.value.name, found?.runtime)) return met(engine)
  return unmet(`imports ${requirement.name}${witness(requirement)}, which ${target.title} does not offer`, wasiHint, engine)
}

/** `wasi` without an entry of its own is what its name says; of other engines nothing is known. */
function interfacesOf(engine: string, runtime: WasmRuntime | undefined): readonly string[] {
  return runtime?.interfaces ?? (engine === 'wasi' ? ['wasi-preview1'] : [])
}

function runsJavaScript(engine: string, runtime: WasmRuntime | undefined): boolean {
  return runtime?.javascript ?? engine !== 'wasi'
}

/** `wasi:0.2` stands for every interface of that version; `wasi-preview0` is answered by preview 1. */
function offers(interfaces: readonly string[], name: string): boolean {
  if (interfaces.includes(name) || (name === 'wasi-preview0' && interfaces.includes('wasi-preview1'))) return true
  return name.startsWith('wasi:') && interfaces.includes('wasi:0.2') && !/@0\.[^2]/.test(name)
}

/** An interface as a whole: the runtime's own, or glue in JavaScript. */
const interfaceCheck: Check = (requirement, target) => {
  const engine = target.engine
  if (engine === undefined)
    return unknown(`uses ${requirement.name}, and the data does not say what runs on ${target.id}`)
  const found = wasmRuntime(engine.value)
  const { name, version } = requirement
  const named = version === undefined || !name.startsWith('wasi:') ? name : `${name}@${version}`
  if (offers(interfacesOf(engine.value.name, found?.runtime), named)) return met(engine)
  if (!runsJavaScript(engine.value.name, found?.runtime)) {
    return unmet(
      name.startsWith('wasi')
        ? `is made for ${named}, which ${target.title} does not offer`
        : `needs ${name} from its host, and ${target.title} neither offers it nor runs JavaScript that could`,
      wasiHint,
      engine,
    )
  }
  if (!name.startsWith('wasi')) return met(engine)
  return unknown(
    `is made for ${named}${witness(requirement)}, which ${target.title} does not offer by itself`,
    'ship a WASI shim with it, or transpile a component with jco',
    engine,
  )
}

/** Wasm32 memory is at most 4 GiB; V8 allows all of it, and a module that asks for more does not validate. */
const memory: Check = (requirement, target) => {
  const limit = target.limits.find((candidate) => candidate.name === 'memory')
  const bytes = requirement.value
  if (requirement.name !== 'initial' || bytes === undefined || limit === undefined) return met()
  // The limit is for code, the JavaScript heap and this memory together: one that is as large leaves nothing.
  if (bytes < limit.max.value) return met(limit.max)
  return unmet(
    `asks for ${bytes} bytes of memory at start, and ${target.id} has ${limit.max.value} for everything`,
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
