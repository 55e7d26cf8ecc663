import type { Diagnostic } from '../core/diagnostic.ts'
import type { Location } from '../core/location.ts'
import type { ArtifactReport } from '../core/report.ts'

/** Several inputs in one report: every path starts with its input's prefix. */
export function prefixArtifact(artifact: ArtifactReport, prefix: string): ArtifactReport {
  if (prefix === '') return artifact
  return {
    ...artifact,
    path: prefix + artifact.path,
    findings: artifact.findings.map((finding) => prefixLocation(finding, prefix)),
  }
}

export function prefixDiagnostic(diagnostic: Diagnostic, prefix: string): Diagnostic {
  return prefix === '' ? diagnostic : prefixLocation(diagnostic, prefix)
}

function prefixLocation<T extends { readonly location?: Location }>(value: T, prefix: string): T {
  return value.location === undefined ? value : { ...value, location: { ...value.location, path: prefix + value.location.path } }
}
