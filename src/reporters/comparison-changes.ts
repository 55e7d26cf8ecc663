import type { ArtifactChange, Comparison, EncodedSizes, FindingChange, Report, RequirementChange, SizeDifference, VerdictChange } from '../core/report.ts'
import type { CapabilityKind, Requirement } from '../core/requirement.ts'
import { findingLines, findingSummary } from './comparison-findings.ts'
import { decisive } from './portability-table.ts'
import { requirementText } from './requirement-summary.ts'
import { formatBytes, formatChange, plural } from './units.ts'

/** Rows of files that are shown, those that changed most; the rest is summed into one. */
const maxRows = 15

/** Files, or groups of files, whose needs, verdicts and findings are told. */
const maxGroups = 12

/** Of one line: capabilities, targets, reasons. */
const maxItems = 8
const maxTargets = 3
const maxReasons = 3

/** Lines about targets, of one file. */
const maxVerdicts = 4

/** Characters of a name and of a witness. */
const maxText = 160

/** Kinds of which it is asked which symbol or instruction brought them in. */
const witnessed: ReadonlySet<CapabilityKind> = new Set(['libc', 'symbol-version', 'cpu-feature'])

/** A row of the table of what changed. The rows sum to the last one. */
export interface ComparisonRow {
  readonly change: ArtifactChange['change'] | ''
  readonly names: readonly string[]
  readonly before: number | null
  readonly after: number | null
  readonly difference: SizeDifference
}

/** The files that changed most, the others as one row, and the sum. */
export function comparisonRows({ artifacts, totals }: Comparison): readonly ComparisonRow[] {
  const sorted = [...artifacts].sort((a, b) => Math.abs(b.difference.raw) - Math.abs(a.difference.raw))
  const raw = (sizes: EncodedSizes | null): number | null => sizes?.raw ?? null
  const rows = sorted.slice(0, maxRows).map(
    ({ change, path, previousPath, before, after, difference }): ComparisonRow => ({
      change,
      names: previousPath === undefined ? [path] : [previousPath, path],
      before: raw(before),
      after: raw(after),
      difference,
    }),
  )
  const rest = sorted.slice(maxRows)
  const sum = (pick: (change: ArtifactChange) => number | null): number | null =>
    rest.map(pick).reduce((total, each) => (total === null || each === null ? null : total + each), 0)
  if (rest.length > 0) {
    rows.push({
      change: '',
      names: [`${rest.length} more`],
      before: sum(({ before }) => before?.raw ?? 0),
      after: sum(({ after }) => after?.raw ?? 0),
      difference: { raw: sum(({ difference }) => difference.raw)!, gzip: sum(({ difference }) => difference.gzip), brotli: sum(({ difference }) => difference.brotli) },
    })
  }
  if (artifacts.length > 0) rows.push({ change: '', names: ['total'], before: totals.before.raw, after: totals.after.raw, difference: totals.difference })
  return rows
}

/** `1 added, 2 larger, 40 unchanged: +2034 B (+0.4 %); 1 new finding` */
export function comparisonSummary(comparison: Comparison): string {
  const findings = findingSummary(comparison)
  return `${sizeSummary(comparison)}${findings === '' ? '' : `; ${findings}`}`
}

function sizeSummary({ artifacts, totals }: Comparison): string {
  const kinds: readonly ArtifactChange['change'][] = ['added', 'removed', 'larger', 'smaller', 'same-size']
  const counts = kinds.flatMap((kind) => {
    const count = artifacts.filter(({ change }) => change === kind).length
    return count === 0 ? [] : [`${count} ${kind === 'same-size' ? 'as large, but changed' : kind}`]
  })
  if (counts.length === 0) return `no file has changed (${plural(totals.unchanged, 'file')})`
  const share = formatChange(totals.before.raw, totals.after.raw)
  return `${[...counts, `${totals.unchanged} unchanged`].join(', ')}: ${formatDifference(totals.difference.raw)}${share === '' ? '' : ` (${share})`}`
}

/** `app.zip: 5.10 MB → 5.30 MB as deployed, +200123 B` */
export function packageLines({ packages }: Comparison): readonly { readonly path: string; readonly text: string }[] {
  return packages.slice(0, maxRows).map(({ path, before, after, difference }) => {
    const sizes = before !== null && after !== null ? `${formatBytes(before)} → ${formatBytes(after)}` : `${before === null ? 'new' : 'gone'}, ${formatBytes(before ?? after)}`
    return { path, text: `${sizes} as deployed, ${formatDifference(difference)}` }
  })
}

/** What keeps the reports from being compared whole. */
export function comparisonCaveats({ against, notCompared: { files, targets } }: Comparison, { tool }: Report): readonly string[] {
  return [
    ...(against.tool.version === tool.version ? [] : [`it was written by ${against.tool.name} ${cut(against.tool.version)}, this one by ${tool.version}: what they find may differ`]),
    ...(files.length === 0 ? [] : [`not compared, since one of the runs could not process it: ${listed(files, maxTargets)}`]),
    ...(targets.length === 0 ? [] : [`not compared, since one of the runs did not judge it: ${listed(targets, maxTargets)}`]),
  ]
}

