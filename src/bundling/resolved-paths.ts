import { readFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { resolve } from 'node:path'
import type { EngineOutput } from './engines/engine.ts'
import type { GraphModule } from './module-graph.ts'

/** What a module of the project asks `require.resolve` for. */
export interface ResolvedPaths {
  readonly module: GraphModule
  readonly specifiers: readonly string[]
}

const resolved = /\brequire\.resolve\(\s*(["'`])([^"'`$]+)\1/g

/** Paths that the project's own modules look up at run time: no bundler can put what lies there into the bundle. */
export async function resolvedPaths(output: EngineOutput, root: string): Promise<readonly ResolvedPaths[]> {
  if (!output.chunks.some(({ code }) => code.includes('.resolve('))) return []
  const found: ResolvedPaths[] = []
  for (const module of output.graph.modules) {
    if (module.package !== undefined || module.renderedBytes === 0 || (module.kind !== 'esm' && module.kind !== 'commonjs')) continue
    const text = await readFile(resolve(root, module.id), 'utf8').catch(() => '')
    const specifiers = [...new Set([...text.matchAll(resolved)].map(([, , specifier]) => specifier!))].filter((specifier) => !isBuiltin(specifier))
    if (specifiers.length > 0) found.push({ module, specifiers })
  }
  return found
}
