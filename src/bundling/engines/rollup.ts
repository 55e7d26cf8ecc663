import { readFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { basename, resolve } from 'node:path'
import type { Plugin, RollupBuild } from 'rollup'
import { effectiveDefine } from '../bundle-options.ts'
import type { BundleOptions } from '../bundle-options.ts'
import { withPlainRequire } from '../created-require.ts'
import { bareName, type ImportKind } from '../resolver.ts'
import { assetExtensions, scripts, textExtensions } from './engine.ts'
import type { Engine, EngineRequest } from './engine.ts'
import { fileOf, graphFromRollup, kindOf } from './graph-from-rollup.ts'
import type { ModuleInfoLike } from './graph-from-rollup.ts'
import { assetModule, emptyModule } from './rolldown.ts'
import { refuseDeep } from './refuse-deep.ts'
import { readOutput } from './read-output.ts'
import { rollupError } from './rollup-error.ts'

/** Rollup: the best shaking there is, at ten times Rolldown's cost. */
export const rollupEngine: Engine = {
  id: 'rollup',
  async bundle(request) {
    const [{ rollup }, { default: commonjs }, { default: json }] = await Promise.all([
      import('rollup'),
      import('@rollup/plugin-commonjs'),
      import('@rollup/plugin-json'),
    ])
    const { options } = request
    const modules = new Map<string, ModuleInfoLike>()
    const absent = new Set<string>()
    const language = await languagePlugin(request)
    const start = (): Promise<RollupBuild> =>
      rollup({
        input: Object.fromEntries(request.entries),
        plugins: [
          shrinkPlugin(request, absent),
          language,
          // 'auto' wraps only what a cycle or a conditional require forces it to; the default wraps everything.
          (commonjs as unknown as (options: object) => Plugin)({
            strictRequires: 'auto',
            transformMixedEsModules: true,
            ignoreDynamicRequires: true,
            // As an import it would be loaded at the start, whenever the code asks for it, and by other conditions.
            ignore: (id: string) => absent.has(id) || (request.resolver.isExternal(id) && !isBuiltin(id)),
            extensions: ['.js', '.cjs', '.mjs', '.ts', '.cts', '.mts', '.tsx', '.jsx'],
            defaultIsModuleExports: 'auto',
            requireReturnsDefault: (id: string) => id.endsWith('.node'),
          }),
          (json as unknown as (options: object) => Plugin)({ preferConst: true }),
          recorder(modules),
        ],
        treeshake: { preset: 'recommended' },
        onLog(level, log) {
          const harmless = ['CIRCULAR_DEPENDENCY', 'THIS_IS_UNDEFINED', 'MODULE_LEVEL_DIRECTIVE', 'SOURCEMAP_BROKEN', 'EVAL', 'EMPTY_BUNDLE', 'INVALID_ANNOTATION']
          if (level !== 'warn' || harmless.includes(log.code ?? '')) return
          request.report({ severity: 'warning', code: 'bundle/warning', message: log.message.replaceAll(options.root, '.') })
        },
      })
    try {
      let build = await start()
      if (absent.size > 0) {
        await build.close()
        build = await start()
      }
      try {
        const output = await build.generate({
          format: request.format === 'esm' ? 'es' : 'cjs',
          dir: resolve(options.root, options.outFolder),
          entryFileNames: `[name]${request.extension}`,
          chunkFileNames: `chunks/[name]-[hash]${request.extension}`,
          assetFileNames: '[name]-[hash][extname]',
          sourcemap: options.sourceMap ? 'hidden' : false,
          ...(options.splitting !== 'never' ? {} : { inlineDynamicImports: true }),
          exports: 'named',
          interop: 'auto',
          generatedCode: 'es2015',
          externalLiveBindings: true,
          freeze: false,
        })
        return readOutput(output.output, (rendered) =>
          graphFromRollup(modules.keys(), (id) => modules.get(id) ?? null, rendered, request),
        )
      } finally {
        await build.close()
      }
    } catch (error) {
      throw rollupError(error, request)
    }
  },
}

function recorder(modules: Map<string, ModuleInfoLike>): Plugin {
  return {
    name: 'shrink:modules',
    buildEnd() {
      for (const id of this.getModuleIds()) {
        const info = this.getModuleInfo(id)
        if (info !== null && !info.isExternal) modules.set(id, info)
      }
    },
  }
}

/** @param absent takes the packages that are required and not installed */
function shrinkPlugin(request: EngineRequest, absent: Set<string>): Plugin {
  const { resolver, replacements } = request
  return {
    name: 'shrink',
    resolveId(specifier, importer, { isEntry, custom }) {
      if (specifier === emptyModule) return specifier
      if (isEntry) return specifier
      if (specifier.startsWith('\0')) return null
      const nodeResolve = custom?.['node-resolve'] as { readonly isRequire?: boolean } | undefined
      const kind: ImportKind = nodeResolve?.isRequire === true ? 'require' : 'import'
      const found = resolver.resolve(specifier, importer === undefined ? undefined : fileOf(importer), kind)
      if (found === undefined) {
        if (kind === 'require' && bareName(specifier) !== undefined) absent.add(specifier)
        return null
      }
      if (found.kind === 'empty') return { id: emptyModule, moduleSideEffects: false }
      if (found.kind === 'external') return { id: found.id, external: true, moduleSideEffects: found.sideEffects }
      return { id: found.path, moduleSideEffects: found.sideEffects }
    },
    transform(code, id) {
      if (!scripts.test(id)) return null
      refuseDeep(code, id, request.options.root)
      return withPlainRequire(id, code)
    },
    async load(id) {
      if (id === emptyModule) return 'export default {}'
      const replacement = replacements.get(id)
      if (replacement !== undefined) return replacement
      if (id.startsWith('\0')) return null
      if (textExtensions.some((extension) => id.endsWith(extension))) {
        return `export default ${JSON.stringify(await readFile(id, 'utf8'))}`
      }
      if (!assetExtensions.some((extension) => id.endsWith(extension))) return null
      const reference = this.emitFile({ type: 'asset', name: basename(id), source: await readFile(id) })
      return assetModule(id, `import.meta.ROLLUP_FILE_URL_${reference}`)
    },
  }
}

/** TypeScript and JSX taken out, defines put in, by the compiler inside Rolldown: both engines see the same code. */
async function languagePlugin(request: EngineRequest): Promise<Plugin> {
  const { transform } = await import('rolldown/experimental')
  const { options } = request
  const define = { ...effectiveDefine(options) }
  const needles = Object.keys(define).map((key) => key.split('.').at(-1)!)
  return {
    name: 'shrink:language',
    async transform(code, id) {
      if (id.startsWith('\0') || !/\.[cm]?[jt]sx?$/.test(id)) return null
      const lang = languageOf(id)
      if (lang === 'js' && options.syntaxTarget === null && !needles.some((needle) => code.includes(needle))) return null
      const result = await transform(id, code, {
        lang,
        sourceType: lang !== 'js' || kindOf(id) === 'esm' ? 'module' : 'unambiguous',
        define,
        sourcemap: options.sourceMap,
        ...(options.syntaxTarget === null ? {} : { target: options.syntaxTarget.split(',') }),
        tsconfig: lang === 'js' ? false : options.tsconfig === null ? true : resolve(options.root, options.tsconfig),
      })
      const problem = result.errors[0]
      if (problem !== undefined) this.error({ message: problem.message, id })
      if (Object.keys(result.helpersUsed).length > 0) return transformWithHelpers(id, code, lang, options)
      return { code: result.code, map: result.map === undefined ? null : JSON.stringify(result.map) }
    },
  }
}

function languageOf(id: string): 'js' | 'jsx' | 'ts' | 'tsx' {
  if (id.endsWith('.tsx')) return 'tsx'
  if (id.endsWith('.jsx')) return 'jsx'
  return /\.[cm]?ts$/.test(id) ? 'ts' : 'js'
}

/** Decorators and lowered syntax need helper functions; Rolldown's are inside it, swc writes them into the module. */
async function transformWithHelpers(
  id: string,
  code: string,
  lang: 'js' | 'jsx' | 'ts' | 'tsx',
  options: BundleOptions,
): Promise<{ code: string; map: string | null }> {
  const [{ transform }, { resolveTsconfig }] = await Promise.all([import('@swc/core'), import('rolldown/experimental')])
  const compiler = (resolveTsconfig(id)?.tsconfig as { compilerOptions?: Readonly<Record<string, unknown>> } | undefined)
    ?.compilerOptions ?? {}
  const typed = lang === 'ts' || lang === 'tsx'
  const result = await transform(code, {
    filename: id,
    configFile: false,
    swcrc: false,
    sourceMaps: options.sourceMap,
    jsc: {
      parser: typed
        ? { syntax: 'typescript', tsx: lang === 'tsx', decorators: true }
        : { syntax: 'ecmascript', jsx: lang === 'jsx', decorators: true },
      ...(options.syntaxTarget === null ? { target: 'es2024' } : {}),
      transform: {
        legacyDecorator: compiler['experimentalDecorators'] === true,
        decoratorMetadata: compiler['emitDecoratorMetadata'] === true,
        useDefineForClassFields: compiler['useDefineForClassFields'] !== false,
        ...(compiler['experimentalDecorators'] === true ? {} : { decoratorVersion: '2022-03' }),
        react: { runtime: compiler['jsx'] === 'react' ? 'classic' : 'automatic' },
        optimizer: { globals: { vars: { ...effectiveDefine(options) } } },
      },
    },
    ...(options.syntaxTarget === null ? {} : { env: { targets: 'node 14' } }),
  })
  return { code: result.code, map: result.map ?? null }
}
