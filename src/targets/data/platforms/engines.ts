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
}

/** Browser versions that the listing shows; any version can be asked for. */
export const engineIds: readonly string[] = ['chrome120', 'edge120', 'firefox121', 'safari16.4', 'deno2.0', 'bun1.2']

/** `node22.12`, `chrome100`, `safari-16.4`, `deno2`, `bun1.2`. */
export function parseEngine(id: string): Target | undefined {
  const parts = /^(node|deno|bun|chrome|edge|firefox|safari)[-@]?v?(\d+(?:\.\d+)*)$/.exec(id)
  if (parts === null) return undefined
  const name = parts[1] as EngineName
  const version = parts[2] ?? ''
  const browser = name !== 'node' && name !== 'deno' && name !== 'bun'
  return {
    id,
    title: `${titles[name] ?? name} ${version}`,
    family: browser ? 'browser' : 'runtime',
    ...(browser ? { architectures: named(['wasm32']) } : {}),
    engine: named({ name, version }),
    runtimeCompilation: named(true),
    limits: [],
  }
}
