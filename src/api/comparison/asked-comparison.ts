import type { Report } from '../../core/report.ts'
import type { ResolvedOptions } from '../settings.ts'

/**
 * Reads the report that a run is to be compared with, before any work is done.
 *
 * @returns what adds the comparison to the report of the run; none where none was asked for
 * @throws UsageError for what is no such report
 */
export async function askedComparison({ config, cwd, signal }: Pick<ResolvedOptions, 'config' | 'cwd' | 'signal'>): Promise<(report: Report) => Report> {
  const { against } = config
  if (against === null) return (report) => report
  const [{ readPreviousReport }, { compareReports }] = await Promise.all([import('./read-previous-report.ts'), import('./compare-reports.ts')])
  const previous = await readPreviousReport(against, cwd, signal)
  return (report) => ({ ...report, comparison: compareReports(against, previous, report) })
}
