import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { measuredSize } from '../bytes/encoded-size.ts'
import { ShrinkError } from '../core/errors.ts'
import { addedConditions, findAlternatives, findSplitPackages, makesDomGlobals, moduleFieldPackages, reachSame } from './alternatives.ts'
import { awsLambdaReplacements } from './aws-lambda-preset.ts'
import { withPlainRequire } from './created-require.ts'
import { foldsDomChecks } from './bundle-options.ts'
import type { BundleOptions } from './bundle-options.ts'
import type { Engine, EngineChunk, EngineOutput, EngineRequest } from './engines/engine.ts'
import type { GraphModule, ModuleGraph } from './module-graph.ts'
import { rechunk } from './rechunk.ts'
import { createResolver, plainResolution } from './resolver.ts'
import type { Alternative, Resolver } from './resolver.ts'
import { shakeCode } from './shake/shake-code.ts'
import { tsconfigFiles } from './tsconfig-files.ts'

/** Something that was taken for granted to get here, which a person may want to know or turn off. */
export interface Assumption {
  readonly what: string
  /** The option that turns it off. */
  readonly option: string
}

export interface Planned {
  readonly output: EngineOutput
  readonly engine: Engine['id']
  readonly assumptions: readonly Assumption[]
  /** What was removed after bundling, all chunks together. */
  readonly removed: readonly { readonly name: string; readonly bytes: number }[]
}

/** One way to build, and what came of it. */
interface Attempt extends Omit<Planned, 'assumptions'> {
  readonly alternatives: ReadonlyMap<string, Alternative>
  readonly resolver: Resolver
  /** Bytes in the chosen measure after a quick minification; worked out when it is first asked for. */
  size(): Promise<number>
}

type Request = Omit<EngineRequest, 'resolver' | 'replacements'>

interface Base extends Request {
  /** Messages reported so far: each attempt would repeat them. */
  readonly reported: Set<string>
}

/** Builds at the level asked for: once with esbuild, or with Rolldown and, at `max`, Rollup, and keeps the smallest. */
export async function planBundle(request: Request): Promise<Planned> {
  const { options } = request
  const reported = new Set<string>()
  const given: Base = {
    ...request,
    reported,
    report(diagnostic) {
      if (reported.has(diagnostic.message)) return
      reported.add(diagnostic.message)
      request.report(diagnostic)
    },
  }
  if (options.level === 'fast') {
    const fast = await fastBundle(given)
    if (fast !== undefined) return { ...fast, assumptions: assumptionsOf(fast, options) }
  }
  const rolldown = (await import('./engines/rolldown.ts')).rolldownEngine
  let base = given
  let best = await attempt(rolldown, base, new Map())
  const split = findSplitPackages(best.resolver.usage())
  if (foldsDomChecks(options) && makesDomGlobals(best.output.graph, options.root)) {
    base = { ...base, options: { ...options, foldDomChecks: false } }
    best = await attempt(rolldown, base, split)
  } else if (split.size > 0) best = await attempt(rolldown, base, split)
  if (options.resolutionRace) best = await raceAlternatives(rolldown, base, best)
  // Rollup's plugin takes `exports.default` for a CommonJS entry's whole where that says that it was a module
  if (options.level === 'max' && entriesOf(best.output.graph).every(({ kind }) => kind !== 'commonjs')) {
    const rollup = (await import('./engines/rollup.ts')).rollupEngine
    const other = await orUndefined(attempt(rollup, base, best.alternatives), given)
    if (other !== undefined && (await other.size()) < (await best.size())) best = other
  }
  return { ...best, assumptions: assumptionsOf(best, base.options) }
}

/** esbuild; undefined when it cannot do what was asked: it does not split CommonJS and knows no decorator metadata. */
async function fastBundle(base: Base): Promise<Attempt | undefined> {
  const { options, format, entries } = base
  if (format === 'cjs' && options.splitting !== 'never' && entries.size > 1) return undefined
  const { esbuildEngine } = await import('./engines/esbuild.ts')
  const resolver = createResolver(options)
  const replacements = new Map(options.awsLambdaPreset ? await replacementsFor(base) : [])
  let output = await esbuildEngine.bundle({ ...base, resolver, replacements })
  // What such a `require` brings in may make one of its own.
  for (let round = 0; round < 4 && output.chunks.some(({ code }) => code.includes('createRequire')); round++) {
    const plain = await plainRequires(output, options)
    if ([...plain.keys()].every((path) => replacements.has(path))) break
    for (const [path, text] of plain) replacements.set(path, text)
    output = await esbuildEngine.bundle({ ...base, resolver, replacements })
  }
  if (format === 'cjs' && options.splitting !== 'never' && loadsLazily(output)) return undefined
  if (emitsMetadata(output, options)) return undefined
  return { output, engine: 'esbuild', alternatives: new Map(), resolver, size: async () => 0, removed: [] }
}

