import type { ArtifactReport, Report } from '../core/report.ts'
import { sumSizes } from '../pipeline/encoded-sizes.ts'

/** What a report's files come to. */
export function totalsOf(artifacts: readonly ArtifactReport[]): Report['totals'] {
  return {
    files: artifacts.length,
    artifacts: artifacts.filter((artifact) => artifact.format !== 'other').length,
    sizes: sumSizes(artifacts.map((artifact) => artifact.sizes)),
  }
}
