import { isAtLeast, type Severity } from '../core/diagnostic.ts'
import type { Report } from '../core/report.ts'
import { type Alert, alertsOf } from './alerts.ts'
import { comparisonSummary } from './comparison-changes.ts'
import { goneLines } from './comparison-findings.ts'
import { printable, printableLines } from './printable.ts'
import { inRepository, type PlaceInRepository, sameInRepository } from './repository-place.ts'

const commands: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'notice' }

/**
 * The report as commands of GitHub’s workflows, a line an alert, which become annotations. GitHub shows the first ten of a
 * kind and step: the worst are first, and of these what is new since the report that it was compared with.
 *
 * @param options `targets`: those that were named, since what fails on others, which were judged unasked, is no alert; `placeOf`:
 * where files are in the repository, which is what GitHub shows annotations by
 */
export function githubReport(report: Report, { targets, placeOf = sameInRepository }: { readonly targets: readonly string[]; readonly placeOf?: PlaceInRepository }): string {
  const alerts = alertsOf(report, targets.length > 0)
  const sorted = [...alerts].sort((a, b) => Number(isAtLeast(b.severity, a.severity)) - Number(isAtLeast(a.severity, b.severity)) || Number(b.isNew === true) - Number(a.isNew === true))
  return [...sorted.map((alert) => command(alert, placeOf)), ...changes(report)].map((line) => `${line}\n`).join('')
}

/** What has changed since an earlier report, in one notice: what is new is marked where it stands. */
function changes({ comparison }: Report): string[] {
  if (comparison === undefined) return []
  const gone = goneLines(comparison)
  return [`::notice title=${property(`Since ${comparison.against.file}`)}::${data([comparisonSummary(comparison), ...gone].map(printable).join('\n'))}`]
}

function command({ ruleId, severity, message, advice, location: shown, isNew }: Alert, placeOf: PlaceInRepository): string {
  const { location: { path, line, column }, inside } = inRepository(shown, placeOf)
  const told = inside === undefined ? message : `${inside}: ${message}`
  const properties = [
    ...(path === '' || path === '.' ? [] : [`file=${property(path)}`]),
    ...(line === undefined || line < 1 ? [] : [`line=${line}`, ...(column === undefined || column < 1 ? [] : [`col=${column}`])]),
    `title=${property(isNew === true ? `${ruleId} (new)` : ruleId)}`,
  ]
  return `::${commands[severity]} ${properties.join(',')}::${data(`${printable(told)}${advice === undefined ? '' : `\n→ ${printableLines(advice)}`}`)}`
}

/** What ends a command’s message, and the sign of the escapes themselves (actions/toolkit, `escapeData`). */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

/** Of properties, what ends them too (`escapeProperty`). */
function property(text: string): string {
  return data(printable(text)).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
