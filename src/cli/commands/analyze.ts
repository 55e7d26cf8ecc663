import { analyzeResolved } from '../../api/analyze.ts'
import type { RunCommand } from '../command.ts'
import { giveReports } from '../give-reports.ts'
import { pathsOf, runOptions } from '../run-options.ts'

export const runAnalyze: RunCommand = async (args, io) => {
  const { options, progress } = await runOptions('analyze', args, io)
  try {
    const report = await analyzeResolved(pathsOf(args), options)
    progress.clear()
    return await giveReports(report, options.config, pathsOf(args), io)
  } finally {
    progress.clear()
  }
}
