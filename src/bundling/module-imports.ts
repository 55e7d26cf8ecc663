import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { posix, relative } from 'node:path'
import type { EngineChunk } from './engines/engine.ts'
import type { FileBeside } from './files-beside.ts'
import { slashed } from './paths.ts'

/**
 * How an import of a WebAssembly module that stays one is written until it is known where the chunk and the module lie.
 * Workers and edge functions get a `WebAssembly.Module` from it, and allow no other way to come by one.
 */
const mark = 'wasm-module:'

/** What such an import ends in: `?module` is the same where a bundler of the platform looks for it (Vercel). */
export const moduleFile: RegExp = /\.wasm(?:\?module)?$/

export function markModuleImport(path: string, specifier: string): string {
  return `${mark}${path}${specifier.endsWith('?module') ? '?module' : ''}`
}

/** The chunks with imports of where the modules are copied to. */
export async function placeModules(chunks: readonly EngineChunk[], root: string): Promise<{ readonly chunks: readonly EngineChunk[]; readonly modules: readonly FileBeside[] }> {
  const modules = new Map<string, FileBeside>()
  const placed: EngineChunk[] = []
  for (const chunk of chunks) {
    let { code } = chunk
    const imports: string[] = []
    for (const id of chunk.imports) {
      if (!id.startsWith(mark)) {
        imports.push(id)
        continue
      }
      const [path, query] = id.slice(mark.length).split('?') as [string, string?]
      const bytes = await readFile(path)
      const name = `${posix.basename(slashed(path), '.wasm')}-${createHash('sha256').update(bytes).digest('hex').slice(0, 8)}.wasm`
      modules.set(path, { path: name, bytes, source: slashed(relative(root, path)) })
      const from = posix.relative(posix.dirname(chunk.path), name)
      const specifier = `${from.startsWith('.') ? '' : './'}${from}${query === undefined ? '' : `?${query}`}`
      code = code.replaceAll(JSON.stringify(id).slice(1, -1), () => specifier)
      imports.push(specifier)
    }
    placed.push({ ...chunk, code, imports: imports.sort() })
  }
  return { chunks: placed, modules: [...modules.values()] }
}
