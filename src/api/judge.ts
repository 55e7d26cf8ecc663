import type { Config } from '../config/config.ts'
import type { ArtifactReport, Verdict } from '../core/report.ts'
import { defaultTargets, match, selectTargets, type Target } from '../targets/index.ts'

/**
 * The targets that the user named, one for each architecture.
 *
 * @throws UsageError for a name that is not known, before any work is done
 */
export function askedTargets(config: Config): readonly Target[] {
  return selectTargets(config.targets, config.architectures, [])
}

/** Every artifact that requires anything against every target: in the order of the artifacts, then of the targets. */
export function judge(artifacts: readonly ArtifactReport[], asked: readonly Target[]): readonly Verdict[] {
  const targets = asked.length > 0 ? asked : defaultTargets(artifacts)
  const provided = { libraries: librariesOf(artifacts) }
  return artifacts
    .filter((artifact) => artifact.requirements.length > 0)
    .flatMap((artifact) =>
      targets.map((target) => ({
        artifact: artifact.path,
        target: target.id,
        ...match(artifact.requirements, target, { provided }),
      })),
    )
}

/** What the tree brings along: names of files and the sonames in them. */
function librariesOf(artifacts: readonly ArtifactReport[]): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { format, path, properties } of artifacts) {
    if (format !== 'elf') continue
    names.add(path.slice(path.lastIndexOf('/') + 1))
    if (typeof properties['soname'] === 'string') names.add(properties['soname'])
  }
  return names
}
