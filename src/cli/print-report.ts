import { exitCode } from '../api/exit-code.ts'
import type { Config } from '../config/config.ts'
import type { Report, Reporter } from '../core/report.ts'
import { jsonReport } from '../reporters/json.ts'
import { textReport } from '../reporters/text.ts'
import type { ExitCode } from './exit-code.ts'
import { type Io, wantsColor } from './io.ts'

/** Prints a report on stdout and says how the command ends. */
export async function printReport(report: Report, config: Config, reporter: Reporter, io: Io): Promise<ExitCode> {
  const code = exitCode(report, config)
  io.stdout(await rendered(report, config, reporter, code, io))
  return code
}

/** What few ask for is loaded when it is asked for. */
async function rendered(report: Report, { targets }: Config, reporter: Reporter, code: ExitCode, io: Io): Promise<string> {
  switch (reporter) {
    case 'text':
      return textReport(report, { color: wantsColor(io), width: io.columns })
    case 'json':
      return jsonReport(report)
    case 'markdown':
      return (await import('../reporters/markdown.ts')).markdownReport(report)
    case 'sarif': {
      const [{ sarifReport }, { ruleHelp }] = await Promise.all([import('../reporters/sarif.ts'), import('../api/rule-help.ts')])
      return sarifReport(report, { ruleHelp: await ruleHelp(report), targetsAsked: targets.length > 0, exitCode: code })
    }
  }
}
