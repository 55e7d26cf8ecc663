import { demangle } from '../core/demangle/demangle.ts'
import { formatLocation } from '../core/location.ts'
import type { Diagnostic } from '../core/diagnostic.ts'
import type { Finding } from '../core/finding.ts'
import type { ArtifactReport, OutputReport, PackageReport, Report } from '../core/report.ts'
import { comparisonBlock } from './comparison-text.ts'
import { cpuVerdicts } from './cpu-verdicts.ts'
import { openFindings } from './open-findings.ts'
import { createPaint, type Paint } from './paint.ts'
import { portabilityTable } from './portability-table.ts'
import { printableData } from './printable.ts'
import { summarizeRequirements } from './requirement-summary.ts'
import { type Cell, renderTable } from './table.ts'
import { formatBytes, formatChange, plural } from './units.ts'

export interface TextOptions {
  readonly color: boolean
  /** Columns of the terminal. */
  readonly width: number
}

/** Artifacts that are listed, largest first; the rest is summed into one row. */
const maxArtifactRows = 60

/** Artifacts whose details are shown: those with warnings, then the largest. */
const maxDetails = 20

/** Rows of a size map that are shown; the rest is summed into one. */
const maxSizeRows = 25

/** Characters of a label that are shown: instantiated C++ templates have names of kilobytes. */
const maxLabel = 160

