import { posix } from 'node:path'
import { rollupError } from './engines/rollup-error.ts'
import type { EngineChunk, EngineOutput, EngineRequest } from './engines/engine.ts'
import { importMetaInCommonJs } from './node-shims.ts'

export interface RechunkSettings {
  /** Put what is loaded lazily into the entry's file; for one entry only. */
  readonly inline: boolean
  /** The entries are CommonJS: what they export as default is their `module.exports`. */
  readonly wholeExports: boolean
}

/**
 * Rollup over the files that another bundler made. It follows values further than they do (constant parameters, branches,
 * properties), and over a few large modules that costs a tenth of what it costs over the sources.
 */
export async function rechunk(output: EngineOutput, request: EngineRequest, settings: RechunkSettings): Promise<EngineOutput> {
  const { rollup } = await import('rollup')
  const { options, format, extension, resolver } = request
  const chunks = new Map(output.chunks.map((chunk) => [`/${chunk.path}`, chunk]))
  const stem = (path: string): string => path.replace(/\.[^./]+$/, '')
  try {
    const bundle = await rollup({
      input: Object.fromEntries(output.chunks.filter((chunk) => chunk.isEntry).map((chunk) => [stem(chunk.path), `/${chunk.path}`])),
      plugins: [
        {
          name: 'shrink:chunks',
          resolveId(specifier, importer) {
            const path = importer === undefined ? specifier : posix.resolve(posix.dirname(importer), specifier)
            if (chunks.has(path) && (importer === undefined || specifier.startsWith('.'))) return path
            const found = resolver.resolve(specifier, undefined, 'import')
            return { id: specifier, external: true, moduleSideEffects: found?.kind !== 'external' || found.sideEffects }
          },
          resolveImportMeta: (property, { format: written }) =>
            written === 'cjs' && options.platform === 'node' ? (importMetaInCommonJs[`import.meta.${property}`] ?? null) : null,
          load(id) {
            const chunk = chunks.get(id)
            if (chunk === undefined) return null
            return { code: chunk.code, map: chunk.map ?? null }
          },
        },
      ],
      preserveEntrySignatures: 'strict',
      onLog() {},
    })
    try {
      const generated = await bundle.generate({
        format: format === 'esm' ? 'es' : 'cjs',
        dir: posix.join('/', options.outFolder),
        entryFileNames: `[name]${extension}`,
        chunkFileNames: ({ name }) => `chunks/${stem(name.replace(/-[\w-]{8}$/, ''))}-[hash]${extension}`,
        sourcemap: options.sourceMap ? 'hidden' : false,
        exports: settings.wholeExports ? 'auto' : 'named',
        interop: 'auto',
        generatedCode: 'es2015',
        freeze: false,
        ...(settings.inline ? { inlineDynamicImports: true } : {}),
      })
      return {
        ...output,
        chunks: generated.output.flatMap((item): EngineChunk[] =>
          item.type !== 'chunk' ? [] : [{
            path: item.fileName,
            code: item.code,
            ...(item.map === null ? {} : { map: item.map.toString() }),
            isEntry: item.isEntry,
            imports: [...new Set([...item.imports, ...item.dynamicImports])].sort(),
          }]),
      }
    } finally {
      await bundle.close()
    }
  } catch (error) {
    throw rollupError(error, request)
  }
}
