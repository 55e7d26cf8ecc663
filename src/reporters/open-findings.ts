import type { Finding } from '../core/finding.ts'
import type { ArtifactReport, Report } from '../core/report.ts'

/** Of an artifact of the report, the findings that stand after the command. */
export function openFindings(report: Report): (artifact: Pick<ArtifactReport, 'path' | 'findings'>) => readonly Finding[] {
  const changes = new Map(report.outputs.map((output) => [output.path, output.changes]))
  return ({ path, findings }) => withoutMended(findings, changes.get(path) ?? [])
}

/** A build has mended those whose transform changed the file. */
export function withoutMended<T extends Pick<Finding, 'fix'>>(findings: readonly T[], changes: readonly { readonly transform: string }[]): readonly T[] {
  const mended = new Set(changes.map(({ transform }) => transform))
  return findings.filter(({ fix }) => fix === undefined || !mended.has(fix.transform))
}
