import type { ArtifactReport, OutputReport } from '../core/report.ts'

/** The artifacts of a build with what its results need: they are what will run. */
export function asWritten(artifacts: readonly ArtifactReport[], outputs: readonly OutputReport[]): readonly ArtifactReport[] {
  const changed = new Map(outputs.flatMap(({ path, requirements }) => (requirements === undefined ? [] : [[path, requirements]])))
  return artifacts.map((artifact) => {
    const requirements = changed.get(artifact.path)
    return requirements === undefined ? artifact : { ...artifact, requirements }
  })
}
