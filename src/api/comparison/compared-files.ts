import type { ComparedFinding, EncodedSizes, Report } from '../../core/report.ts'
import type { Requirement } from '../../core/requirement.ts'
import { withoutMended } from '../../reporters/open-findings.ts'
import type { PreviousReport } from './check-report.ts'

/** What is compared of a file. */
export interface ComparedFile {
  readonly path: string
  readonly sizes: EncodedSizes
  readonly sha256: string
  readonly requirements: readonly Requirement[]
  /** Those that a build has not mended. */
  readonly findings: readonly ComparedFinding[]
  /** How far its machine code was looked at. */
  readonly cpuAnalysis: unknown
}

/** What is deployed, by path: what a build wrote, or what was analysed. */
export function comparedFiles({ command, artifacts, outputs }: PreviousReport | Report): ReadonlyMap<string, ComparedFile> {
  const analysed = new Map(
    artifacts.map(({ path, sizes, sha256, requirements, findings, properties }) => [path, { path, sizes, sha256, requirements, findings, cpuAnalysis: properties['cpuAnalysis'] }]),
  )
  if (command === 'analyze') return analysed
  return new Map(
    outputs.map(({ path, sizes, sha256, requirements, changes }) => {
      const input = analysed.get(path)
      return [path, { path, sizes, sha256, requirements: requirements ?? input?.requirements ?? [], findings: withoutMended(input?.findings ?? [], changes), cpuAnalysis: input?.cpuAnalysis }]
    }),
  )
}

/** Files of which nothing is known, since something went wrong. */
export function unprocessed({ diagnostics }: PreviousReport | Report, files: ReadonlyMap<string, ComparedFile>): readonly string[] {
  return diagnostics.flatMap(({ severity, location }) => (severity === 'error' && location !== undefined && !files.has(location.path) ? [location.path] : []))
}
