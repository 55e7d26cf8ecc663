import type { Diagnostic } from '../core/diagnostic.ts'
import { UsageError } from '../core/errors.ts'
import type { Finding } from '../core/finding.ts'
import type { ArtifactReport, Report } from '../core/report.ts'
import { underRules } from '../pipeline/check.ts'
import type { Job } from '../pipeline/job.ts'
import { bundleInput, bundleOptions } from './bundle-input.ts'
import { askedComparison } from './comparison/asked-comparison.ts'
import { checkBudgets } from './check-budgets.ts'
import { checkTree } from './check-tree.ts'
import { isSource } from './entry-point.ts'
import { askedTargets, judge, judgeSizes } from './judge.ts'
import { asarFindings, asOpened, openAsars } from './open-asars.ts'
import { closeInputs, openInputs } from './open-input.ts'
import { refuseUnknownCpu } from './known-cpu.ts'
import { prefixArtifact, prefixDiagnostic } from './prefix-paths.ts'
import { cacheSettings, resultCache } from './result-cache.ts'
import { runJobs } from './run-jobs.ts'
import { analyzeSettings, compressedSizesFor, type ResolvedOptions, resolveOptions, type RunOptions } from './settings.ts'
import { sidesFindings, sidesOfInputs } from './sides.ts'
import { totalsOf } from './totals.ts'
import { tool } from './version.ts'

/**
 * Says what is in files, folders and archives (zip, tar, tar.gz, asar), what it weighs, what it requires and where it runs.
 * Nothing is written.
 *
 * @throws UsageError, ConfigError; ShrinkError for an archive that cannot be opened
 */
export async function analyze(paths: readonly string[], options: RunOptions = {}): Promise<Report> {
  return analyzeResolved(paths, await resolveOptions(options))
}

/** `analyze` with the options already resolved. */
export async function analyzeResolved(paths: readonly string[], options: ResolvedOptions): Promise<Report> {
  if (paths.length === 0) throw new UsageError('nothing to analyze', 'Give a file, a folder or an archive: `shrink analyze dist/`.')
  const { config, cwd, signal } = options
  await refuseUnknownCpu(config.cpu)
  const targets = askedTargets(config)
  const compared = await askedComparison(options)
  const sources = paths.filter(isSource)
  let inputs = [...(await openInputs(paths.filter((path) => !isSource(path)), cwd, targets.architectures))]
  try {
    const advice = await adviseSources(sources, options)
    if (sources.length > 0) inputs.unshift(await bundleInput(sources, config, cwd, signal, resultCache(config)))
    const asars = await openAsars(inputs)
    inputs = [...asars.inputs]
    const settings = analyzeSettings(config)
    const compressedSizes = compressedSizesFor(inputs.flatMap((input) => input.files), config)
    const jobs: Job[] = []
    /** Of each job, where its input's files stand in the report. */
    const prefixes: string[] = []
    for (const { root, prefix, files } of inputs) {
      for (const { path, link } of files) {
        if (link !== undefined) continue
        jobs.push({ kind: 'analyze', root, path, settings, rules: config.rules, compressedSizes })
        prefixes.push(prefix)
      }
    }
    const outcomes = await runJobs(jobs, { threads: config.jobs, signal, onProgress: options.onProgress, cache: cacheSettings(config) })
    const artifacts: ArtifactReport[] = []
    const diagnostics: Diagnostic[] = inputs.flatMap((input) => input.diagnostics.map((d) => prefixDiagnostic(d, input.prefix)))
    for (const [index, { result, failure }] of outcomes.entries()) {
      const prefix = prefixes[index]!
      if (result !== undefined) artifacts.push(asOpened(prefixArtifact(result.artifact, prefix), asars, compressedSizes))
      for (const diagnostic of result?.diagnostics ?? [failure!]) diagnostics.push(prefixDiagnostic(diagnostic, prefix))
    }
    if (asars.contents.size > 0) artifacts.sort((a, b) => (a.path < b.path ? -1 : 1))
    if (jobs.length === 0) {
      diagnostics.push({ severity: 'warning', code: 'input/empty', message: `${paths.join(', ')}: no files in it` })
    }
    const tree = await checkTree(inputs, artifacts, config, signal)
    const sides = await sidesOfInputs(inputs, artifacts)
    return compared({
      schemaVersion: 1,
      tool,
      command: 'analyze',
      totals: totalsOf(artifacts),
      artifacts,
      treeFindings: [...advice, ...tree.findings, ...sidesFindings(sides, config), ...underRules(asarFindings(asars), config.rules), ...checkBudgets(artifacts, [], config)],
      portability: [...judgeSizes(artifacts, targets, sides), ...judge(artifacts, targets, sides)],
      outputs: [],
      packages: [],
      diagnostics: [...options.notes, ...diagnostics, ...tree.diagnostics],
    })
  } finally {
    await closeInputs(inputs)
  }
}

/** What the bundle of these sources is made of and what could be done about it, before anything is deployed. */
async function adviseSources(sources: readonly string[], { config, cwd, signal }: ResolvedOptions): Promise<readonly Finding[]> {
  if (sources.length === 0) return []
  const { adviseBundle } = await import('../bundling/why/advise.ts')
  const findings = await adviseBundle(sources, bundleOptions(config, cwd), { signal, report: () => undefined })
  return underRules(findings, config.rules)
}