/** The texts of modules that make a `require` of their own, with the bundler's in its place; the other engines do so as they read. */
async function plainRequires({ graph }: EngineOutput, { root, sourceMap }: BundleOptions): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>()
  for (const { id, kind } of graph.modules) {
    if (kind !== 'esm') continue
    const path = resolve(root, id)
    const plain = await withPlainRequire(path, readFileSync(path, 'utf8'))
    if (plain === undefined) continue
    const map = sourceMap ? `\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(plain.map).toString('base64')}` : ''
    texts.set(path, plain.code + map)
  }
  return texts
}

/** With esbuild's own resolution the files to replace must be found first. */
async function replacementsFor({ options }: Base): Promise<ReadonlyMap<string, string>> {
  const resolver = createResolver(options)
  for (const kind of ['import', 'require'] as const) {
    resolver.resolve('@aws-sdk/credential-provider-node', `${options.root}/index.js`, kind)
  }
  return awsLambdaReplacements(resolver)
}

/** Above this, a second pass at `balanced` would cost more time than the level is for. */
const SECOND_PASS_LIMIT = 4 * 1024 * 1024

async function attempt(engine: Engine, base: Base, alternatives: ReadonlyMap<string, Alternative>): Promise<Attempt> {
  base.signal.throwIfAborted()
  const settings = { ...plainResolution, alternatives }
  // ES modules until the last step: what is known of imports and exports is lost in CommonJS
  const first: Base = { ...base, format: 'esm', extension: '.mjs' }
  let resolver = createResolver(base.options, settings)
  let output = await engine.bundle({ ...first, resolver, replacements: new Map() })
  if (base.options.awsLambdaPreset) {
    const replacements = awsLambdaReplacements(resolver)
    resolver = createResolver(base.options, settings)
    if (replacements.size > 0) output = await engine.bundle({ ...first, resolver, replacements })
  }
  const request: EngineRequest = { ...base, resolver, replacements: new Map() }
  const length = output.chunks.reduce((sum, { code }) => sum + code.length, 0)
  const entryKinds = new Set(entriesOf(output.graph).map(({ kind }) => kind === 'commonjs'))
  const mixed = base.format === 'cjs' && entryKinds.size > 1
  if (!mixed && (base.options.level === 'max' || length <= SECOND_PASS_LIMIT)) {
    output = await rechunk(output, request, { inline: joinsLazyCode(output, request), wholeExports: entryKinds.has(true) })
  } else if (base.format === 'cjs') output = await engine.bundle(request)
  const removed: { name: string; bytes: number }[] = []
  for (let round = 0; base.options.shake && round < (base.options.level === 'max' ? 3 : 1); round++) {
    const shaken = await Promise.all(output.chunks.map((chunk) => shakeChunk(chunk, base)))
    output = { ...output, chunks: shaken.map(({ chunk }) => chunk) }
    const found = shaken.flatMap((result) => result.removed)
    removed.push(...found)
    if (found.length === 0) break
  }
  let size: Promise<number> | undefined
  return {
    output,
    engine: engine.id,
    alternatives,
    resolver,
    removed,
    size: () => (size ??= quickSize(output.chunks, base.options)),
  }
}

function entriesOf({ entries, modules }: ModuleGraph): GraphModule[] {
  return modules.filter((module) => entries.includes(module.id))
}

/** May what is loaded lazily run at the start instead? When its packages declare that running it does nothing. */
function joinsLazyCode({ graph, chunks }: EngineOutput, { options, entries, resolver }: EngineRequest): boolean {
  if (options.splitting !== 'auto' || options.platform !== 'node' || entries.size > 1 || chunks.length === 1) return false
  const byId = new Map(graph.modules.map((module) => [module.id, module]))
  const eager = new Set(graph.entries)
  for (const id of eager) {
    for (const edge of byId.get(id)?.imports ?? []) if (edge.kind !== 'dynamic-import' && !edge.external) eager.add(edge.id)
  }
  return graph.modules.every((module) =>
    eager.has(module.id) || (module.kind === 'esm' && !resolver.hasSideEffects(`${options.root}/${module.id}`)) || module.kind === 'json')
}

async function shakeChunk(chunk: EngineChunk, { format, options }: Base): Promise<{ chunk: EngineChunk; removed: Planned['removed'] }> {
  const shaken = await shakeCode(chunk.path, chunk.code, { format, platform: options.platform, sourceMap: chunk.map !== undefined })
  if (shaken.removed.length === 0) return { chunk, removed: [] }
  const map = chunk.map !== undefined && shaken.map !== undefined ? await composeMaps(shaken.map, chunk.map) : chunk.map
  return { chunk: { ...chunk, code: shaken.code, ...(map === undefined ? {} : { map }) }, removed: shaken.removed }
}

