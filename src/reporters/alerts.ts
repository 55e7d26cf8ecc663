import type { Severity } from '../core/diagnostic.ts'
import type { JsonValue } from '../core/json.ts'
import type { Location } from '../core/location.ts'
import type { ComparedFinding, Report, Verdict } from '../core/report.ts'
import type { Evidence } from '../core/requirement.ts'
import { openFindings } from './open-findings.ts'

/** What is to be shown beside the code: a finding, a verdict or a diagnostic. */
export interface Alert {
  readonly ruleId: string
  readonly severity: Severity
  readonly message: string
  readonly advice?: string | undefined
  readonly location: Location | undefined
  /** It was not found for the earlier report that this one was compared with. */
  readonly isNew?: boolean
  readonly properties?: { readonly [key: string]: JsonValue }
}

/**
 * What a report has to say, without what a build has mended.
 *
 * @param targetsAsked targets were named: what fails on others, which were judged unasked, is no alert
 */
export function alertsOf(report: Report, targetsAsked: boolean): readonly Alert[] {
  return [...findings(report), ...(targetsAsked ? report.portability.flatMap(verdict) : []), ...diagnostics(report)]
}

function findings(report: Report): Alert[] {
  const open = openFindings(report)
  const news = new Set((report.comparison?.findings ?? []).flatMap(({ artifact, after }) => (after === null ? [] : [identity(artifact, after)])))
  const all = [
    ...report.artifacts.flatMap((artifact) => open(artifact).map((finding) => ({ finding, path: artifact.path }))),
    ...report.treeFindings.map((finding) => ({ finding, path: undefined })),
  ]
  return all.map(({ finding: { ruleId, severity, message, advice, location, data, wastedBytes }, path }) => ({
    ruleId,
    severity,
    message,
    advice,
    location: location ?? (path === undefined ? undefined : { path }),
    ...(news.has(identity(path ?? '.', { ruleId, severity, message, ...(location === undefined ? {} : { location }) })) ? { isNew: true } : {}),
    properties: { ...(data === undefined ? {} : { data }), ...(wastedBytes === undefined ? {} : { wastedBytes }) },
  }))
}

/** Equal ones of a file are new together. */
function identity(artifact: string, { ruleId, message, location }: ComparedFinding): string {
  return [artifact, ruleId, message, location?.line, location?.column, location?.offset].join('\0')
}

function verdict({ artifact, target, verdict: kind, reasons }: Verdict): Alert[] {
  if (kind === 'runs') return []
  return reasons.map(({ message, hint, requirement }) => ({
    ruleId: `target/${kind}`,
    severity: kind === 'fails' ? 'error' : 'info',
    message: message.includes(target) ? message : `${target}: ${message}`,
    advice: hint,
    location: { path: artifact, ...place(requirement?.evidence[0]) },
    properties: { target },
  }))
}

function place(evidence: Evidence | undefined): Omit<Location, 'path'> {
  const { offset, line, column } = evidence ?? {}
  return { ...(offset === undefined ? {} : { offset }), ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) }
}

function diagnostics(report: Report): Alert[] {
  return report.diagnostics.map(({ severity, code, message, hint, location }) => ({ ruleId: code, severity, message, advice: hint, location }))
}
