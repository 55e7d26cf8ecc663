import { relative, resolve } from 'node:path'
import type { BuildOptions, BuildResult, Message, Metafile, Plugin } from 'esbuild'
import { ShrinkError } from '../../core/errors.ts'
import { effectiveDefine, exportConditions } from '../bundle-options.ts'
import type { GraphImport, GraphModule, ModuleGraph } from '../module-graph.ts'
import { importMetaInCommonJs } from '../node-shims.ts'
import { slashed } from '../paths.ts'
import { absentPackages, installHint } from './absent-packages.ts'
import { kindOf } from './graph-from-rollup.ts'
import { bareName } from '../resolver.ts'
import { assetExtensions, scripts, textExtensions } from './engine.ts'
import type { Engine, EngineAsset, EngineChunk, EngineOutput, EngineRequest } from './engine.ts'

/** esbuild with its own resolution: the quickest, and the behaviour that the others are compared with. */
export const esbuildEngine: Engine = {
  id: 'esbuild',
  async bundle(request) {
    const outFolder = resolve(request.options.root, request.options.outFolder)
    const result = await buildWithoutAbsent(request, buildOptions(request, outFolder))
    for (const message of result.warnings) warn(request, message)
    return readOutput(request, result.outputFiles, result.metafile, outFolder)
  },
}

type Built = BuildResult<{ metafile: true; write: false }>

async function buildWithoutAbsent(request: EngineRequest, options: BuildOptions): Promise<Built> {
  const { build } = await import('esbuild')
  const external = [...options.external ?? []]
  for (;;) {
    try {
      return await build({ ...options, external, metafile: true, write: false })
    } catch (error) {
      const absent = absentPackages((error as { errors?: readonly Message[] }).errors ?? [])
      // what is external already and still asked for is asked for in another way
      if (absent.size === 0 || [...absent.keys()].some((name) => external.includes(name))) throw bundleError(error, request)
      for (const [name, importer] of absent) {
        external.push(name)
        request.report({ severity: 'warning', code: 'bundle/warning', message: `Could not resolve '${name}' in ${slashed(importer)}: it stays an import` })
      }
    }
  }
}

function buildOptions(request: EngineRequest, outFolder: string): BuildOptions {
  const { options, format } = request
  const loader: Record<string, 'text' | 'copy'> = {}
  for (const extension of textExtensions) loader[extension] = 'text'
  for (const extension of assetExtensions) loader[extension] = 'copy'
  return {
    absWorkingDir: options.root,
    entryPoints: [...request.entries].map(([name, path]) => ({ in: path, out: name })),
    bundle: true,
    format,
    platform: options.platform === 'worker' ? 'browser' : options.platform,
    splitting: format === 'esm' && options.splitting !== 'never',
    outdir: outFolder,
    outExtension: { '.js': request.extension },
    chunkNames: 'chunks/[name]-[hash]',
    assetNames: '[name]-[hash]',
    conditions: exportConditions(options, 'import').filter((name) => !['import', 'node', 'browser'].includes(name)),
    ...(options.mainFields.length === 0
      ? options.platform === 'worker' ? { mainFields: ['browser', 'module', 'main'] } : {}
      : { mainFields: [...options.mainFields] }),
    define: { ...effectiveDefine(options), ...(format === 'cjs' && options.platform === 'node' ? importMetaInCommonJs : {}) },
    ...(request.replacements.size === 0 ? {} : { plugins: [replacementPlugin(request)] }),
    external: externals(request),
    loader,
    charset: 'utf8',
    legalComments: 'inline',
    sourcemap: options.sourceMap ? 'external' : false,
    sourcesContent: true,
    treeShaking: true,
    jsx: 'automatic', // where no tsconfig says otherwise, as Rolldown has it
    logLevel: 'silent',
    ...(options.tsconfig === null ? {} : { tsconfig: resolve(options.root, options.tsconfig) }),
    ...(options.syntaxTarget === null ? {} : { target: options.syntaxTarget.split(',') }),
  }
}

function replacementPlugin({ replacements }: EngineRequest): Plugin {
  return {
    name: 'shrink:replacements',
    setup(build) {
      build.onLoad({ filter: scripts }, ({ path }) => {
        const contents = replacements.get(path)
        return contents === undefined ? null : { contents, loader: loaderOf(path) }
      })
    },
  }
}

function loaderOf(path: string): 'js' | 'jsx' | 'ts' | 'tsx' {
  if (path.endsWith('.tsx')) return 'tsx'
  return path.endsWith('.jsx') ? 'jsx' : /\.[cm]?ts$/.test(path) ? 'ts' : 'js'
}

