import { relative } from 'node:path'
import type { Finding } from '../../core/finding.ts'
import type { BundleContext } from '../bundle-result.ts'
import type { BundleOptions } from '../bundle-options.ts'
import { slashed } from '../paths.ts'
import { buildQuestion } from './explain-module.ts'
import { baseBuild, measureBuild } from './measured-build.ts'
import type { BuildQuestion, MeasuredBuild } from './measured-build.ts'
import type { ResolverSettings } from '../resolver.ts'
import { importersOf, keepReasons, matchModules } from './why-kept.ts'

/** Packages whose absence is measured: each is a build of its own. */
const MEASURED_PACKAGES = 6
/** Bytes minified that a finding must be worth. */
const WORTH = 1024

/**
 * What could be done about the size of a bundle before it is deployed, each with the bytes that it would save, measured
 * by building it that way. The largest first.
 */
export async function adviseBundle(
  entries: readonly string[],
  given: Partial<BundleOptions> & Pick<BundleOptions, 'root'>,
  context: BundleContext,
): Promise<Finding[]> {
  const question = buildQuestion(entries, given, context)
  const { build, settings } = await baseBuild(question)
  const findings: Finding[] = []
  for (const [name, renderedBytes] of heaviestPackages(build)) {
    context.signal.throwIfAborted()
    const targets = matchModules(build.graph, name)
    const importers = await importersOf(targets, build, question)
    const reasons = await keepReasons(targets, importers, build, question)
    const without = await measureBuild(question, { ...settings, excluded: new Set([name]) })
    const cost = build.minified - without.minified
    if (cost < WORTH) continue
    const [first] = importers
    const where = first === undefined ? '' : `, imported at ${first.from}${first.line === null ? '' : `:${first.line}`}`
    findings.push({
      ruleId: 'bundle/package-cost',
      severity: 'info',
      message: `${name} costs ${cost} of ${build.minified} bytes minified${where}`,
      advice: reasons.length === 0
        ? 'All that is left of it is used. Look for a smaller package or load it with import() where it is needed.'
        : `Kept because: ${reasons.slice(0, 3).map(({ module, line, message }) => `${module}${line === null ? '' : `:${line}`}: ${message}`).join('; ')}.`,
      wastedBytes: cost,
      data: { package: name, minified: cost, gzip: build.gzip - without.gzip, renderedBytes, reasons: JSON.parse(JSON.stringify(reasons)) },
      ...(first === undefined ? {} : { location: { path: first.from, ...(first.line === null ? {} : { line: first.line }) } }),
    })
    const unflagged = await unflaggedPackage(name, build, settings, question)
    if (unflagged !== undefined) findings.push(unflagged)
  }
  findings.push(...(await fieldFindings(build, settings, question)))
  return findings.sort((a, b) => (b.wastedBytes ?? 0) - (a.wastedBytes ?? 0))
}

function heaviestPackages(build: MeasuredBuild): [string, number][] {
  const totals = new Map<string, number>()
  for (const module of build.graph.modules) {
    const name = module.package?.name
    if (name !== undefined) totals.set(name, (totals.get(name) ?? 0) + module.renderedBytes)
  }
  return [...totals].filter(([, bytes]) => bytes > WORTH).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, MEASURED_PACKAGES)
}

/** What a `sideEffects: false` in the package would save. Whether that would be true, its authors know. */
async function unflaggedPackage(
  name: string,
  build: MeasuredBuild,
  settings: Partial<ResolverSettings>,
  question: BuildQuestion,
): Promise<Finding | undefined> {
  const info = build.resolver.usage().get(name)?.info
  if (info === undefined || info.sideEffects !== undefined) return undefined
  const pure = await measureBuild(question, { ...settings, assumedPure: new Set([name]) })
  const saved = build.minified - pure.minified
  if (saved < WORTH) return undefined
  return {
    ruleId: 'bundle/no-side-effects-flag',
    severity: 'warning',
    message: `${name} ${info.version} does not declare \`sideEffects\`: ${saved} bytes minified stay that nothing uses`,
    advice: `If loading its modules does nothing, ask for "sideEffects": false in its package.json, or import the module that is needed by its path.`,
    wastedBytes: saved,
    data: { package: name, minified: saved, gzip: build.gzip - pure.gzip },
    location: { path: slashed(relative(question.options.root, `${info.folder}/package.json`)) },
  }
}

/** What Node's own choice of files costs where packages publish ES modules too. */
async function fieldFindings(build: MeasuredBuild, settings: Partial<ResolverSettings>, question: BuildQuestion): Promise<Finding[]> {
  const [name] = settings.alternatives?.keys() ?? []
  if (name === undefined) return []
  const plain = await measureBuild(question)
  const saved = plain.minified - build.minified
  if (saved < WORTH) return []
  return [{
    ruleId: 'bundle/resolution-condition',
    severity: 'info',
    message: `${[...settings.alternatives!.keys()].join(', ')}: the ES module build takes ${saved} bytes minified less than the one that the node condition names`,
    advice: '`shrink build` takes it already; other bundlers need the condition (es2015, module) or an alias.',
    data: { packages: [...settings.alternatives!.keys()], minified: saved, gzip: plain.gzip - build.gzip },
  }]
}
