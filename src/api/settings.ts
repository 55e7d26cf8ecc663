import type { Config, UserConfig } from '../config/config.ts'
import { loadConfig } from '../node/load-config.ts'
import type { AnalyzeSettings } from '../core/analysis.ts'
import { resolveConfig } from '../config/resolve-config.ts'
import type { Progress } from './progress.ts'

/** What every command of the library takes besides its paths. */
export interface RunOptions {
  /** Folder that relative paths are resolved against; the process's own when left out. */
  readonly cwd?: string
  /** Options, over those of the configuration file. */
  readonly config?: UserConfig
  /** Path of the configuration file; `false` to use none; searched for in `cwd` when left out. */
  readonly configFile?: string | false
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
}

/** Options after the configuration file was read and everything checked. */
export interface ResolvedOptions {
  readonly config: Config
  /** Absolute. */
  readonly cwd: string
  readonly signal: AbortSignal
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

/** The options as given over the configuration file over the defaults. @throws ConfigError */
export async function resolveOptions(options: RunOptions): Promise<ResolvedOptions> {
  const cwd = options.cwd ?? process.cwd()
  const layers: { from: string; values: unknown }[] = []
  if (options.configFile !== false) {
    const loaded = await loadConfig(cwd, options.configFile)
    if (loaded !== undefined) layers.push(loaded)
  }
  layers.push({ from: 'options', values: options.config ?? {} })
  return {
    config: resolveConfig(layers),
    cwd,
    signal: options.signal ?? new AbortController().signal,
    onProgress: options.onProgress,
  }
}

/** The part of the configuration that formats analyse with. */
export function analyzeSettings(config: Config): AnalyzeSettings {
  return {
    ...(config.by === null || config.by === undefined ? {} : { by: config.by }),
    ...(config.cpu === null ? {} : { cpu: config.cpu }),
  }
}
