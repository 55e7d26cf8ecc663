import type { Config } from '../config/config.ts'
import type { Diagnostic } from '../core/diagnostic.ts'
import { ShrinkError } from '../core/errors.ts'
import type { ArtifactReport, OutputReport, Report } from '../core/report.ts'
import { formats } from '../formats/index.ts'
import { openTool } from '../node/open-tool.ts'
import type { CompressedSizes, JobResult } from '../pipeline/job.ts'
import { type JobHost, runJob } from '../pipeline/run-job.ts'
import { noSides, type Sides } from '../tree/sides/sides-of.ts'
import { asWritten } from './as-written.ts'
import { askedComparison } from './comparison/asked-comparison.ts'
import { checkBudgets } from './check-budgets.ts'
import { checkPart } from './check-tree.ts'
import { formatOptions } from './format-options.ts'
import { askedTargets, judge } from './judge.ts'
import { mergeOutputs } from './merge-outputs.ts'
import { namedByDigest } from './named-by-digest.ts'
import { rememberedJob } from './remembered-job.ts'
import { resultCache } from './result-cache.ts'
import { analyzeSettings, limitsBrotli, resolveOptions, type RunOptions } from './settings.ts'
import { totalsOf } from './totals.ts'
import { tool } from './version.ts'

/** A file that is only in memory: what a bundler is about to write. */
export interface MemoryFile {
  /** Relative, `/`-separated. */
  readonly path: string
  readonly bytes: Uint8Array
}

/**
 * Runs the stages of every format over files in memory, for plugins of bundlers.
 *
 * @returns the files as they should be written, in the order given, new ones (source maps) last, and the report
 */
export async function optimizeFiles(
  files: readonly MemoryFile[],
  options: RunOptions & {
    /** Where all of the files run, when that is known: what browsers are sent is judged on browsers only, and the other way round. */
    readonly side?: 'client' | 'server'
  } = {},
): Promise<{ readonly files: readonly MemoryFile[]; readonly report: Report }> {
  const resolved = await resolveOptions(options)
  const { config, signal } = resolved
  const compared = await askedComparison(resolved)
  const targets = askedTargets(config)
  const shared = job({ ...config, formats: formatOptions(config.formats, targets.named) })
  const written = new Map<string, Uint8Array>()
  const cache = resultCache(config)
  const host = memoryHost(files, written, signal)
  const artifacts: ArtifactReport[] = []
  const outputs: OutputReport[] = []
  const named = namedByDigest(files.map(({ path, bytes }) => ({ path, size: bytes.byteLength, read: () => bytes })))
  const diagnostics: Diagnostic[] = [...named.diagnostics]
  for (const [index, file] of files.entries()) {
    const one = { ...shared, path: file.path, keepsBytes: named.paths.has(file.path) }
    const run = (running: JobHost): Promise<JobResult> => runJob(one, formats, running)
    const result = cache === undefined ? await run(host) : await rememberedJob(one, host, cache, run)
    artifacts.push(result.artifact)
    outputs.push(...result.outputs)
    diagnostics.push(...result.diagnostics)
    options.onProgress?.({ done: index + 1, total: files.length, path: file.path })
  }
  const part = await checkPart(files, artifacts, { ...config, architectures: targets.architectures }, signal)
  const order = new Set([...files.map((file) => file.path), ...written.keys()])
  return {
    files: [...order].map((path) => ({ path, bytes: written.get(path)! })),
    report: compared({
      schemaVersion: 1,
      tool,
      command: 'build',
      totals: totalsOf(artifacts),
      artifacts,
      treeFindings: [...part.findings, ...checkBudgets(mergeOutputs(outputs), [], config)],
      portability: judge(asWritten(artifacts, outputs), targets, sidesOfAll(files, options.side)),
      outputs: mergeOutputs(outputs),
      packages: [],
      diagnostics: [...diagnostics, ...part.diagnostics],
    }),
  }
}

function sidesOfAll(files: readonly MemoryFile[], side: 'client' | 'server' | undefined): Sides {
  return side === undefined ? noSides : { ...noSides, [side]: new Set(files.map(({ path }) => path)) }
}

function job(config: Config) {
  return {
    kind: 'optimize' as const,
    root: '',
    outRoot: '',
    settings: analyzeSettings(config),
    rules: config.rules,
    level: config.level,
    measure: config.measure,
    options: config.formats,
    compressedSizes: config.compressedSizes === 'auto' ? pluginSizes(config) : config.compressedSizes,
  }
}

/** A bundler waits for this: brotli of a page's scripts and source maps takes five times as long as all the rest. */
function pluginSizes(config: Config): CompressedSizes {
  if (limitsBrotli(config)) return 'all'
  return config.measure === 'brotli' ? 'auto' : 'gzip'
}

function memoryHost(files: readonly MemoryFile[], written: Map<string, Uint8Array>, signal: AbortSignal): JobHost {
  const byPath = new Map(files.map((file) => [file.path, file.bytes]))
  const read = async (path: string): Promise<Uint8Array> => {
    const bytes = byPath.get(path)
    if (bytes === undefined) throw new ShrinkError('input/unreadable', 'is not among the files')
    return bytes
  }
  return {
    signal,
    read,
    open: read,
    readFile: async (path) => byPath.get(path),
    openTool: (name, path) => openTool(name, path, signal),
    async write(path, bytes, _like, keepExisting) {
      if (!keepExisting || !written.has(path)) written.set(path, bytes)
    },
  }
}
