import { analyzeResolved } from '../../api/analyze.ts'
import type { RunCommand } from '../command.ts'
import { printReport } from '../print-report.ts'
import { pathsOf, runOptions } from '../run-options.ts'

export const runAnalyze: RunCommand = async (args, io) => {
  const { options, progress, json } = await runOptions('analyze', args, io)
  try {
    const report = await analyzeResolved(pathsOf(args), options)
    progress.clear()
    return await printReport(report, options.config, json ? 'json' : options.config.reporter, io)
  } finally {
    progress.clear()
  }
}
