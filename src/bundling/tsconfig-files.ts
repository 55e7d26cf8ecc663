import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import type { BundleOptions } from './bundle-options.ts'
import type { ModuleGraph } from './module-graph.ts'

/** Every tsconfig that can have had a say: those above the modules, the one given, and what they extend. */
export function tsconfigFiles(graph: ModuleGraph, options: BundleOptions): string[] {
  const found = new Set<string>()
  const add = (path: string): void => {
    if (found.has(path)) return
    const text = readText(path)
    if (text === undefined) return
    found.add(path)
    for (const [, one, list] of text.matchAll(/"extends"\s*:\s*(?:"([^"]+)"|\[([^\]]*)\])/g)) {
      const names = one === undefined ? [...(list ?? '').matchAll(/"([^"]+)"/g)].map((match) => match[1]!) : [one]
      for (const name of names) addExtended(name, path, add)
    }
  }
  if (options.tsconfig !== null) add(resolve(options.root, options.tsconfig))
  const folders = new Set(graph.modules.filter((module) => module.package === undefined).map((module) => dirname(resolve(options.root, module.id))))
  for (const folder of folders) {
    for (let at = folder; ; at = dirname(at)) {
      add(join(at, 'tsconfig.json'))
      if (dirname(at) === at) break
    }
  }
  return [...found]
}

function addExtended(name: string, from: string, add: (path: string) => void): void {
  if (name.startsWith('.') || isAbsolute(name)) {
    const path = resolve(dirname(from), name)
    for (const candidate of [path, `${path}.json`, join(path, 'tsconfig.json')]) add(candidate)
    return
  }
  const require = createRequire(from)
  for (const candidate of [name, `${name}.json`, `${name}/tsconfig.json`]) {
    try {
      add(require.resolve(candidate))
    } catch {
      // not under that name
    }
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
