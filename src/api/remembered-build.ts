import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { type InputStamps, inputsChanged, type StampScope } from '../cache/input-stamps.ts'
import { recall, remember } from '../cache/stamped-results.ts'
import type { Config } from '../config/config.ts'
import type { Report } from '../core/report.ts'
import type { ResultCache } from '../core/result-cache.ts'
import { stageFolder } from '../node/staged-folder.ts'
import { writeFailed } from '../node/write-failed.ts'
import { manifestName } from './manifest-name.ts'
import type { ResolvedOptions } from './settings.ts'

/** Changes when the meaning of what is stored changes. */
const SCHEMA = 1

interface Remembered {
  readonly report: Report
  readonly files: readonly { readonly path: string; readonly base64: string }[]
}

/**
 * A build of entry points and nothing else, whose output follows from its sources and options alone: no packaging for
 * other machines, nothing that is run or fetched.
 */
export function isRememberable(entries: readonly string[], given: readonly string[], { architectures, package: section, formats }: Config): boolean {
  const kinds = section['kinds']
  const runs = formats.js['measureLoad'] === true || formats.js['compileCache'] === true || section['verify'] !== null
  return entries.length > 0 && entries.length === given.length && architectures.length === 0 && Array.isArray(kinds) && kinds.length === 0 && section['sbom'] !== true && !runs
}

/** Writes what an earlier build of the same made, without loading what made it; undefined when there is none. */
export async function recallBuild(cache: ResultCache, entries: readonly string[], options: ResolvedOptions): Promise<Report | undefined> {
  const scope = scopeOf(options)
  const known = await recall<Remembered, InputStamps>(cache, question(entries, options), (stamps) => !inputsChanged(stamps, scope))
  if (known === undefined) return undefined
  const staged = await stageFolder(resolve(options.cwd, options.config.out))
  try {
    for (const { path, base64 } of known.files) {
      const target = join(staged.path, path)
      await mkdir(dirname(target), { recursive: true })
      await writeFile(target, Buffer.from(base64, 'base64')).catch((error: unknown) => {
        throw writeFailed(path, error)
      })
    }
    options.signal.throwIfAborted()
    await staged.commit()
    return known.report
  } catch (error) {
    await staged.discard()
    throw error
  }
}

/** Keeps what a build made, if it made what it was asked for from these inputs. */
export async function rememberBuild(
  cache: ResultCache,
  entries: readonly string[],
  inputs: InputStamps,
  report: Report,
  options: ResolvedOptions,
): Promise<void> {
  if (report.diagnostics.some(({ severity }) => severity === 'error')) return
  // tools of the machine have a say in how other artifacts come out
  if (report.outputs.length === 0 || report.outputs.some(({ format }) => format !== 'js' && format !== 'other')) return
  const out = resolve(options.cwd, options.config.out)
  const files: Remembered['files'][number][] = []
  for (const path of [...report.outputs.map((output) => output.path), manifestName]) {
    files.push({ path, base64: (await readFile(join(out, path))).toString('base64') })
  }
  await remember(cache, question(entries, options), inputs, { report, files } satisfies Remembered)
}

function question(entries: readonly string[], { config, cwd }: ResolvedOptions): unknown {
  const { jobs: _jobs, failOn: _failOn, reports: _reports, against: _against, json: _json, quiet: _quiet, ...rest } = config
  return [SCHEMA, 'build', entries.map((entry) => relative(cwd, resolve(cwd, entry)).split(sep).join('/')), rest]
}

function scopeOf({ config, cwd }: ResolvedOptions): StampScope {
  return { root: cwd, outFolder: config.out }
}
