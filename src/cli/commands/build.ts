import { buildResolved } from '../../api/build.ts'
import type { RunCommand } from '../command.ts'
import { printReport } from '../print-report.ts'
import { pathsOf, runOptions } from '../run-options.ts'

export const runBuild: RunCommand = async (args, io) => {
  const { options, progress, json } = await runOptions('build', args, io)
  try {
    const report = await buildResolved(pathsOf(args), options)
    progress.clear()
    return await printReport(report, options.config, json ? 'json' : options.config.reporter, io)
  } finally {
    progress.clear()
  }
}
