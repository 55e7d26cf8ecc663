import { ConfigError, type Report, textReport, type UserConfig, UsageError } from '../src/index.ts'

export interface ShrinkPluginOptions {
  /** Over the configuration file of the working directory. */
  readonly config?: UserConfig
  /** Where the report goes: printed on stderr when left out, nowhere with `false`. */
  readonly report?: false | ((report: Report) => void)
}

/** @throws ConfigError for what would be passed over, `level` beside `config` for one */
export function checkPluginOptions(options: ShrinkPluginOptions): void {
  const unknown = Object.keys(options).find((key) => key !== 'config' && key !== 'report')
  if (unknown === undefined) return
  throw new ConfigError(`shrinkPlugin: ${unknown}: no such option`, `Options of shrink go into config: shrinkPlugin({ config: { ${unknown}: … } })`)
}

/** What to tell about an error that is the user's to mend, hint included; undefined for any other. */
export function mendable(error: unknown): { readonly message: string; readonly hint: string | undefined } | undefined {
  if (!(error instanceof ConfigError || error instanceof UsageError)) return undefined
  return { message: error.message, hint: error.hint }
}

/** Gives the report to whom the options name. */
export function deliver(report: Report, options: ShrinkPluginOptions): void {
  if (options.report === false) return
  if (options.report !== undefined) options.report(report)
  else process.stderr.write(textReport(report, { color: process.stderr.isTTY === true, width: process.stderr.columns ?? 100 }))
}

/** What the bundler should warn of. */
export function warningsOf(report: Report): string[] {
  const diagnostics = report.diagnostics
    .filter((diagnostic) => diagnostic.severity !== 'info')
    .map(({ location, message }) => (location === undefined ? message : `${location.path}: ${message}`))
  // sizes above their limits: the command would end with 1
  const unmet = report.treeFindings.filter((finding) => finding.severity === 'error').map(({ message }) => message)
  return [...diagnostics, ...unmet]
}
