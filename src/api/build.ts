import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { zstdCompress } from '../bytes/zstd.ts'
import { UsageError } from '../core/errors.ts'
import type { Report } from '../core/report.ts'
import { askedComparison } from './comparison/asked-comparison.ts'
import { isEntryPoint } from './entry-point.ts'
import { isRememberable, recallBuild, rememberBuild } from './remembered-build.ts'
import { refuseHarmfulOutput } from './replaceable-output.ts'
import { resultCache } from './result-cache.ts'
import { type ResolvedOptions, resolveOptions, type RunOptions } from './settings.ts'

/**
 * Makes an optimised copy of files, folders and archives in `config.out`, which is replaced as a whole or not at all, and
 * only where nothing is there or an earlier build.
 * What is not understood is copied byte for byte.
 *
 * @param paths `dist` when empty
 * @throws UsageError, ConfigError; ShrinkError `output/write-failed`, with the old output in place
 */
export async function build(paths: readonly string[], options: RunOptions = {}): Promise<Report> {
  return buildResolved(paths, await resolveOptions(options))
}

/** `build` with the options already resolved. */
export async function buildResolved(paths: readonly string[], options: ResolvedOptions): Promise<Report> {
  const { config, cwd } = options
  const given = paths.length > 0 ? paths : await defaultPaths(cwd)
  const out = resolve(cwd, config.out)
  refuseZstdWithoutIt(config)
  await refuseHarmfulOutput(config.out, given, cwd)
  const compared = await askedComparison(options)
  const entries = config.bundle['enabled'] === true ? given.filter(isEntryPoint) : []
  const cache = entries.length > 0 ? resultCache(config) : undefined
  const memory = isRememberable(entries, given, config) ? cache : undefined
  const known = memory === undefined ? undefined : await recallBuild(memory, entries, options)
  if (known !== undefined) return compared(known)
  // what builds is loaded only when there is something to build
  const { buildAnew } = await import('./build-anew.ts')
  const { report, inputs } = await buildAnew(given, entries, out, options, cache)
  if (memory !== undefined && inputs !== undefined) await rememberBuild(memory, entries, inputs, report, options)
  return compared(report)
}

async function defaultPaths(cwd: string): Promise<readonly string[]> {
  const there = await stat(join(cwd, 'dist')).catch(() => undefined)
  if (there?.isDirectory()) return ['dist']
  throw new UsageError('nothing to build', 'Give an entry point or a folder: `shrink build dist/` or `shrink build src/handler.ts`.')
}

function refuseZstdWithoutIt({ formats: { elf } }: ResolvedOptions['config']): void {
  if (elf['debugCompression'] !== 'zstd' || elf['keepDebug'] === null || zstdCompress !== undefined) return
  throw new UsageError(
    `--debug-compression zstd needs Node 22.15 or newer; this is ${process.version}`,
    'Use zlib, or run shrink with a newer Node.',
  )
}
