import { formatLocation, type Location } from '../core/location.ts'
import type { Severity } from '../core/diagnostic.ts'
import type { EncodedSizes, PackageReport, Report, Verdict } from '../core/report.ts'
import { measures } from '../core/transform.ts'
import { changeGroups, comparisonCaveats, comparisonRows, comparisonSummary, formatDifference, packageLines } from './comparison-changes.ts'
import { markdownName, markdownSentence, markdownTable } from './markdown-text.ts'
import { openFindings } from './open-findings.ts'
import { groupByOutcome, type OutcomeGroup, reasonsOf, signs } from './portability-table.ts'
import { formatBytes, formatChange, plural } from './units.ts'

/** GitHub takes 65536 characters for a comment. */
const maxLength = 60_000

/** Rows of a table, and items of a list, that are shown. */
const maxRows = 30

/** What belongs together; `close` follows also when lines had to be left out. */
interface Section {
  readonly open: readonly string[]
  readonly lines: readonly string[]
  readonly close: readonly string[]
}

/** The report for a comment on a pull request, or a job’s summary (GitHub Flavored Markdown). */
export function markdownReport(report: Report): string {
  const sections = [
    headline(report),
    ...changesSince(report),
    report.command === 'build' ? outputs(report) : artifacts(report),
    packages(report.packages),
    ...portability(report.portability),
    ...remarks(report),
  ]
  return bounded(sections.filter((section) => section.lines.length > 0))
}

/** The first sections matter most: what no longer fits is counted. */
function bounded(sections: readonly Section[]): string {
  const parts: string[] = []
  let left = maxLength
  let leftOut = 0
  for (const { open, lines, close } of sections) {
    left -= [...open, ...close].join('\n').length + 2
    const fit: string[] = []
    for (const line of lines) {
      left -= line.length + 1
      if (left >= 0) fit.push(line)
      else leftOut++
    }
    if (fit.length > 0) parts.push([...open, ...fit, ...close].join('\n'))
  }
  if (leftOut > 0) parts.push(`*Too long to be shown whole: ${plural(leftOut, 'line')} left out; \`--json\` has all.*`)
  return `${parts.join('\n\n')}\n`
}

function headline({ tool, command, totals, outputs: written }: Report): Section {
  const { gzip, brotli, raw } = totals.sizes
  const after = written.reduce((sum, { sizes }) => sum + sizes.raw, 0)
  const sizes = [formatBytes(raw), ...(gzip === null ? [] : [`${formatBytes(gzip)} gzip`]), ...(brotli === null ? [] : [`${formatBytes(brotli)} brotli`])]
  const result = written.length === 0 ? '' : `; written: **${formatBytes(after)}** (${formatChange(raw, after)})`
  return { open: [`### ${tool.name} ${command}`, ''], lines: [`${plural(totals.files, 'file')}, ${plural(totals.artifacts, 'artifact')}: ${sizes.join(', ')}${result}`], close: [] }
}

/** What has changed since an earlier report, and nothing of what has not. */
function changesSince(report: Report): Section[] {
  const { comparison } = report
  if (comparison === undefined) return []
  const rows = comparisonRows(comparison).map(({ change, names, before, after, difference: { raw, gzip, brotli } }) => [
    change,
    change === '' ? names.join('') : names.map(markdownName).join(' → '),
    before === null ? '' : formatBytes(before),
    after === null ? '' : formatBytes(after),
    ...[raw, gzip, brotli].map(formatDifference),
  ])
  const packed = packageLines(comparison).map(({ path, text }) => `- ${markdownName(path)}: ${text}`)
  const { shown: groups, more } = changeGroups(comparison)
  const items = groups.map(({ paths, lines }) => {
    const label = `${markdownName(paths[0]!)}${paths.length === 1 ? '' : ` and ${paths.length - 1} more`}`
    return `- ${label}: ${lines.map(markdownSentence).join('<br>')}`
  })
  const [head, rule, ...body] = markdownTable(['', 'file', 'before', 'after', 'raw', 'gzip', 'brotli'], rows, 2)
  const remarks = [...(more === 0 ? [] : [`needs, verdicts or findings of ${more} more have changed`]), ...comparisonCaveats(comparison, report)].map((text) => `- *${markdownSentence(text)}*`)
  return [
    { open: [`#### Since ${markdownName(comparison.against.file)}`, ''], lines: [comparisonSummary(comparison)], close: [] },
    { open: head === undefined ? [] : [head, rule!], lines: body, close: [] },
    { open: [], lines: [...packed, ...items, ...remarks], close: [] },
  ]
}

interface Row {
  readonly name: string
  readonly format: string
  readonly before: EncodedSizes | undefined
  readonly sizes: EncodedSizes
}

function artifacts(report: Report): Section {
  const known = report.artifacts.filter(({ format }) => format !== 'other')
  const rows = known.map(({ path, format, architecture, sizes }) => ({ name: path, format: architecture === null ? format : `${format} ${architecture}`, before: undefined, sizes }))
  return sizeTable('artifact', rows, report.artifacts.filter(({ format }) => format === 'other'))
}

function outputs(report: Report): Section {
  const isPlain = ({ format, changes }: Report['outputs'][number]): boolean => format === 'other' && changes.length === 0
  const rows = report.outputs.filter((output) => !isPlain(output)).map(({ path, format, before, sizes }) => ({ name: path, format, before, sizes }))
  return sizeTable('output', rows, report.outputs.filter(isPlain))
}