function externals({ options }: EngineRequest): string[] {
  const list = options.external.map((pattern) => pattern)
  if (options.externalAwsSdk) list.push('@aws-sdk/*', '@smithy/*')
  if (options.platform !== 'node') list.push('node:*', 'cloudflare:*', 'bun:*')
  return list
}

function readOutput(
  request: EngineRequest,
  files: readonly { readonly path: string; readonly contents: Uint8Array; readonly text: string }[],
  metafile: Metafile,
  outFolder: string,
): EngineOutput {
  const chunks: EngineChunk[] = []
  const assets: EngineAsset[] = []
  const maps = new Map(files.filter((file) => file.path.endsWith('.map')).map((file) => [file.path.slice(0, -4), file.text]))
  for (const file of files) {
    if (file.path.endsWith('.map')) continue
    const path = slashed(relative(outFolder, file.path))
    const output = metafile.outputs[slashed(relative(request.options.root, file.path))]
    if (!path.endsWith(request.extension)) {
      assets.push({ path, bytes: file.contents })
      continue
    }
    const map = maps.get(file.path)
    const prefix = `${slashed(request.options.outFolder)}/`
    chunks.push({
      path,
      code: file.text,
      ...(map === undefined ? {} : { map }),
      isEntry: output?.entryPoint !== undefined && request.entries.has(path.slice(0, -request.extension.length)),
      imports: [...new Set((output?.imports ?? []).map((edge) => (edge.external ? edge.path : edge.path.replace(prefix, ''))))].sort(),
    })
  }
  return { chunks, assets, graph: graphFromMetafile(metafile, request) }
}

function graphFromMetafile(metafile: Metafile, request: EngineRequest): ModuleGraph {
  const { root } = request.options
  const rendered = new Map<string, number>()
  for (const output of Object.values(metafile.outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      rendered.set(input, (rendered.get(input) ?? 0) + bytesInOutput)
    }
  }
  const modules: GraphModule[] = Object.entries(metafile.inputs)
    .filter(([id]) => !/^(?:\(disabled\)|<)/.test(id))
    .map(([id, input]) => {
      const owner = request.resolver.packageOf(resolve(root, id))
      return {
        id,
        kind: input.format === 'esm' ? 'esm' : input.format === 'cjs' ? 'commonjs' : kindOf(resolve(root, id)),
        ...(owner === undefined ? {} : { package: { name: owner.name, version: owner.version } }),
        bytes: input.bytes,
        renderedBytes: rendered.get(id) ?? 0,
        imports: uniqueEdges(input.imports),
      }
    })
  modules.sort((a, b) => (a.id < b.id ? -1 : 1))
  return { entries: [...request.entries.values()].map((path) => slashed(relative(root, path))), modules }
}

function uniqueEdges(imports: Metafile['inputs'][string]['imports']): GraphImport[] {
  const edges = new Map<string, GraphImport>()
  for (const edge of imports) {
    const kind = edge.kind.startsWith('require') ? 'require' : edge.kind === 'dynamic-import' ? 'dynamic-import' : 'import'
    if (!edge.path.startsWith('<') && !edge.path.startsWith('(disabled)')) {
      edges.set(`${kind} ${edge.path}`, { id: edge.path, kind, external: edge.external ?? false })
    }
  }
  return [...edges.values()].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : a.kind < b.kind ? -1 : 1))
}

function warn(request: EngineRequest, message: Message): void {
  request.report({
    severity: 'warning',
    code: 'bundle/warning',
    message: message.text,
    ...(message.location === null
      ? {}
      : { location: { path: slashed(message.location.file), line: message.location.line, column: message.location.column } }),
  })
}

function bundleError(error: unknown, request: EngineRequest): unknown {
  const errors = (error as { errors?: readonly Message[] }).errors
  const first = errors?.[0]
  if (first === undefined) return error
  const place = first.location === null ? '' : `${slashed(first.location.file)}:${first.location.line}:${first.location.column}: `
  const rest = errors!.length > 1 ? ` (and ${errors!.length - 1} more)` : ''
  return new ShrinkError('bundle/failed', `${place}${first.text.replaceAll(request.options.root, '.')}${rest}`, {
    hint: hintOf(first, request.options.root),
    cause: error,
  })
}

/** esbuild's own, but for the one that speaks of its options. */
function hintOf({ text, notes }: Message, root: string): string | undefined {
  const absent = /^Could not resolve "([^"]+)"$/.exec(text)?.[1]
  return absent === undefined || bareName(absent) === undefined ? notes[0]?.text : installHint(absent, root)
}
