import type { DiagnosticCode } from '../core/diagnostic-codes.ts'
import { isAtLeast } from '../core/diagnostic.ts'
import type { FailOn, Report } from '../core/report.ts'

/** 0 done · 1 a finding counts, or a target is not met · 3 something could not be processed. */
export type ReportExitCode = 0 | 1 | 3

/** What the user asked a run to hold. */
export interface Demands {
  /** The severity of findings that counts as not met. */
  readonly failOn: FailOn
  /** Target ids as the user wrote them: when there are any, the report’s verdicts are on these and no others. */
  readonly targets: readonly string[]
}

/** Errors that say that what was asked for is not met, rather than that something went wrong. */
const demanded: ReadonlySet<DiagnosticCode> = new Set(['artifact/wrong-architecture', 'verify/failed'])

export function exitCode(report: Report, { failOn, targets }: Demands): ReportExitCode {
  const errors = report.diagnostics.filter((diagnostic) => diagnostic.severity === 'error')
  if (errors.some((diagnostic) => !demanded.has(diagnostic.code))) return 3
  if (errors.length > 0) return 1
  const findings = [...report.treeFindings, ...report.artifacts.flatMap((artifact) => artifact.findings)]
  if (failOn !== 'never' && findings.some((finding) => isAtLeast(finding.severity, failOn))) return 1
  return targets.length > 0 && report.portability.some((verdict) => verdict.verdict === 'fails') ? 1 : 0
}
