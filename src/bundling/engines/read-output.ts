import type { ModuleGraph } from '../module-graph.ts'
import type { EngineOutput } from './engine.ts'

/** What Rollup and Rolldown both say of a chunk. */
interface ChunkLike {
  readonly type: 'chunk'
  readonly fileName: string
  readonly code: string
  readonly map: { toString(): string } | null
  readonly isEntry: boolean
  readonly imports: readonly string[]
  readonly dynamicImports: readonly string[]
  readonly modules: Readonly<Record<string, { readonly renderedLength: number }>>
}

interface AssetLike {
  readonly type: 'asset'
  readonly fileName: string
  readonly source: string | Uint8Array
}

/**
 * An engine's output in our shape.
 *
 * @param graphOf the module graph, given the bytes rendered of each module id
 * @param codeOf the chunk's code, where that is not as the engine gives it
 */
export function readOutput(
  output: readonly (ChunkLike | AssetLike)[],
  graphOf: (rendered: ReadonlyMap<string, number>) => ModuleGraph,
  codeOf: (code: string) => string = (code) => code,
): EngineOutput {
  const chunks = output.filter((item) => item.type === 'chunk')
  const rendered = new Map<string, number>()
  for (const chunk of chunks) {
    for (const [id, module] of Object.entries(chunk.modules)) {
      rendered.set(id, (rendered.get(id) ?? 0) + module.renderedLength)
    }
  }
  return {
    chunks: chunks.map((chunk) => ({
      path: chunk.fileName,
      code: codeOf(chunk.code),
      ...(chunk.map === null ? {} : { map: chunk.map.toString() }),
      isEntry: chunk.isEntry,
      imports: [...new Set([...chunk.imports, ...chunk.dynamicImports])].sort(),
    })),
    assets: output.flatMap((item) =>
      item.type === 'asset' && !item.fileName.endsWith('.map')
        ? [{ path: item.fileName, bytes: typeof item.source === 'string' ? new TextEncoder().encode(item.source) : item.source }]
        : [],
    ),
    graph: graphOf(rendered),
  }
}
