import { UsageError } from '../core/errors.ts'
import { type ResolvedOptions, resolveOptions } from '../api/settings.ts'
import type { CommandName } from '../config/options.ts'
import { flagsToConfig } from './flags.ts'
import type { Io } from './io.ts'
import { type ProgressLine, progressLine } from './progress-line.ts'

/** The options of a command: its flags over the configuration file, with progress on stderr. */
export async function runOptions(
  command: CommandName,
  args: Readonly<Record<string, unknown>>,
  io: Io,
): Promise<{ readonly options: ResolvedOptions; readonly progress: ProgressLine; readonly json: boolean }> {
  const { json, quiet, ...config } = flagsToConfig(command, args) as Record<string, unknown>
  const progress = progressLine(io, quiet === true)
  const options = await resolveOptions({
    cwd: io.cwd,
    config,
    signal: io.signal,
    ...(args['config'] === false ? { configFile: false } : typeof args['config'] === 'string' ? { configFile: args['config'] } : {}),
    ...(progress.onProgress === undefined ? {} : { onProgress: progress.onProgress }),
  })
  if (json === true && config['reporter'] !== undefined && config['reporter'] !== 'json') {
    throw new UsageError(`--json and --reporter ${String(config['reporter'])} contradict each other`, 'Give one of them.')
  }
  return { options, progress, json: json === true }
}

/** The positional paths of a command. */
export function pathsOf(args: Readonly<Record<string, unknown>>): readonly string[] {
  return Array.isArray(args['paths']) ? args['paths'].map(String) : []
}
