import { isAtLeast } from '../core/diagnostic.ts'
import type { FailOn, Report } from '../core/report.ts'
import type { Architecture } from '../core/requirement.ts'
import { foreignBinaries } from '../tree/architecture-variants.ts'

/** 0 done · 1 a finding, budget or target was not met · 3 something could not be processed. */
export type ReportExitCode = 0 | 1 | 3

/** What the user asked a run to hold. */
export interface Demands {
  /** The severity of findings that counts as not met. */
  readonly failOn: FailOn
  /** Target ids as the user wrote them. */
  readonly targets: readonly string[]
  /** Asked for with them. */
  readonly architectures: readonly Architecture[]
}

export function exitCode(report: Report, demands: Demands): ReportExitCode {
  const errors = report.diagnostics.filter((diagnostic) => diagnostic.severity === 'error')
  if (errors.some((diagnostic) => diagnostic.code !== 'artifact/wrong-architecture')) return 3
  if (errors.length > 0) return 1
  const findings = [...report.treeFindings, ...report.artifacts.flatMap((artifact) => artifact.findings)]
  const { failOn } = demands
  if (failOn !== 'never' && findings.some((finding) => isAtLeast(finding.severity, failOn))) return 1
  return demands.targets.every((target) => isMet(target, report, demands)) ? 0 : 1
}

/**
 * Does the tree run on a target that was asked for? On every architecture that was asked for with it; when none was, on
 * one of those that the target offers. A binary that a build for the right architecture stands beside is not held
 * against it.
 */
function isMet(target: string, report: Report, { architectures }: Demands): boolean {
  const variants = new Map<string, boolean>()
  for (const verdict of report.portability) {
    if (verdict.target !== target && !verdict.target.startsWith(`${target}@`)) continue
    const fails = verdict.verdict === 'fails' && !hasCounterpart(verdict.artifact, verdict.reasons, report)
    variants.set(verdict.target, (variants.get(verdict.target) ?? true) && !fails)
  }
  const outcomes = [...variants.values()]
  return outcomes.length === 0 || (architectures.length > 0 ? outcomes.every(Boolean) : outcomes.some(Boolean))
}

function hasCounterpart(path: string, reasons: Report['portability'][number]['reasons'], report: Report): boolean {
  if (!reasons.some((reason) => reason.requirement?.kind === 'architecture')) return false
  const artifact = report.artifacts.find((candidate) => candidate.path === path)
  const others = new Set(report.artifacts.map((candidate) => candidate.architecture))
  return [...others].some(
    (architecture) =>
      architecture !== null &&
      architecture !== artifact?.architecture &&
      foreignBinaries(report.artifacts, [architecture]).some((foreign) => foreign.path === path && foreign.counterpart !== undefined),
  )
}
