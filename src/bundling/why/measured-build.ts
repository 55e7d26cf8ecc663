import { gzipSize } from '../../bytes/encoded-size.ts'
import { findAlternatives } from '../alternatives.ts'
import type { EngineRequest } from '../engines/engine.ts'
import type { ModuleGraph } from '../module-graph.ts'
import { createResolver, plainResolution } from '../resolver.ts'
import type { Resolver, ResolverSettings } from '../resolver.ts'

/** Bytes of all chunks together, minified, and the same compressed one by one. */
export interface BuildSize {
  readonly minified: number
  readonly gzip: number
}

export interface MeasuredBuild extends BuildSize {
  readonly graph: ModuleGraph
  readonly resolver: Resolver
}

export type BuildQuestion = Omit<EngineRequest, 'resolver' | 'replacements' | 'report'>

/**
 * A build with Rolldown and oxc-minify: quick enough to ask "and what without this?" many times. Its sizes compare with
 * each other, not with those of the final output, which goes through more.
 */
export async function measureBuild(question: BuildQuestion, change: Partial<ResolverSettings> = {}): Promise<MeasuredBuild> {
  const [{ rolldownEngine }, { minify }] = await Promise.all([import('../engines/rolldown.ts'), import('oxc-minify')])
  const options = { ...question.options, splitting: 'always' as const, sourceMap: false }
  const resolver = createResolver(options, { ...plainResolution, ...change })
  const request: EngineRequest = {
    ...question, options, format: 'esm', extension: '.mjs', resolver, replacements: new Map(), report: () => undefined,
  }
  question.signal.throwIfAborted()
  const { chunks, graph } = await rolldownEngine.bundle(request)
  let minified = 0
  let gzip = 0
  for (const { path, code } of chunks) {
    const bytes = new TextEncoder().encode((await minify(path, code, { compress: true, mangle: { toplevel: true } })).code)
    minified += bytes.byteLength
    gzip += gzipSize(bytes)
  }
  return { graph, resolver, minified, gzip }
}

/** The build that others are compared with, and the resolution settings that it has. */
export async function baseBuild(question: BuildQuestion): Promise<{ build: MeasuredBuild; settings: Partial<ResolverSettings> }> {
  const plain = await measureBuild(question)
  if (!question.options.resolutionRace) return { build: plain, settings: {} }
  const alternatives = await findAlternatives(plain.resolver.usage(), question.options)
  if (alternatives.size === 0) return { build: plain, settings: {} }
  const other = await measureBuild(question, { alternatives }).catch(() => undefined)
  return other !== undefined && other.minified < plain.minified
    ? { build: other, settings: { alternatives } }
    : { build: plain, settings: {} }
}
