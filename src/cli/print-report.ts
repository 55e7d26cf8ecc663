import { exitCode } from '../api/exit-code.ts'
import type { Config } from '../config/config.ts'
import type { Report } from '../core/report.ts'
import { jsonReport } from '../reporters/json.ts'
import { textReport } from '../reporters/text.ts'
import type { ExitCode } from './exit-code.ts'
import { type Io, wantsColor } from './io.ts'

/** Prints a report on stdout and says how the command ends. */
export function printReport(report: Report, config: Config, json: boolean, io: Io): ExitCode {
  io.stdout(json ? jsonReport(report) : textReport(report, { color: wantsColor(io), width: io.columns }))
  return exitCode(report, config)
}
