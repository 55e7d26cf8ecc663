import type { ArtifactChange, Comparison, PackageChange, Report, SizeDifference } from '../../core/report.ts'
import type { Measure } from '../../core/transform.ts'
import { sumSizes } from '../../pipeline/encoded-sizes.ts'
import type { PreviousReport } from './check-report.ts'
import { type ComparedFile, comparedFiles, unprocessed } from './compared-files.ts'
import { findingChanges } from './finding-changes.ts'
import { type FilePair, pairFiles } from './pair-files.ts'
import { requirementChanges } from './requirement-changes.ts'
import { judgedTargets, verdictChanges } from './verdict-changes.ts'

/** What has changed from one report to another. @param file that the earlier one was read from, as given */
export function compareReports(file: string, previous: PreviousReport, report: Report): Comparison {
  const [before, after] = [comparedFiles(previous), comparedFiles(report)]
  // what could not be read now is not gone, and what could not be read then is not new
  const skipped = new Set([...unprocessed(report, after).filter((path) => before.has(path)), ...unprocessed(previous, before).filter((path) => after.has(path))])
  const pairs = pairFiles(without(skipped, before), without(skipped, after))
  const artifacts = pairs.flatMap(artifactChange)
  const [judgedBefore, judgedAfter] = [judgedTargets(previous), judgedTargets(report)]
  return {
    against: { file, tool: previous.tool, command: previous.command },
    totals: {
      before: sumSizes(pairs.flatMap((pair) => pair.before?.sizes ?? [])),
      after: sumSizes(pairs.flatMap((pair) => pair.after?.sizes ?? [])),
      difference: sumSizes(artifacts.map(({ difference }) => difference)),
      unchanged: pairs.length - artifacts.length,
    },
    artifacts,
    packages: packageChanges(previous, report),
    requirements: requirementChanges(pairs),
    verdicts: verdictChanges(pairs, previous, report),
    findings: findingChanges(pairs, previous.treeFindings, report.treeFindings),
    notCompared: {
      files: [...skipped].sort(),
      targets: [...judgedBefore, ...judgedAfter].filter((target) => !judgedBefore.has(target) || !judgedAfter.has(target)).sort(),
    },
  }
}

function without(skipped: ReadonlySet<string>, files: ReadonlyMap<string, ComparedFile>): ReadonlyMap<string, ComparedFile> {
  return new Map([...files].filter(([path]) => !skipped.has(path)))
}

function artifactChange({ before, after }: FilePair): ArtifactChange[] {
  const path = (after ?? before)!.path
  const renamed = before !== undefined && after !== undefined && before.path !== after.path
  const difference = differenceOf(before, after)
  const decisive = [difference.raw, difference.gzip, difference.brotli].find((each) => each !== null && each !== 0) ?? 0
  if (before !== undefined && after !== undefined && decisive === 0 && !renamed && before.sha256 === after.sha256) return []
  let change: ArtifactChange['change'] = 'same-size'
  if (before === undefined) change = 'added'
  else if (after === undefined) change = 'removed'
  else if (decisive !== 0) change = decisive > 0 ? 'larger' : 'smaller'
  return [{ path, ...(renamed ? { previousPath: before.path } : {}), change, before: before?.sizes ?? null, after: after?.sizes ?? null, difference }]
}

/** What has the same bytes differs in no measure, also where one of the reports did not take it. */
function differenceOf(before: ComparedFile | undefined, after: ComparedFile | undefined): SizeDifference {
  const same = before !== undefined && before.sha256 === after?.sha256
  const of = (file: ComparedFile | undefined, measure: Measure): number | null => (file === undefined ? 0 : file.sizes[measure])
  const [raw, gzip, brotli] = (['raw', 'gzip', 'brotli'] as const).map((measure) => {
    const [from, to] = [of(before, measure), of(after, measure)]
    return from === null || to === null ? (same ? 0 : null) : to - from
  })
  return { raw: raw!, gzip: gzip!, brotli: brotli! }
}

/** Between builds: what is analysed is not packed. */
function packageChanges(previous: PreviousReport, report: Report): PackageChange[] {
  if (previous.command !== 'build' || report.command !== 'build') return []
  const [before, after] = [previous, report].map(({ packages }) => new Map(packages.map(({ path, size }) => [path, size])))
  return [...new Set([...before!.keys(), ...after!.keys()])].sort().flatMap((path) => {
    const [from, to] = [before!.get(path), after!.get(path)]
    return from === to ? [] : [{ path, before: from ?? null, after: to ?? null, difference: (to ?? 0) - (from ?? 0) }]
  })
}