/** The report for a person at a terminal. */
export function textReport(data: Report, options: TextOptions): string {
  const report = printableData(data)
  const paint = createPaint(options.color)
  const blocks = [
    header(report, paint),
    report.command === 'build' ? outputs(report, paint) : artifacts(report, paint),
    ...allDetails(report, paint),
    findingBlock('The tree as a whole', report.treeFindings, paint),
    portabilityTable(report.portability, paint, options.width),
    packages(report.packages, paint),
    comparisonBlock(report, paint),
    diagnostics(report.diagnostics, paint),
  ]
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`
}

function header(report: Report, paint: Paint): string[] {
  const { files, artifacts: count, sizes } = report.totals
  const compressed = sizes.gzip === null ? '' : `, ${formatBytes(sizes.gzip)} gzip`
  const brotli = sizes.brotli === null ? '' : `, ${formatBytes(sizes.brotli)} brotli`
  const written = report.outputs.reduce((sum, output) => sum + output.sizes.raw, 0)
  const after = report.outputs.length === 0 ? '' : `; written: ${formatBytes(written)} (${formatChange(sizes.raw, written)})`
  return [
    `${paint.bold(`${report.tool.name} ${report.command}`)}  ${plural(files, 'file')}, ${plural(count, 'artifact')}: ` +
      `${formatBytes(sizes.raw)}${compressed}${brotli}${after}`,
  ]
}

function artifacts(report: Report, paint: Paint): string[] {
  const rows: (Cell | string)[][] = [head(['artifact', 'format', 'raw', 'gzip', 'brotli'], paint)]
  const known = report.artifacts.filter((artifact) => artifact.format !== 'other')
  const shown = new Set([...known].sort((a, b) => b.sizes.raw - a.sizes.raw).slice(0, maxArtifactRows))
  for (const artifact of known.filter((candidate) => shown.has(candidate))) {
    const { raw, gzip, brotli } = artifact.sizes
    rows.push([artifact.path, formatName(artifact), right(formatBytes(raw)), right(formatBytes(gzip)), right(formatBytes(brotli))])
  }
  const summed = (list: readonly ArtifactReport[], noun: string): void => {
    const bytes = list.reduce((sum, artifact) => sum + artifact.sizes.raw, 0)
    if (list.length > 0) rows.push([paintedCell(plural(list.length, noun), paint.dim), '', right(formatBytes(bytes))])
  }
  summed(known.filter((artifact) => !shown.has(artifact)), 'smaller artifact')
  summed(report.artifacts.filter((artifact) => artifact.format === 'other'), 'other file')
  return report.artifacts.length === 0 ? [] : renderTable(rows)
}

function outputs(report: Report, paint: Paint): string[] {
  const rows: (Cell | string)[][] = [head(['output', 'format', 'before', 'after', 'change', 'gzip before', 'after', 'change'], paint)]
  let unchanged = 0
  let unchangedBytes = 0
  for (const output of report.outputs) {
    if (output.format === 'other' && output.changes.length === 0) {
      unchanged++
      unchangedBytes += output.sizes.raw
    } else rows.push(outputRow(output, paint))
  }
  if (unchanged > 0) rows.push([paintedCell(plural(unchanged, 'other file'), paint.dim), '', right(formatBytes(unchangedBytes)), right(formatBytes(unchangedBytes))])
  return report.outputs.length === 0 ? [] : renderTable(rows)
}

function outputRow({ path, format, before, sizes }: OutputReport, paint: Paint): (Cell | string)[] {
  const change = (from: number | null, to: number | null): Cell => {
    const same = from === to
    return { text: same ? '' : formatChange(from, to), right: true, paint: (text) => (same ? text : paint.green(text)) }
  }
  return [
    path,
    format,
    right(formatBytes(before.raw)),
    right(formatBytes(sizes.raw)),
    change(before.raw, sizes.raw),
    right(formatBytes(before.gzip)),
    right(formatBytes(sizes.gzip)),
    change(before.gzip, sizes.gzip),
  ]
}

function allDetails(report: Report, paint: Paint): string[][] {
  const known = report.artifacts.filter((artifact) => artifact.format !== 'other')
  const weight = (artifact: ArtifactReport): number =>
    artifact.findings.some((finding) => finding.severity !== 'info') ? Infinity : artifact.sizes.raw
  const shown = new Set([...known].sort((a, b) => weight(b) - weight(a) || b.sizes.raw - a.sizes.raw).slice(0, maxDetails))
  const open = openFindings(report)
  const blocks = known.filter((artifact) => shown.has(artifact)).map((artifact) => details(artifact, open(artifact), report, paint))
  const rest = known.length - shown.size
  return rest === 0 ? blocks : [...blocks, [`  ${paint.dim(`details of ${plural(rest, 'more artifact')}: --json, or analyze the file itself`)}`]]
}

function details(artifact: ArtifactReport, findings: readonly Finding[], report: Report, paint: Paint): string[] {
  const lines: string[] = []
  const summary = summarizeRequirements(artifact.requirements)
  summary.splice(summary.findIndex(({ label }) => label === 'cpu') + 1, 0, ...cpuVerdicts(artifact))
  for (const { label, text } of summary) {
    lines.push(`    ${paint.dim(label.padEnd(10))}  ${text}`)
  }
  const changes = report.outputs.find((output) => output.path === artifact.path)?.changes ?? []
  for (const change of changes) {
    lines.push(
      `    ${paint.green('changed'.padEnd(10))}  ${change.transform}: ${change.what}, ` +
        `${formatBytes(change.before)} → ${formatBytes(change.after)} ${paint.dim(`(${change.verifiedBy.join(', ')})`)}`,
    )
  }
  for (const finding of findings) lines.push(...findingLines(finding, '    ', paint))
  if (artifact.sizeMap !== undefined && artifact.sizeMap.view !== 'default') lines.push(...sizeRows(artifact, paint))
  return lines.length === 0 ? [] : [`  ${paint.bold(artifact.path)}`, ...lines]
}

function sizeRows({ sizeMap, sizes }: ArtifactReport, paint: Paint): string[] {
  const totals = sizeMap!.totals
  const shown = totals.slice(0, maxSizeRows)
  const rest = totals.slice(maxSizeRows)
  const share = (size: number): Cell => right(sizes.raw === 0 ? '' : `${((size / sizes.raw) * 100).toFixed(1)} %`)
  const rows: (Cell | string)[][] = shown.map((total) => [right(formatBytes(total.size)), share(total.size), readableLabel(total.label), paintedCell(`${total.kind}${inMemory(total.size, total.memorySize)}`, paint.dim)])
  const restSize = rest.reduce((sum, total) => sum + total.size, 0)
  if (rest.length > 0) rows.push([right(formatBytes(restSize)), share(restSize), `${rest.length} more`])
  const memory = totals.some((total) => total.memorySize !== undefined)
    ? totals.reduce((sum, total) => sum + (total.memorySize ?? total.size), 0)
    : undefined
  rows.push([right(formatBytes(sizes.raw)), share(sizes.raw), `total${inMemory(sizes.raw, memory)}`])
  return [`    ${paint.dim(`by ${sizeMap!.view}`)}`, ...renderTable(rows, '      ')]
}

/** What a row is at run time, where that differs from what it is in the file. */
function inMemory(size: number, memory: number | undefined): string {
  if (memory === undefined || memory === size) return ''
  return memory === 0 ? ', not loaded' : `, ${formatBytes(memory)} in memory`
}

/** As the programmer wrote it. (Reports as JSON keep the linker's name, which other tools look symbols up by.) */
function readableLabel(label: string): string {
  const name = demangle(label)
  return name.length > maxLabel ? `${name.slice(0, maxLabel - 1)}…` : name
}

function findingBlock(title: string, findings: readonly Finding[], paint: Paint): string[] {
  if (findings.length === 0) return []
  return [paint.bold(title), ...findings.flatMap((finding) => findingLines(finding, '  ', paint))]
}

function findingLines(finding: Finding, indent: string, paint: Paint): string[] {
  const wasted = finding.wastedBytes === undefined ? '' : ` ${paint.dim(`[${formatBytes(finding.wastedBytes)}]`)}`
  const lines = [`${indent}${paint.severity(finding.severity, finding.severity.padEnd(10))}  ${finding.ruleId}: ${finding.message}${wasted}`]
  if (finding.advice !== undefined) lines.push(`${indent}${' '.repeat(12)}→ ${finding.advice}`)
  return lines
}

function packages(list: readonly PackageReport[], paint: Paint): string[] {
  if (list.length === 0) return []
  const rows: (Cell | string)[][] = [head(['package', 'kind', 'as deployed', 'unpacked', 'share of limit'], paint)]
  for (const item of list) {
    const limits = item.limits.map(({ target, name, limit, used }) => `${target} ${name} ${((used / limit) * 100).toFixed(1)} %`)
    rows.push([item.path, item.kind, right(formatBytes(item.size)), right(formatBytes(item.unpackedSize)), limits.join(', ')])
  }
  return [paint.bold('Packages'), ...renderTable(rows)]
}

function diagnostics(list: readonly Diagnostic[], paint: Paint): string[] {
  if (list.length === 0) return []
  const lines = list.flatMap(({ severity, code, message, hint, location }) => [
    `  ${paint.severity(severity, severity.padEnd(8))}  ${location === undefined ? '' : `${formatLocation(location)}: `}${message} ${paint.dim(`(${code})`)}`,
    ...(hint === undefined ? [] : [`            → ${hint.replaceAll('\n', '\n              ')}`]),
  ])
  return [paint.bold('Notes'), ...lines]
}

function formatName(artifact: ArtifactReport): string {
  const type = artifact.properties['type'] ?? artifact.properties['container']
  return [artifact.format, artifact.architecture, typeof type === 'string' ? type : null].filter((part) => part !== null).join(' ')
}

function head(titles: readonly string[], paint: Paint): Cell[] {
  return titles.map((text, column) => ({ text, paint: paint.dim, right: column > 1 }))
}

function right(text: string): Cell {
  return { text, right: true }
}

function paintedCell(text: string, paint: (text: string) => string): Cell {
  return { text, paint }
}
