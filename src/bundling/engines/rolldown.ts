import { readFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { basename, relative, resolve } from 'node:path'
import type { InputOptions, Plugin } from 'rolldown'
import { ShrinkError } from '../../core/errors.ts'
import { effectiveDefine, exportConditions, packageFields } from '../bundle-options.ts'
import { withPlainRequire } from '../created-require.ts'
import { moduleFile } from '../module-mark.ts'
import { slashed } from '../paths.ts'
import { isRequiredForSure } from '../required-for-sure.ts'
import { bareName, extensionAlias, extensions, packageFolder } from '../resolver.ts'
import type { ImportKind, Resolution } from '../resolver.ts'
import { installHint } from './absent-packages.ts'
import { assetExtensions, scripts, textExtensions } from './engine.ts'
import type { Engine, EngineRequest } from './engine.ts'
import { graphFromRollup } from './graph-from-rollup.ts'
import { refuseDeep } from './refuse-deep.ts'
import { readOutput } from './read-output.ts'
import { rollupError } from './rollup-error.ts'

/** Rolldown: statement-level shaking near Rollup's in a tenth of its time. */
export const rolldownEngine: Engine = {
  id: 'rolldown',
  async bundle(request) {
    const { rolldown } = await import('rolldown')
    const seen = new ModuleRecorder()
    const missed: Missed[] = []
    try {
      const build = await rolldown({ ...inputOptions(request), plugins: [shrinkPlugin(request, missed), seen.plugin] })
      try {
        const { options } = request
        const output = await build.generate({
          format: request.format,
          dir: resolve(options.root, options.outFolder),
          entryFileNames: `[name]${request.extension}`,
          chunkFileNames: `chunks/[name]-[hash]${request.extension}`,
          assetFileNames: '[name]-[hash][extname]',
          sourcemap: options.sourceMap,
          minify: false,
          exports: 'auto',
          comments: { legal: true, annotation: true, jsdoc: false },
          ...(options.splitting !== 'never' ? {} : { codeSplitting: false }),
        })
        if (missed.length > 0) throw missedError(missed, request)
        return readOutput(
          output.output,
          (rendered) => graphFromRollup(seen.modules.keys(), (id) => seen.modules.get(id) ?? null, rendered, request),
          (code) => code.replace(/\n?\/\/# sourceMappingURL=.*\n?$/, '\n'),
        )
      } finally {
        await build.close()
      }
    } catch (error) {
      throw rollupError(error, request)
    }
  },
}

function inputOptions(request: EngineRequest): InputOptions {
  const { options } = request
  const browser = options.platform === 'browser' || options.platform === 'worker'
  const moduleTypes: Record<string, 'text'> = {}
  for (const extension of textExtensions) moduleTypes[extension] = 'text'
  return {
    input: Object.fromEntries(request.entries),
    cwd: options.root,
    platform: options.platform === 'worker' ? 'browser' : options.platform,
    external: (id) => id.startsWith('left-out:') || request.resolver.isExternal(id),
    moduleTypes,
    resolve: {
      conditionNames: exportConditions(options, 'import').filter((name) => name !== 'import'),
      mainFields: packageFields(options, 'import'),
      extensions: [...extensions],
      extensionAlias: { ...extensionAlias },
      ...(browser ? { aliasFields: [['browser']] } : {}),
    },
    tsconfig: options.tsconfig === null ? true : resolve(options.root, options.tsconfig),
    transform: {
      define: { ...effectiveDefine(options) },
      ...(options.syntaxTarget === null ? {} : { target: options.syntaxTarget.split(',') }),
    },
    onLog(level, log) {
      if (level !== 'warn' || log.code === 'UNRESOLVED_IMPORT' && request.resolver.isExternal(log.exporter ?? '')) return
      request.report({
        severity: 'warning',
        code: 'bundle/warning',
        message: firstLine(log.message).replaceAll(options.root, '.'),
      })
    },
  }
}

function firstLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- colours
  return text.replace(/\u001B\[[\d;]*m/g, '').split('\n', 1)[0]!
}

/** A package that the project's own code imports and that is not installed. */
interface Missed {
  readonly specifier: string
  /** Absolute. */
  readonly importer: string
}

function missedError(missed: readonly Missed[], { options }: EngineRequest): ShrinkError {
  const [{ specifier, importer }] = missed as readonly [Missed]
  const rest = missed.length > 1 ? ` (and ${missed.length - 1} more)` : ''
  return new ShrinkError('bundle/failed', `${slashed(relative(options.root, importer))}: Could not resolve "${specifier}"${rest}`, { hint: installHint(specifier, options.root) })
}

/** Bare specifiers go through the shared resolver; Rolldown's own finds relative ones with the same settings. */
function shrinkPlugin(request: EngineRequest, missed: Missed[]): Plugin {
  const { resolver, replacements } = request
  return {
    name: 'shrink',
    resolveId: {
      filter: { id: resolver.decidesRelative ? /^[^\0]/ : [/^[^./\0]|^\.\.?$/, moduleFile] },
      async handler(specifier, importer, { kind, isEntry }) {
        if (isEntry) return null
        const importKind: ImportKind = kind === 'require-call' ? 'require' : 'import'
        const found = resolver.resolve(specifier, importer, importKind)
        if (found !== undefined) return asRolldown(found)
        // what packages lack, the code may do without, or a runtime has under Node's name, is Rolldown's to warn of
        const isOwn = importer !== undefined && packageFolder(importer) === undefined && bareName(specifier) !== undefined && !isBuiltin(specifier)
        if (isOwn && (kind === 'import-statement' || (kind === 'require-call' && (await isRequiredForSure(importer, specifier))))) missed.push({ specifier, importer })
        return null
      },
    },
    transform: {
      filter: { id: scripts },
      handler(code, id) {
        refuseDeep(code, id, request.options.root)
        return /\bcreateRequire\b/.test(code) ? withPlainRequire(id, code) : null
      },
    },
    load: {
      filter: { id: [/^\0shrink:empty$/, /\.(?:node|wasm)$/, ...(replacements.size > 0 ? [/./] : [])] },
      async handler(id) {
        if (id === emptyModule) return 'export default {}'
        const replacement = replacements.get(id)
        if (replacement !== undefined) return replacement
        if (!assetExtensions.some((extension) => id.endsWith(extension))) return null
        const reference = this.emitFile({ type: 'asset', name: basename(id), source: await readFile(id) })
        return { code: assetModule(id, `import.meta.ROLLUP_FILE_URL_${reference}`), moduleType: 'js' }
      },
    },
  }
}

export const emptyModule = '\0shrink:empty'

function asRolldown(found: Resolution): { id: string; external?: boolean; moduleSideEffects: boolean } {
  if (found.kind === 'empty') return { id: emptyModule, moduleSideEffects: false }
  if (found.kind === 'external') return { id: found.id, external: true, moduleSideEffects: found.sideEffects }
  return { id: found.path, moduleSideEffects: found.sideEffects }
}

/** An addon is required from where it was copied to (`require` of it gives it as it is); anything else is its URL. */
export function assetModule(path: string, url: string): string {
  return path.endsWith('.node')
    ? `import { createRequire } from 'node:module'\nimport { fileURLToPath } from 'node:url'\nconst addon = createRequire(import.meta.url)(fileURLToPath(${url}))\nexport default addon\nexport { addon as 'module.exports' }\n`
    : `export default new URL(${url})\n`
}

class ModuleRecorder {
  readonly modules: Map<string, { importedIds: string[]; dynamicallyImportedIds: string[] }> = new Map()
  readonly plugin: Plugin = {
    name: 'shrink:modules',
    moduleParsed: (info) => {
      this.modules.set(info.id, {
        importedIds: [...info.importedIds],
        dynamicallyImportedIds: [...info.dynamicallyImportedIds],
      })
    },
  }
}
