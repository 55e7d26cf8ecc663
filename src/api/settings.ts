import type { Config, UserConfig } from '../config/config.ts'
import type { Diagnostic } from '../core/diagnostic.ts'
import { loadConfig } from '../node/load-config.ts'
import type { AnalyzeSettings } from '../core/analysis.ts'
import type { TreeFile } from '../core/tree.ts'
import type { CompressedSizes } from '../pipeline/job.ts'
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
  /** What came up while the options were read; belongs into the report. */
  readonly notes: readonly Diagnostic[]
}

/** The options as given over the configuration file over the defaults. @throws ConfigError, UsageError */
export async function resolveOptions(options: RunOptions): Promise<ResolvedOptions> {
  const cwd = options.cwd ?? process.cwd()
  const layers: { from: string; values: unknown }[] = []
  if (options.configFile !== false) {
    const loaded = await loadConfig(cwd, options.configFile)
    if (loaded !== undefined) layers.push(loaded)
  }
  layers.push({ from: 'options', values: options.config ?? {} })
  const { targets, ...config } = resolveConfig(layers)
  if (Object.keys(config.rules).length > 0) await (await import('./rule-help.ts')).refuseUnknownRules(config.rules)
  const asked = targets.some((target) => target.startsWith('browserslist'))
    ? await (await import('./browser-queries.ts')).expandBrowserQueries(targets, cwd)
    : { targets, notes: [] }
  return {
    config: { ...config, targets: asked.targets },
    notes: asked.notes,
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
    ...(decodesCode(config) ? {} : { skipCode: true }),
  }
}

/** Above this many bytes in all, brotli would take longer than everything else that is done: about a second a megabyte. */
const brotliInputLimit = 8 * 2 ** 20

/** A file counts as this many bytes at least: brotli takes a fifth of a millisecond to begin. */
const leastBytes = 256

/** Which compressed sizes the files of an input are measured in: a brotli size that was not asked for must not be what takes the time. */
export function compressedSizesFor(files: readonly TreeFile[], config: Config): CompressedSizes {
  if (config.compressedSizes !== 'auto') return config.compressedSizes
  if (limitsBrotli(config)) return 'all'
  if (config.measure === 'brotli') return 'auto'
  const bytes = files.reduce((sum, file) => sum + Math.max(file.size, leastBytes), 0)
  return bytes > brotliInputLimit && files.length > 1 ? 'gzip' : 'auto'
}

/** Is there a limit that cannot be held without every brotli size? */
export function limitsBrotli({ budgets }: Config): boolean {
  return budgets.some(({ measure }) => measure === 'brotli')
}

/** Who asks where the bytes are, and nothing about machines, does not wait for machine code to be decoded. */
function decodesCode({ code, by, cpu, targets, architectures }: Config): boolean {
  if (code !== 'auto') return code === 'all'
  return by === null || cpu !== null || targets.length > 0 || architectures.length > 0
}
