import { type Report, textReport, type UserConfig } from '../src/index.ts'

export interface ShrinkPluginOptions {
  /** Over the configuration file of the working directory. */
  readonly config?: UserConfig
  /** Where the report goes: printed on stderr when left out, nowhere with `false`. */
  readonly report?: false | ((report: Report) => void)
}

/** Gives the report to whom the options name. */
export function deliver(report: Report, options: ShrinkPluginOptions): void {
  if (options.report === false) return
  if (options.report !== undefined) options.report(report)
  else process.stderr.write(textReport(report, { color: process.stderr.isTTY === true, width: process.stderr.columns ?? 100 }))
}

/** What the bundler should warn of. */
export function warningsOf(report: Report): string[] {
  return report.diagnostics
    .filter((diagnostic) => diagnostic.severity !== 'info')
    .map(({ location, message }) => (location === undefined ? message : `${location.path}: ${message}`))
}
