import type { Report } from '../core/report.ts'

/** The report as `schema/report.schema.json` describes it. */
export function jsonReport(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`
}
