import { isAtLeast } from '../core/diagnostic.ts'
import type { FailOn, Report } from '../core/report.ts'

/** 0 done · 1 a finding, budget or target was not met · 3 something could not be processed. */
export type ReportExitCode = 0 | 1 | 3

/**
 * @param failOn the severity of findings that counts as not met
 * @param askedTargets the targets that the user named: an artifact that fails on one of them counts as not met
 */
export function exitCode(report: Report, failOn: FailOn, askedTargets: readonly string[] = []): ReportExitCode {
  const errors = report.diagnostics.filter((diagnostic) => diagnostic.severity === 'error')
  if (errors.some((diagnostic) => diagnostic.code !== 'artifact/wrong-architecture')) return 3
  if (errors.length > 0) return 1
  const findings = [...report.treeFindings, ...report.artifacts.flatMap((artifact) => artifact.findings)]
  if (failOn !== 'never' && findings.some((finding) => isAtLeast(finding.severity, failOn))) return 1
  const missed = report.portability.some((verdict) => verdict.verdict === 'fails' && askedTargets.includes(verdict.target))
  return missed ? 1 : 0
}
