import { analyzeResolved } from '../../api/analyze.ts'
import type { Command } from '../command.ts'
import { printReport } from '../print-report.ts'
import { pathsOf, runOptions } from '../run-options.ts'

export const analyzeCommand: Command = {
  name: 'analyze',
  usage: 'analyze <paths..>',
  summary: 'Say what is in files, folders or archives, what it weighs and where it runs',
  positionals: (builder) =>
    builder.positional('paths', { type: 'string', describe: 'Files, folders, zip or tar(.gz) archives' }),
  async run(args, io) {
    const { options, progress, json } = await runOptions('analyze', args, io)
    try {
      const report = await analyzeResolved(pathsOf(args), options)
      progress.clear()
      return printReport(report, options.config, json, io)
    } finally {
      progress.clear()
    }
  },
}
