import { from } from '../../fact.ts'
import type { EngineName, Target } from '../../target.ts'

const named = from('the name of the target', '2026-11-20', 'stated')

const titles: Readonly<Partial<Record<EngineName, string>>> = {
  node: 'Node.js',
  deno: 'Deno',
  bun: 'Bun',
  chrome: 'Chrome',
  edge: 'Edge',
  firefox: 'Firefox',
  safari: 'Safari',
  wasmtime: 'Wasmtime',
  wasmedge: 'WasmEdge',
  wasmer: 'Wasmer',
  wazero: 'wazero',
  wasm3: 'wasm3',
  wasmi: 'Wasmi',
  graalwasm: 'GraalWasm',
}

/** Engines that run WebAssembly and nothing else. */
const wasmOnly = /^(wasmtime|wasmedge|wasmer|wazero|wasm3|wasmi|graalwasm)$/

/** Versions that the listing shows; any version can be asked for. */
export const engineIds: readonly string[] = [
  'chrome120',
  'edge120',
  'firefox121',
  'safari16.4',
  'deno2.0',
  'bun1.2',
  'wasmtime49',
  'wasmedge0.14',
  'wasmer7.1',
  'wazero1.11',
  'wasm3-0.9',
]

/** `node22.12`, `chrome100`, `safari-16.4`, `deno2`, `bun1.2`, `wasmtime49`. */
export function parseEngine(id: string): Target | undefined {
  const parts =
    /^(node|deno|bun|chrome|edge|firefox|safari|wasmtime|wasmedge|wasmer|wazero|wasm3|wasmi|graalwasm)[-@]?v?(\d+(?:\.\d+)*)$/.exec(
      id,
    )
  if (parts === null) return undefined
  const name = parts[1] as EngineName
  const version = parts[2] ?? ''
  const noNativeCode = wasmOnly.test(name)
  const browser = !noNativeCode && name !== 'node' && name !== 'deno' && name !== 'bun'
  return {
    id,
    title: `${titles[name] ?? name} ${version}`,
    family: browser ? 'browser' : 'runtime',
    ...(browser || noNativeCode ? { architectures: named(['wasm32']) } : {}),
    engine: named({ name, version }),
    runtimeCompilation: named(true),
    limits: [],
  }
}
