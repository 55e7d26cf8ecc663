import type { Report } from '../core/report.ts'
import { changeGroups, comparisonCaveats, comparisonRows, comparisonSummary, formatDifference, packageLines } from './comparison-changes.ts'
import type { Paint } from './paint.ts'
import { type Cell, renderTable } from './table.ts'
import { formatBytes } from './units.ts'

/** What has changed since an earlier report, and nothing of what has not. */
export function comparisonBlock(report: Report, paint: Paint): string[] {
  const { comparison } = report
  if (comparison === undefined) return []
  const rows = comparisonRows(comparison).map(({ change, names, before, after, difference }): (Cell | string)[] => [
    change,
    names.join(' → '),
    right(before === null ? '' : formatBytes(before)),
    right(after === null ? '' : formatBytes(after)),
    ...[difference.raw, difference.gzip, difference.brotli].map(
      (bytes): Cell => ({ text: formatDifference(bytes), right: true, paint: (bytes ?? 0) > 0 ? paint.yellow : paint.green }),
    ),
  ])
  const head = ['', 'file', 'before', 'after', 'raw', 'gzip', 'brotli'].map((text, column): Cell => ({ text, paint: paint.dim, right: column > 1 }))
  const { shown, more } = changeGroups(comparison)
  return [
    `${paint.bold(`Since ${comparison.against.file}`)}  ${comparisonSummary(comparison)}`,
    ...(rows.length === 0 ? [] : renderTable([head, ...rows])),
    ...packageLines(comparison).map(({ path, text }) => `  ${paint.bold(path)}: ${text}`),
    ...shown.flatMap(({ paths, lines }) => [`  ${paint.bold(paths.length === 1 ? paths[0]! : `${paths[0]} and ${paths.length - 1} more`)}`, ...lines.map((line) => `    ${line}`)]),
    ...(more === 0 ? [] : [`  ${paint.dim(`needs, verdicts or findings of ${more} more have changed: --json`)}`]),
    ...comparisonCaveats(comparison, report).map((caveat) => `  ${paint.dim(caveat)}`),
  ]
}

function right(text: string): Cell {
  return { text, right: true }
}
