import type { Confidence, Engine } from '../target.ts'
import { compareVersions } from '../../core/compare-versions.ts'
import { nodeRelease } from './node-releases.ts'
import { type WasmRuntime, wasmRuntimes } from './wasm-runtimes.ts'

/** Features that came with another one. */
const partOf: Readonly<Record<string, string>> = {
  'bulk-memory-opt': 'bulk-memory',
  'passive-elements': 'bulk-memory',
  'call-indirect-overlong': 'reference-types',
}

export interface WasmSupport {
  readonly has: 'yes' | 'no' | 'unknown'
  /** First version that has it; left out where no version has, or all have. */
  readonly since?: string
  /** The version in question, in the same numbering; left out when the engine gives none. */
  readonly version?: string
  /** Whose versions these are: the engine itself, or the Chrome of the same V8. */
  readonly numbering: string
  /** Set where only the releases of one line are meant. */
  readonly line?: string
  readonly source: string
  readonly date: string
  readonly confidence: Confidence
}

const confidences: Readonly<Record<WasmRuntime['how'], Confidence>> = {
  measured: 'measured',
  documented: 'documented',
  inferred: 'derived',
}

/** What is known of the runtime that is this engine in this version; undefined: nothing. */
export function wasmRuntime(
  engine: Engine,
): { readonly runtime: WasmRuntime; readonly version: string | undefined } | undefined {
  const name = engine.name === 'edge' ? 'chrome' : engine.name
  const major = engine.version?.split('.')[0]
  const byLine = Object.values(wasmRuntimes).find(
    ({ engine, line }) => engine === name && line !== undefined && line === major,
  )
  if (byLine !== undefined) return { runtime: byLine, version: engine.version }
  const runtime = Object.values(wasmRuntimes).find(({ engine, line }) => engine === name && line === undefined)
  if (runtime !== undefined) return { runtime, version: engine.version }
  if (name !== 'node') return undefined
  // Lines that were not asked are judged by the Chrome of the same V8: V8 11.3 is that of Chrome 113.
  const v8 = nodeRelease(engine.version)?.v8.split('.')
  return v8 === undefined ? undefined : { runtime: wasmRuntimes['chrome']!, version: `${v8[0]}${v8[1]}` }
}

/** Does `engine` have `feature`, and since when? undefined: not known. */
export function wasmSupport(engine: Engine, feature: string): WasmSupport | undefined {
  const found = wasmRuntime(engine)
  const since = found?.runtime.features[partOf[feature] ?? feature]
  if (found === undefined || since === undefined) return undefined
  const { runtime, version } = found
  const known = {
    source: runtime.source,
    date: runtime.date,
    confidence: confidences[runtime.how],
    ...(runtime.line === undefined ? {} : { line: runtime.line }),
    numbering: engine.name === runtime.engine || runtime.line !== undefined ? engine.name : runtime.engine,
    ...(version === undefined ? {} : { version }),
  }
  if (since === false) return { has: 'no', ...known }
  if (since === true) {
    const older = runtime.checked !== undefined && version !== undefined && isBefore(version, runtime.checked)
    return { has: older ? 'unknown' : 'yes', ...known }
  }
  if (version === undefined) return { has: 'unknown', since, ...known }
  return { has: isBefore(version, since) ? 'no' : 'yes', since, ...known }
}

/** The features that `engine` is known not to have. */
export function absentWasmFeatures(engine: Engine): string[] {
  const known = wasmRuntime(engine)?.runtime.features ?? {}
  return Object.keys(known).filter((feature) => wasmSupport(engine, feature)?.has === 'no')
}

/** `22` means the newest 22: only the parts that both have are compared. */
function isBefore(version: string, since: string): boolean {
  const parts = version.split('.').length
  return compareVersions(version, since.split('.').slice(0, parts).join('.')) < 0
}
