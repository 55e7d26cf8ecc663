import type { Finding } from '../core/finding.ts'
import type { ArtifactReport, Report } from '../core/report.ts'

/** The findings about an artifact that stand after the command: a build has mended those whose transform changed it. */
export function openFindings(artifact: ArtifactReport, report: Report): readonly Finding[] {
  const changes = report.outputs.find((output) => output.path === artifact.path)?.changes ?? []
  const mended = new Set(changes.map((change) => change.transform))
  return artifact.findings.filter(({ fix }) => fix === undefined || !mended.has(fix.transform))
}