async function composeMaps(later: string, earlier: string): Promise<string> {
  const { default: remapping } = await import('@jridgewell/remapping')
  return remapping([later, earlier], () => null).toString()
}

/** All alternatives together first; when that does not build, reach the same or come out smaller, one by one. */
async function raceAlternatives(engine: Engine, base: Base, start: Attempt): Promise<Attempt> {
  const candidates = await findAlternatives(start.resolver.usage(), base.options)
  if (candidates.size === 0) return start
  const all = await tryAlternatives(engine, base, start, candidates)
  if (all !== undefined || candidates.size === 1) return all ?? start
  let best = start
  for (const [name, alternative] of candidates) {
    best = (await tryAlternatives(engine, base, best, new Map([[name, alternative]]))) ?? best
  }
  return best
}

async function tryAlternatives(
  engine: Engine,
  base: Base,
  best: Attempt,
  added: ReadonlyMap<string, Alternative>,
): Promise<Attempt | undefined> {
  // an export that the other build does not have is a warning to some bundlers: here a new warning rules the build out
  let warned = false
  const strict: Base = { ...base, report: ({ message }) => { warned ||= !base.reported.has(message) } }
  const other = await orUndefined(attempt(engine, strict, new Map([...best.alternatives, ...added])), base)
  if (other === undefined || warned || (await other.size()) >= (await best.size())) return undefined
  return [...added.keys()].every((name) => reachSame(name, best.output.graph, other.output.graph)) ? other : undefined
}

async function orUndefined<T>(promise: Promise<T>, { signal, report }: Base): Promise<T | undefined> {
  try {
    return await promise
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof ShrinkError)) throw error
    report({ severity: 'info', code: 'transform/discarded', message: `another way to bundle was given up: ${error.message}` })
    return undefined
  }
}

/** What is compared: bytes in the measure after a good minifier; at `max` after the better of two. */
async function quickSize(chunks: readonly EngineChunk[], options: BundleOptions): Promise<number> {
  const [{ minify: minifyOxc }, { minify: minifySwc }] = await Promise.all([import('oxc-minify'), import('@swc/core')])
  const measured = (code: string): number => measuredSize(new TextEncoder().encode(code), options.measure)
  let oxc = 0
  let swc = 0
  for (const { path, code } of chunks) {
    oxc += measured((await minifyOxc(path, code, { compress: true, mangle: { toplevel: true } })).code)
    if (options.level !== 'max') continue
    const settings = { module: 'unknown', compress: { toplevel: true, passes: 2 }, mangle: { toplevel: true }, format: { comments: false } } as const
    swc += measured((await minifySwc(code, settings)).code)
  }
  return options.level === 'max' ? Math.min(oxc, swc) : oxc
}

function emitsMetadata({ graph }: EngineOutput, options: BundleOptions): boolean {
  if (!graph.modules.some((module) => module.package === undefined && /\.[cm]?tsx?$/.test(module.id))) return false
  return tsconfigFiles(graph, options).some((path) => /"emitDecoratorMetadata"\s*:\s*true/.test(readFileSync(path, 'utf8')))
}

function loadsLazily({ graph }: EngineOutput): boolean {
  return graph.modules.some((module) => module.imports.some((edge) => edge.kind === 'dynamic-import' && !edge.external))
}

function assumptionsOf({ resolver, alternatives, engine }: Attempt, options: BundleOptions): Assumption[] {
  const list: Assumption[] = []
  if (options.nodeEnv !== null) list.push({ what: `process.env.NODE_ENV is "${options.nodeEnv}"${engine === 'esbuild' ? '' : ', and so are conditions of package exports'}`, option: 'bundle.nodeEnv' })
  if (foldsDomChecks(options)) list.push({ what: 'there is no window and no document on Node', option: 'bundle.foldDomChecks' })
  if (options.externalAwsSdk) list.push({ what: 'the runtime brings the @aws-sdk and @smithy packages', option: 'bundle.externalAwsSdk' })
  if (options.awsLambdaPreset) list.push({ what: 'AWS credentials come from the environment only', option: 'bundle.awsLambdaPreset' })
  if (engine === 'esbuild') return list
  for (const name of options.resolutionRace ? moduleFieldPackages(resolver.usage(), options) : []) {
    list.push({ what: `${name} is loaded from its "module" build instead of "main"`, option: 'bundle.resolutionRace' })
  }
  for (const [name, alternative] of alternatives) {
    const added = addedConditions(alternative, options)
    if (added.length > 0) {
      list.push({ what: `${name} is resolved with the conditions ${added.join(', ')} instead of node`, option: 'bundle.resolutionRace' })
    }
  }
  return list
}
