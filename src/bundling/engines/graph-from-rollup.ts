import { readFileSync, statSync } from 'node:fs'
import { relative } from 'node:path'
import type { GraphImport, GraphModule, ModuleGraph, ModuleKind } from '../module-graph.ts'
import { slashed } from '../paths.ts'
import type { EngineRequest } from './engine.ts'
import { textExtensions } from './engine.ts'

/** What Rollup and Rolldown both tell of a module. */
export interface ModuleInfoLike {
  readonly importedIds: readonly string[]
  readonly dynamicallyImportedIds: readonly string[]
}

/** The module graph in Rollup's terms, without the virtual modules that plugins put in between. */
export function graphFromRollup(
  ids: Iterable<string>,
  moduleInfo: (id: string) => ModuleInfoLike | null,
  renderedBytes: ReadonlyMap<string, number>,
  request: EngineRequest,
): ModuleGraph {
  const known = new Set([...ids].filter((id) => isFile(id)))
  const modules: GraphModule[] = []
  for (const id of known) {
    const info = moduleInfo(id)
    const kind = kindOf(id)
    const edges = new Map<string, GraphImport>()
    const add = (target: string, edgeKind: GraphImport['kind']): void => {
      for (const { path, required } of throughProxies(target, moduleInfo)) {
        if (path === id) continue
        const file = known.has(path)
        const to = file ? slashed(relative(request.options.root, path)) : path
        if (!file && path.startsWith('/')) continue
        const actual = edgeKind === 'import' && (required || kind === 'commonjs') ? 'require' : edgeKind
        edges.set(`${actual} ${to}`, { id: to, kind: actual, external: !file })
      }
    }
    for (const target of info?.importedIds ?? []) add(target, 'import')
    for (const target of info?.dynamicallyImportedIds ?? []) add(target, 'dynamic-import')
    const owner = request.resolver.packageOf(id)
    modules.push({
      id: slashed(relative(request.options.root, id)),
      kind,
      ...(owner === undefined ? {} : { package: { name: owner.name, version: owner.version } }),
      bytes: statSync(id, { throwIfNoEntry: false })?.size ?? 0,
      renderedBytes: renderedBytes.get(id) ?? 0,
      imports: [...edges.values()].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : a.kind < b.kind ? -1 : 1)),
    })
  }
  modules.sort((a, b) => (a.id < b.id ? -1 : 1))
  return { entries: [...request.entries.values()].map((path) => slashed(relative(request.options.root, path))), modules }
}

/** The file behind `\0/path/file.js?commonjs-proxy` and the like. */
export function fileOf(id: string): string {
  return id.replace(/^\0+/, '').replace(/\?commonjs-[\w-]+$/, '')
}

function isFile(id: string): boolean {
  return !id.startsWith('\0') && !id.includes('?') && /^(?:\/|[A-Za-z]:[\\/])/.test(id)
}

function* throughProxies(
  id: string,
  moduleInfo: (id: string) => ModuleInfoLike | null,
): Iterable<{ path: string; required: boolean }> {
  if (id.startsWith('\0')) {
    const file = fileOf(id)
    if (/\?commonjs-/.test(id) && (isFile(file) || !file.startsWith('commonjs'))) yield { path: file, required: true }
    else if (/commonjs-es-import|commonjs-external/.test(id)) {
      for (const next of moduleInfo(id)?.importedIds ?? []) if (!next.startsWith('\0')) yield { path: next, required: true }
    }
    return
  }
  yield { path: id, required: false }
}

/** By extension first; the syntax of a `.js` file decides the rest. */
export function kindOf(path: string): ModuleKind {
  if (path.endsWith('.json')) return 'json'
  if (textExtensions.some((extension) => path.endsWith(extension))) return 'text'
  if (/\.(?:mjs|mts)$/.test(path)) return 'esm'
  if (/\.(?:cjs|cts)$/.test(path)) return 'commonjs'
  if (!/\.[jt]sx?$/.test(path)) return 'other'
  return looksLikeModule(path) ? 'esm' : 'commonjs'
}

function looksLikeModule(path: string): boolean {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return false
  }
  return /^\s*(?:import\b[\s{*"'\w]|export\b[\s{*])|[;}]\s*(?:import\b\s*["'{*\w]|export\b[\s{*])/m.test(text) || /\bimport\.meta\b/.test(text)
}
