import { buildResolved } from '../../api/build.ts'
import type { RunCommand } from '../command.ts'
import { giveReports } from '../give-reports.ts'
import { pathsOf, runOptions } from '../run-options.ts'

export const runBuild: RunCommand = async (args, io) => {
  const { options, progress } = await runOptions('build', args, io)
  try {
    const report = await buildResolved(pathsOf(args), options)
    progress.clear()
    return await giveReports(report, options.config, pathsOf(args), io)
  } finally {
    progress.clear()
  }
}
