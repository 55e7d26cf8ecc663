import { buildResolved } from '../../api/build.ts'
import type { Command } from '../command.ts'
import { printReport } from '../print-report.ts'
import { pathsOf, runOptions } from '../run-options.ts'

export const buildCommand: Command = {
  name: 'build',
  usage: 'build [paths..]',
  summary: 'Write an optimised copy of folders, archives or entry points, each file checked',
  positionals: (builder) =>
    builder.positional('paths', { type: 'string', describe: 'Folders, archives, binaries or script entry points (default: dist)' }),
  async run(args, io) {
    const { options, progress, json } = await runOptions('build', args, io)
    try {
      const report = await buildResolved(pathsOf(args), options)
      progress.clear()
      return printReport(report, options.config, json, io)
    } finally {
      progress.clear()
    }
  },
}
