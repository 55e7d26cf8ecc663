import { resolve } from 'node:path'
import { UsageError } from '../../core/errors.ts'
import type { Explanation } from '../../core/format.ts'
import type { JsonValue } from '../../core/json.ts'
import { nearest } from '../../core/nearest.ts'
import type { BundleContext } from '../bundle-result.ts'
import { defaultBundleOptions } from '../bundle-options.ts'
import type { BundleOptions } from '../bundle-options.ts'
import { nameEntries } from '../entry-names.ts'
import type { GraphModule } from '../module-graph.ts'
import { baseBuild, measureBuild } from './measured-build.ts'
import type { BuildQuestion } from './measured-build.ts'
import { chainTo, importersOf, keepReasons, matchModules } from './why-kept.ts'

/**
 * Why a package or module is in the bundle of some entries: the chain from the entry, every statement that imports it,
 * what keeps it from being shaken off, and its cost: the difference to a build without it.
 *
 * @throws UsageError when the bundle holds no such module; ShrinkError when the entries cannot be bundled
 */
export async function explainModule(
  entries: readonly string[],
  name: string,
  given: Partial<BundleOptions> & Pick<BundleOptions, 'root'>,
  context: BundleContext,
): Promise<Explanation> {
  const question = buildQuestion(entries, given, context)
  const { build, settings } = await baseBuild(question)
  const targets = matchModules(build.graph, name)
  if (targets.length === 0) {
    const names = [...new Set(build.graph.modules.flatMap((module) => [module.package?.name ?? module.id]))]
    const guess = nearest(name, names)
    throw new UsageError(`nothing in the bundle is called ${name}`, guess === undefined ? undefined : `Did you mean ${guess}?`)
  }
  const packageName = targets[0]!.package?.name
  const wholePackage = packageName !== undefined && targets.every((module) => module.package?.name === packageName) && packageName === name
  const chain = await chainTo(targets, build, question)
  const importers = await importersOf(targets, build, question)
  const reasons = await keepReasons(targets, importers, build, question)
  const excluded = new Set(wholePackage ? [packageName] : targets.map((module) => resolve(question.options.root, module.id)))
  const isEntry = targets.some((module) => build.graph.entries.includes(module.id))
  const without = isEntry ? undefined : await measureBuild(question, { ...settings, excluded })
  const minified = without === undefined ? null : build.minified - without.minified
  const gzip = without === undefined ? null : build.gzip - without.gzip
  const kept = targets.filter((module) => module.renderedBytes > 0)
  const others = without === undefined ? [] : goesWithIt(build.graph.modules, without.graph.modules, targets)
  const total = `${build.minified} bytes minified, ${build.gzip} with gzip`
  return {
    summary: minified === null
      ? `${name} is an entry of the bundle`
      : `${label(targets)} costs ${minified} of ${build.minified} bytes minified (${gzip} of ${build.gzip} with gzip): measured by building without it`,
    lines: [
      ...section('how it gets in', chain.map(({ from, line, statement }, depth) => `${'  '.repeat(depth)}${place(from, line)}: ${statement}`)),
      ...section('imported by', importers.slice(0, 12).map(({ from, line, statement }) => `${place(from, line)}: ${statement}`), importers.length),
      ...section('what keeps it', reasons.slice(0, 12).map(({ module, line, message }) => `${place(module, line)}: ${message}`), reasons.length),
      ...section('its modules', kept.slice(0, 10).map(({ id, bytes, renderedBytes, kind }) => `${id}: ${renderedBytes} of ${bytes} bytes kept (${kind})`), kept.length),
      ...section('goes with it', others.slice(0, 10), others.length),
    ],
    data: {
      name, total, minified, gzip, wholeMinified: build.minified, wholeGzip: build.gzip,
      chain: plain(chain), importers: plain(importers), reasons: plain(reasons),
      modules: plain(targets.map(({ id, bytes, renderedBytes, kind }) => ({ id, bytes, renderedBytes, kind }))),
      goesWithIt: others,
    },
  }
}

/** The parts of a build that every question about it has in common. */
export function buildQuestion(
  entries: readonly string[],
  given: Partial<BundleOptions> & Pick<BundleOptions, 'root'>,
  context: BundleContext,
): BuildQuestion {
  const options: BundleOptions = { ...defaultBundleOptions, ...given, level: 'balanced' }
  return { entries: nameEntries(entries, options.root), options, format: 'esm', extension: '.mjs', signal: context.signal }
}

/** Other packages that are in the bundle only because of the one that was left out. */
function goesWithIt(before: readonly GraphModule[], after: readonly GraphModule[], targets: readonly GraphModule[]): string[] {
  const owner = (module: GraphModule): string => module.package?.name ?? module.id
  const left = new Set(after.map(owner))
  const own = new Set(targets.map(owner))
  return [...new Set(before.filter((module) => module.renderedBytes > 0).map(owner))].filter((name) => !left.has(name) && !own.has(name)).sort()
}

function label(targets: readonly GraphModule[]): string {
  const { id, package: owner } = targets[0]!
  const versions = new Set(targets.map((module) => module.package?.version))
  return owner === undefined || targets.length === 1 ? id : `${owner.name} ${[...versions].join(' and ')}`
}

function place(file: string, line: number | null): string {
  return line === null ? file : `${file}:${line}`
}

function section(title: string, lines: readonly string[], count: number = lines.length): string[] {
  if (lines.length === 0) return []
  const more = count > lines.length ? [`  … and ${count - lines.length} more`] : []
  return ['', `${title}:`, ...lines.map((line) => `  ${line}`), ...more]
}

function plain(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value)) as JsonValue
}