/** Files of which the same is to be told about what they need, where they run and what is found in them. */
export interface ChangeGroup {
  readonly paths: readonly string[]
  readonly lines: readonly string[]
}

interface ChangesOfFile {
  readonly requirements: RequirementChange[]
  readonly verdicts: VerdictChange[]
  readonly findings: FindingChange[]
}

/** What fails now is first, then what is found newly. */
export function changeGroups({ requirements, verdicts, findings }: Comparison): { readonly shown: readonly ChangeGroup[]; readonly more: number } {
  const ofArtifact = new Map<string, ChangesOfFile>()
  const changes = (path: string): ChangesOfFile => {
    const found = ofArtifact.get(path) ?? { requirements: [], verdicts: [], findings: [] }
    ofArtifact.set(path, found)
    return found
  }
  for (const change of verdicts) changes(change.artifact).verdicts.push(change)
  for (const change of requirements) changes(change.artifact).requirements.push(change)
  for (const change of findings) changes(change.artifact).findings.push(change)
  const groups = new Map<string, { paths: string[]; lines: readonly string[]; weight: number }>()
  for (const [path, of] of ofArtifact) {
    const lines = [...verdictLines(of.verdicts), ...requirementLines(of.requirements), ...findingLines(of.findings)]
    const key = lines.join('\n')
    const group = groups.get(key) ?? { paths: [], lines, weight: weightOf(of) }
    groups.set(key, group)
    group.paths.push(path === '.' ? 'the tree as a whole' : path)
  }
  const sorted = [...groups.values()].sort((a, b) => b.weight - a.weight)
  return { shown: sorted.slice(0, maxGroups), more: sorted.slice(maxGroups).reduce((sum, { paths }) => sum + paths.length, 0) }
}

function weightOf({ verdicts, findings }: ChangesOfFile): number {
  if (verdicts.some(({ after }) => after === 'fails')) return 3
  return Math.max(0, ...findings.map(({ before, after }) => (before === null ? ['info', 'warning', 'error'].indexOf(after!.severity) : 0)))
}

function verdictLines(changes: readonly VerdictChange[]): string[] {
  const groups = new Map<string, { readonly words: string; readonly why: string; readonly targets: string[] }>()
  for (const change of changes) {
    const words = wordsFor(change)
    const reasons = decisive(change)
    const more = reasons.length > maxReasons ? ` and ${reasons.length - maxReasons} more` : ''
    const why = `${reasons.slice(0, maxReasons).map(({ message }) => message).join('; ')}${more}`
    const group = groups.get(`${words}\0${why}`) ?? { words, why, targets: [] }
    groups.set(`${words}\0${why}`, group)
    group.targets.push(change.target)
  }
  const told = [...groups.values()].map(({ words, why, targets }) => `${words} ${listed(targets, maxTargets)}${why === '' ? '' : `: ${why}`}`)
  return told.length > maxVerdicts ? [...told.slice(0, maxVerdicts), `and ${plural(told.length - maxVerdicts, 'more change')} of the kind (--json lists them)`] : told
}

function wordsFor({ before, after }: VerdictChange): string {
  switch (after) {
    case 'fails':
      if (before === null) return '✗ fails on'
      return before === 'runs' ? '✗ no longer runs on' : '✗ is now known to fail on'
    case 'unknown':
      if (before === null) return '? not known to run on'
      return before === 'runs' ? '? no longer known to run on' : '? no longer known to fail on'
    case 'runs':
      return '✓ now runs on'
    case null:
      return before === 'fails' ? '✓ no longer fails on' : '✓ no longer in doubt on'
  }
}

function requirementLines(changes: readonly RequirementChange[]): string[] {
  const now = changes.flatMap(({ before, after }) => (after === null ? [] : [needed(after, before)]))
  const gone = changes.flatMap(({ before, after }) => (before === null || after !== null ? [] : [capability(before)]))
  return [...(now.length === 0 ? [] : [`now needs ${listed(now, maxItems)}`]), ...(gone.length === 0 ? [] : [`no longer needs ${listed(gone, maxItems)}`])]
}

function needed(after: Requirement, before: Requirement | null): string {
  const witness = witnessed.has(after.kind) ? after.evidence[0]?.text : undefined
  const notes = [...(before === null ? [] : [`before: ${capability(before)}`]), ...(witness === undefined ? [] : [cut(witness)])]
  return `${capability(after)}${notes.length === 0 ? '' : ` (${notes.join('; ')})`}`
}

function capability(requirement: Requirement): string {
  const { kind, name, need } = requirement
  // beside libraries and globals, `os` says nothing
  const what = kind === 'node-builtin' ? `node:${name}` : requirementText(requirement)
  return `${need === 'required' ? '' : `${need}: `}${cut(what)}`
}

/** `+2034 B`: whole bytes, so that rows sum to their total to the digit. */
export function formatDifference(bytes: number | null): string {
  if (bytes === null) return '–'
  return `${bytes > 0 ? '+' : ''}${bytes} B`
}

function listed(items: readonly string[], most: number): string {
  const shown = items.slice(0, most).map(cut).join(', ')
  return items.length > most ? `${shown} and ${items.length - most} more` : shown
}

function cut(text: string): string {
  return text.length > maxText ? `${text.slice(0, maxText - 1)}…` : text
}
