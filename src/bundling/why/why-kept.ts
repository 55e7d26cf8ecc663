import { readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import type { GraphModule, ModuleGraph } from '../module-graph.ts'
import { slashed } from '../paths.ts'
import type { Resolver } from '../resolver.ts'
import type { ImportStatement } from './import-statements.ts'
import { importStatements } from './import-statements.ts'
import type { BuildQuestion, MeasuredBuild } from './measured-build.ts'
import { sideEffectStatements } from './side-effect-statements.ts'

/** One step of a chain: the statement in `from` that loads `to`. */
export interface ChainLink {
  readonly from: string
  readonly to: string
  readonly line: number | null
  readonly statement: string
  readonly kind: ImportStatement['kind'] | 'unknown'
}

/** Why the bundler could not leave a module out or make it smaller, with the place that shows it. */
export interface KeepReason {
  readonly kind: 'commonjs' | 'no-side-effects-flag' | 'side-effect-statement' | 'namespace' | 'whole-object' | 'used'
  readonly module: string
  readonly line: number | null
  readonly message: string
}

/** Modules of a package (by name), or those whose path is or ends with the name. Rendered ones first. */
export function matchModules(graph: ModuleGraph, name: string): GraphModule[] {
  const wanted = slashed(name).replace(/^\.\//, '')
  const ofPackage = graph.modules.filter((module) => module.package?.name === wanted)
  const found = ofPackage.length > 0
    ? ofPackage
    : graph.modules.filter((module) => module.id === wanted || module.id.endsWith(`/${wanted}`) || module.id.replace(/\.[^./]+$/, '') === wanted)
  return found.toSorted((a, b) => b.renderedBytes - a.renderedBytes || (a.id < b.id ? -1 : 1))
}

/** The shortest way from an entry to one of the modules; among equals the first by path. */
export async function chainTo(targets: readonly GraphModule[], build: MeasuredBuild, question: BuildQuestion): Promise<ChainLink[]> {
  const { graph } = build
  const goal = new Set(targets.map((module) => module.id))
  const byId = new Map(graph.modules.map((module) => [module.id, module]))
  const cameFrom = new Map<string, string | null>(graph.entries.map((id) => [id, null]))
  let end: string | undefined
  for (const id of cameFrom.keys()) {
    if (goal.has(id)) {
      end = id
      break
    }
    for (const edge of byId.get(id)?.imports ?? []) if (!edge.external && !cameFrom.has(edge.id)) cameFrom.set(edge.id, id)
  }
  if (end === undefined) return []
  const path: string[] = []
  for (let at: string | null | undefined = end; at !== null && at !== undefined; at = cameFrom.get(at)) path.unshift(at)
  const links: ChainLink[] = []
  for (let i = 1; i < path.length; i++) links.push(await linkBetween(path[i - 1]!, path[i]!, build.resolver, question))
  return links
}

/** Every statement outside a package that loads one of its modules. */
export async function importersOf(targets: readonly GraphModule[], build: MeasuredBuild, question: BuildQuestion): Promise<ChainLink[]> {
  const goal = new Set(targets.map((module) => module.id))
  const links: ChainLink[] = []
  for (const module of build.graph.modules) {
    if (goal.has(module.id)) continue
    for (const edge of module.imports) if (goal.has(edge.id)) links.push(await linkBetween(module.id, edge.id, build.resolver, question))
  }
  return links
}

async function linkBetween(from: string, to: string, resolver: Resolver, { options }: BuildQuestion): Promise<ChainLink> {
  const path = resolve(options.root, from)
  const text = readText(path)
  const statements = text === undefined ? [] : await importStatements(path, text).catch(() => [])
  const goal = resolve(options.root, to)
  const match = statements.find(({ specifier, kind }) => {
    const found = resolver.resolve(specifier, path, kind === 'require' ? 'require' : 'import')
    return found?.kind === 'file' && found.path === goal
  })
  return match === undefined
    ? { from, to, line: null, statement: '(found by the bundler)', kind: 'unknown' }
    : { from, to, line: match.line, statement: match.text, kind: match.kind }
}

/** What keeps the modules that made it into the bundle, the heaviest first. */
export async function keepReasons(
  targets: readonly GraphModule[],
  importers: readonly ChainLink[],
  build: MeasuredBuild,
  question: BuildQuestion,
): Promise<KeepReason[]> {
  const { options } = question
  const reasons: KeepReason[] = []
  const kept = targets.filter((module) => module.renderedBytes > 0)
  for (const link of importers) {
    if (link.kind === 'namespace-re-export') {
      reasons.push({ kind: 'namespace', module: link.from, line: link.line, message: `\`${link.statement}\` makes an object of all exports` })
    }
  }
  const commonjs = kept.filter((module) => module.kind === 'commonjs')
  if (commonjs.length > 0) {
    reasons.push({
      kind: 'commonjs', module: commonjs[0]!.id, line: null,
      message: `CommonJS${commonjs.length === 1 ? '' : `, like ${commonjs.length - 1} more of its modules`}: what it exports is known only when it runs, so all of it is kept`,
    })
  }
  const info = kept[0] === undefined ? undefined : build.resolver.packageOf(resolve(options.root, kept[0].id))
  if (info !== undefined && info.sideEffects === undefined) {
    reasons.push({
      kind: 'no-side-effects-flag', module: slashed(relative(options.root, `${info.folder}/package.json`)), line: null,
      message: `${info.name} does not say \`sideEffects\`: a module that is imported stays even when nothing of it is used`,
    })
  }
  for (const module of kept.filter((candidate) => candidate.kind === 'esm').slice(0, 40)) {
    const path = resolve(options.root, module.id)
    const text = readText(path)
    if (text === undefined) continue
    const [first] = await sideEffectStatements(path, text, options.platform, 1)
    if (first !== undefined) {
      reasons.push({ kind: 'side-effect-statement', module: module.id, line: first.line, message: `${first.what}: \`${first.text}\`` })
    }
    const object = /^export\s+default\s*\{/m.exec(text)
    if (object !== null) {
      reasons.push({
        kind: 'whole-object', module: module.id, line: text.slice(0, object.index).split('\n').length,
        message: 'exports one object: its members are kept together',
      })
    }
  }
  return reasons
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
