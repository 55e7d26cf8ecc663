import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { exitCode } from '../api/exit-code.ts'
import type { Config } from '../config/config.ts'
import type { Report, Reporter } from '../core/report.ts'
import { writeFailed } from '../node/write-failed.ts'
import { jsonReport } from '../reporters/json.ts'
import type { PlaceInRepository } from '../reporters/repository-place.ts'
import { textReport } from '../reporters/text.ts'
import type { ExitCode } from './exit-code.ts'
import { type Io, wantsColor } from './io.ts'

/**
 * Gives each report that was asked for, on stdout or as a file, and says how the command ends.
 *
 * @param paths that the command was given
 * @throws ShrinkError `output/write-failed`, after what is for stdout was printed
 */
export async function giveReports(report: Report, config: Config, paths: readonly string[], io: Io): Promise<ExitCode> {
  for (const { reporter, file } of config.reports) {
    const text = await rendered(report, config, paths, reporter, file === null && wantsColor(io), io)
    if (file === null) io.stdout(text)
    else await write(resolve(io.cwd, file), file, text)
  }
  return exitCode(report, config)
}

/** What few ask for is loaded when it is asked for. */
async function rendered(report: Report, config: Config, paths: readonly string[], reporter: Reporter, color: boolean, io: Io): Promise<string> {
  switch (reporter) {
    case 'text':
      return textReport(report, { color, width: io.columns })
    case 'json':
      return jsonReport(report)
    case 'markdown':
      return (await import('../reporters/markdown.ts')).markdownReport(report)
    case 'sarif':
      return (await import('../api/sarif.ts')).sarifReport(report, { ...config, placeOf: await placesOf(report, config, paths, io) })
    case 'github':
      return (await import('../reporters/github.ts')).githubReport(report, { ...config, placeOf: await placesOf(report, config, paths, io) })
  }
}

async function placesOf({ command }: Report, config: Config, paths: readonly string[], { cwd, env }: Io): Promise<PlaceInRepository> {
  const { repositoryPaths, repositoryRoot } = await import('../api/repository-paths.ts')
  return repositoryPaths({ command, paths, cwd, config, repository: repositoryRoot(cwd, env['GITHUB_WORKSPACE']) })
}

async function write(path: string, shown: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  } catch (error) {
    throw writeFailed(shown, error)
  }
}
