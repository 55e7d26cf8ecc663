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
): Promise<{ readonly options: ResolvedOptions; readonly progress: ProgressLine }> {
  const options = await resolveOptions({ cwd: io.cwd, config: flagsToConfig(command, args), signal: io.signal, ...configFileOf(args) })
  const progress = progressLine(io, options.config.quiet)
  return { options: { ...options, onProgress: progress.onProgress }, progress }
}

/** What `--config` and `--no-config` ask for. */
export function configFileOf({ config }: Readonly<Record<string, unknown>>): { readonly configFile?: string | false } {
  return config === false || typeof config === 'string' ? { configFile: config } : {}
}

/** The positional paths of a command. */
export function pathsOf(args: Readonly<Record<string, unknown>>): readonly string[] {
  return Array.isArray(args['paths']) ? args['paths'].map(String) : []
}
