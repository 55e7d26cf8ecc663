import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { exitCode } from '../api/exit-code.ts'
import type { Config } from '../config/config.ts'
import type { Report, Reporter } from '../core/report.ts'
import { writeFailed } from '../node/write-failed.ts'
import { jsonReport } from '../reporters/json.ts'
import { textReport } from '../reporters/text.ts'
import type { ExitCode } from './exit-code.ts'
import { type Io, wantsColor } from './io.ts'

/**
 * Gives each report that was asked for, on stdout or as a file, and says how the command ends.
 *
 * @throws ShrinkError `output/write-failed`, after what is for stdout was printed
 */
export async function giveReports(report: Report, config: Config, io: Io): Promise<ExitCode> {
  for (const { reporter, file } of config.reports) {
    const text = await rendered(report, config, reporter, file === null && wantsColor(io), io)
    if (file === null) io.stdout(text)
    else await write(resolve(io.cwd, file), file, text)
  }
  return exitCode(report, config)
}

/** What few ask for is loaded when it is asked for. */
async function rendered(report: Report, config: Config, reporter: Reporter, color: boolean, io: Io): Promise<string> {
  switch (reporter) {
    case 'text':
      return textReport(report, { color, width: io.columns })
    case 'json':
      return jsonReport(report)
    case 'markdown':
      return (await import('../reporters/markdown.ts')).markdownReport(report)
    case 'sarif':
      return (await import('../api/sarif.ts')).sarifReport(report, config)
    case 'github':
      return (await import('../reporters/github.ts')).githubReport(report, config)
  }
}

async function write(path: string, shown: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  } catch (error) {
    throw writeFailed(shown, error)
  }
}