/** Largest first, in the measures that were taken; a build’s cells say before and after. */
function sizeTable(noun: string, rows: readonly Row[], others: readonly { readonly sizes: EncodedSizes }[]): Section {
  const taken = measures.filter((measure) => rows.some(({ sizes }) => sizes[measure] !== null))
  const sorted = [...rows].sort((a, b) => (b.before ?? b.sizes).raw - (a.before ?? a.sizes).raw)
  const cells = ({ before, sizes }: Pick<Row, 'before' | 'sizes'>): string[] =>
    taken.map((measure) => sizeCell(before?.[measure], sizes[measure]))
  const lines = sorted.slice(0, maxRows).map((row) => [markdownName(row.name), row.format, ...cells(row)])
  const rest = sorted.slice(maxRows)
  const raw = (list: readonly { readonly sizes: EncodedSizes }[]): number => list.reduce((sum, { sizes }) => sum + sizes.raw, 0)
  const blank = taken.slice(1).map(() => '')
  if (rest.length > 0) {
    const before = rest[0]!.before === undefined ? undefined : rest.reduce((sum, row) => sum + row.before!.raw, 0)
    lines.push([`${rest.length} more`, '', sizeCell(before, raw(rest)), ...blank])
  }
  if (others.length > 0 && taken.length > 0) lines.push([plural(others.length, 'other file'), '', formatBytes(raw(others)), ...blank])
  const [head, rule, ...body] = markdownTable([noun, 'format', ...taken], lines, 2)
  return { open: head === undefined ? [] : [head, rule!], lines: body, close: [] }
}

function sizeCell(before: number | null | undefined, after: number | null): string {
  if (before === undefined || before === after) return formatBytes(after)
  return `${formatBytes(before)} → ${formatBytes(after)} (${formatChange(before, after)})`
}

function packages(list: readonly PackageReport[]): Section {
  const rows = list.slice(0, maxRows).map(({ path, kind, size, unpackedSize, limits }) => [
    markdownName(path),
    kind,
    formatBytes(size),
    formatBytes(unpackedSize),
    limits.map(({ target, name, limit, used }) => `${markdownName(target)} ${markdownSentence(name)} ${((used / limit) * 100).toFixed(1)} %`).join(', '),
  ])
  return { open: [], lines: markdownTable(['package', 'kind', 'as deployed', 'unpacked', 'share of limit'], rows, 2), close: [] }
}

/** What fails is first, and told why. */
function portability(verdicts: readonly Verdict[]): Section[] {
  const targets = [...new Set(verdicts.map(({ target }) => target))]
  const weight = (group: OutcomeGroup): number =>
    Math.max(...group.verdicts.map((verdict) => ['runs', 'unknown', 'fails'].indexOf(verdict?.verdict ?? 'runs')))
  const groups = [...groupByOutcome(verdicts, targets)].sort((a, b) => weight(b) - weight(a))
  const label = ({ paths }: OutcomeGroup): string => `${markdownName(paths[0]!)}${paths.length === 1 ? '' : ` and ${paths.length - 1} more`}`
  const rows = groups.slice(0, maxRows).map((group) => [label(group), ...group.verdicts.map((verdict) => (verdict === undefined ? '' : signs[verdict.verdict]))])
  const [head, rule, ...body] = markdownTable(['', ...targets.map(markdownName)], rows, Infinity)
  const more = groups.length > maxRows ? [`| ${groups.length - maxRows} more |`] : []
  const why = groups.flatMap((group) =>
    reasonsOf(group).map(({ message, where, hint }) => `- ${label(group)}: ${markdownSentence(message)}${where === '' ? '' : ` (${markdownName(where)})`}${advice(hint)}`),
  )
  return [
    { open: ['#### Where it runs', '', ...(head === undefined ? [] : [head, rule!])], lines: [...body, ...more], close: [] },
    folded(`Why not (${why.length})`, why),
  ]
}

/** Findings and diagnostics, the worst first. */
function remarks(report: Report): Section[] {
  const open = openFindings(report)
  const all = [
    ...report.artifacts.flatMap((artifact) => open(artifact).map((finding) => ({ ...finding, code: finding.ruleId, hint: finding.advice, at: place(finding.location ?? { path: artifact.path }) }))),
    ...report.treeFindings.map((finding) => ({ ...finding, code: finding.ruleId, hint: finding.advice, at: place(finding.location) })),
    ...report.diagnostics.map((diagnostic) => ({ ...diagnostic, wastedBytes: undefined, at: place(diagnostic.location) })),
  ]
  const list = (severity: Severity): string[] =>
    all
      .filter((remark) => remark.severity === severity)
      .map(({ code, message, hint, at, wastedBytes }) => {
        const wasted = wastedBytes === undefined ? '' : ` [${formatBytes(wastedBytes)}]`
        return `- ${at}${markdownSentence(message)}${wasted} (${markdownName(code)})${advice(hint)}`
      })
  const [errors, warnings, notes] = (['error', 'warning', 'info'] as const).map(list)
  return [shown('Errors', errors!), shown('Warnings', warnings!), folded(plural(notes!.length, 'note'), notes!)]
}

function place(location: Location | undefined): string {
  return location === undefined ? '' : `${markdownName(formatLocation(location))}: `
}

function advice(text: string | undefined): string {
  return text === undefined ? '' : `<br>→ ${markdownSentence(text)}`
}

function shown(title: string, items: readonly string[]): Section {
  return { open: [`#### ${title}`, ''], lines: capped(items), close: [] }
}

function folded(title: string, items: readonly string[]): Section {
  return { open: [`<details><summary>${title}</summary>`, ''], lines: capped(items), close: ['', '</details>'] }
}

function capped(items: readonly string[]): readonly string[] {
  return items.length > maxRows ? [...items.slice(0, maxRows), `- and ${items.length - maxRows} more`] : items
}
