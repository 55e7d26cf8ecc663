import type { Report, Verdict, VerdictChange } from '../../core/report.ts'
import type { PreviousReport } from './check-report.ts'
import type { FilePair } from './pair-files.ts'

/** The targets that a report has verdicts on. */
export function judgedTargets({ portability }: PreviousReport | Report): Set<string> {
  return new Set(portability.map(({ target }) => target))
}

/** Where artifacts, and the tree as a whole (`.`), run no longer or newly, on the targets that both reports judged. */
export function verdictChanges(pairs: readonly FilePair[], previous: PreviousReport, report: Report): readonly VerdictChange[] {
  const judgedBefore = judgedTargets(previous)
  const targets = [...judgedTargets(report)].filter((target) => judgedBefore.has(target))
  const [then, now] = [byArtifact(previous.portability), byArtifact(report.portability)]
  const paths = [['.', '.'] as const, ...pairs.map(({ before, after }) => [before?.path, after?.path] as const)]
  return paths.flatMap(([from, to]) =>
    targets.flatMap((target): VerdictChange[] => {
      const before = from === undefined ? null : (then.get(from)?.get(target)?.verdict ?? null)
      const after = to === undefined ? undefined : now.get(to)?.get(target)
      // what is not judged on a target does not stand in the way of anything there
      if ((before ?? 'runs') === (after?.verdict ?? 'runs')) return []
      return [{ artifact: (to ?? from)!, target, before, after: after?.verdict ?? null, reasons: after?.reasons ?? [] }]
    }),
  )
}

function byArtifact<T extends Pick<Verdict, 'artifact' | 'target'>>(verdicts: readonly T[]): ReadonlyMap<string, ReadonlyMap<string, T>> {
  const rows = new Map<string, Map<string, T>>()
  for (const verdict of verdicts) {
    const row = rows.get(verdict.artifact)
    if (row === undefined) rows.set(verdict.artifact, new Map([[verdict.target, verdict]]))
    else row.set(verdict.target, verdict)
  }
  return rows
}
