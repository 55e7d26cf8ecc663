import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { posix, relative } from 'node:path'
import type { EngineChunk } from './engines/engine.ts'
import type { FileBeside } from './files-beside.ts'
import { mark } from './module-mark.ts'
import { slashed } from './paths.ts'

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
