import type { Verdict, VerdictKind } from '../core/report.ts'
import type { Paint } from './paint.ts'
import { type Cell, renderTable } from './table.ts'

export const signs: Readonly<Record<VerdictKind, string>> = { runs: '✓ runs', fails: '✗ fails', unknown: '? unknown' }

/** Reasons of one artifact on one target that are listed; the rest is counted. */
const maxReasons = 3

/** Rows up to which artifacts of one verdict have rows of their own for what they differ in. */
const maxRows = 20

/** Artifact × target, then why. Artifacts with equal rows and reasons are one row. */
export function portabilityTable(verdicts: readonly Verdict[], paint: Paint, width: number): string[] {
  if (verdicts.length === 0) return []
  const targets = [...new Set(verdicts.map((verdict) => verdict.target))]
  const groups = groupByOutcome(verdicts, targets)
  const longest = Math.max(...groups.map((group) => label(group).length), 8)
  const wide = longest + targets.reduce((sum, target) => sum + Math.max(target.length, 9) + 2, 2) > width
  const names = wide ? targets.map((_, index) => `[${index + 1}]`) : targets
  const rows: (Cell | string)[][] = [['', ...names.map((text) => ({ text, paint: paint.dim }))]]
  for (const group of groups) {
    rows.push([label(group), ...group.verdicts.map((verdict) => cell(verdict, paint))])
  }
  const lines = [paint.bold('Where it runs'), ...renderTable(rows)]
  if (wide) for (const [index, target] of targets.entries()) lines.push(`  ${paint.dim(`[${index + 1}]`)} ${target}`)
  return [...lines, ...explanations(groups, paint)]
}

/** Artifacts with equal verdicts for equal reasons; with equal verdicts where that would be too many to read. */
export interface OutcomeGroup {
  readonly paths: readonly string[]
  /** In the order of the targets; the reasons are those of the first path. */
  readonly verdicts: Row
  /** Of each path, where their reasons differ. */
  readonly rows?: readonly Row[]
}

type Row = readonly (Verdict | undefined)[]

export function groupByOutcome(verdicts: readonly Verdict[], targets: readonly string[]): readonly OutcomeGroup[] {
  const byArtifact = new Map<string, Map<string, Verdict>>()
  for (const verdict of verdicts) {
    const row = byArtifact.get(verdict.artifact) ?? new Map<string, Verdict>()
    byArtifact.set(verdict.artifact, row.set(verdict.target, verdict))
  }
  const rows = [...byArtifact].map(([path, row]) => ({ path, row: targets.map((target) => row.get(target)) }))
  const exact = grouped(rows, (row) => JSON.stringify(row.map((verdict) => verdict && [verdict.verdict, verdict.reasons.map((reason) => reason.message)])))
  return exact.length <= maxRows ? exact.map(({ paths, verdicts: first }) => ({ paths, verdicts: first })) : grouped(rows, (row) => JSON.stringify(row.map((verdict) => verdict?.verdict)))
}

function grouped(rows: readonly { readonly path: string; readonly row: Row }[], keyOf: (row: Row) => string): readonly OutcomeGroup[] {
  const groups = new Map<string, { paths: string[]; verdicts: Row; rows: Row[] }>()
  for (const { path, row } of rows) {
    const key = keyOf(row)
    const group = groups.get(key) ?? { paths: [], verdicts: row, rows: [] }
    group.paths.push(path)
    group.rows.push(row)
    groups.set(key, group)
  }
  return [...groups.values()]
}

function label({ paths }: OutcomeGroup): string {
  return paths.length === 1 ? paths[0]! : `${paths[0]} and ${paths.length - 1} more`
}

function cell(verdict: Verdict | undefined, paint: Paint): Cell {
  if (verdict === undefined) return { text: '' }
  const look = { runs: paint.green, fails: paint.red, unknown: paint.yellow }[verdict.verdict]
  return { text: signs[verdict.verdict], paint: look }
}

function explanations(groups: readonly OutcomeGroup[], paint: Paint): string[] {
  const lines: string[] = []
  for (const group of groups) {
    const reasons = reasonsOf(group)
    if (reasons.length === 0) continue
    lines.push(`  ${paint.bold(label(group))}`)
    for (const { message, where, hint } of reasons) {
      lines.push(`    ${message}${where === '' ? '' : ` ${paint.dim(`(${where})`)}`}`)
      if (hint !== undefined) lines.push(`      → ${hint}`)
    }
  }
  return lines
}

interface Told {
  readonly message: string
  readonly where: string
  readonly hint: string | undefined
}

/** Why the artifacts of a group do not run, or why that cannot be told. The same reason on several targets is said once. */
export function reasonsOf(group: OutcomeGroup): readonly Told[] {
  return group.rows === undefined || group.paths.length === 1 ? reasonsOfRow(group.verdicts) : commonReasons(group.rows)
}

function reasonsOfRow(row: Row): Told[] {
  const said = new Map<string, { targets: string[]; hint: string | undefined }>()
  for (const verdict of row) {
    if (verdict === undefined || verdict.verdict === 'runs') continue
    const reasons = decisive(verdict)
    for (const reason of reasons.slice(0, maxReasons)) {
      const entry = said.get(reason.message) ?? { targets: [], hint: reason.hint }
      entry.targets.push(verdict.target)
      said.set(reason.message, entry)
    }
    if (reasons.length > maxReasons) {
      const entry = said.get(moreReasons(reasons.length - maxReasons)) ?? { targets: [], hint: undefined }
      entry.targets.push(verdict.target)
      said.set(moreReasons(reasons.length - maxReasons), entry)
    }
  }
  return [...said].map(([message, { targets, hint }]) => ({ message, where: whereOf(message, targets), hint }))
}

/** The reasons that most of the artifacts have, with how many those are. */
function commonReasons(rows: readonly Row[]): Told[] {
  const said = new Map<string, { readonly targets: Set<string>; readonly hint: string | undefined; readonly files: Set<Row> }>()
  for (const row of rows) {
    for (const verdict of row) {
      if (verdict === undefined || verdict.verdict === 'runs') continue
      for (const { message, hint } of decisive(verdict)) {
        const entry = said.get(message) ?? { targets: new Set(), hint, files: new Set() }
        entry.targets.add(verdict.target)
        entry.files.add(row)
        said.set(message, entry)
      }
    }
  }
  const sorted = [...said].sort(([, a], [, b]) => b.files.size - a.files.size)
  const told = sorted.slice(0, maxReasons).map(([message, { targets, hint, files }]): Told => ({
    message: `${files.size} of ${rows.length}: ${message}`,
    where: whereOf(message, [...targets]),
    hint,
  }))
  return sorted.length > maxReasons ? [...told, { message: moreReasons(sorted.length - maxReasons), where: '', hint: undefined }] : told
}

function moreReasons(more: number): string {
  return `${more} more ${more === 1 ? 'reason' : 'reasons'} (--json lists ${more === 1 ? 'it' : 'them'})`
}

function whereOf(message: string, targets: readonly string[]): string {
  if (targets.length === 1 && message.includes(targets[0]!)) return ''
  return targets.length > 3 ? `${targets.length} targets` : targets.join(', ')
}

/** A binary for another machine needs no list of what else that machine lacks. */
export function decisive({ reasons }: Pick<Verdict, 'reasons'>): Verdict['reasons'] {
  const architecture = reasons.filter((reason) => reason.requirement?.kind === 'architecture')
  return architecture.length > 0 ? architecture : reasons
}
