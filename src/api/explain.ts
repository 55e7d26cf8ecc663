import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { UsageError } from '../core/errors.ts'
import type { Explanation, Question } from '../core/format.ts'
import { formats } from '../formats/index.ts'
import { fileHost } from '../node/file-host.ts'
import { bundleOptions } from './bundle-input.ts'
import { isSource } from './entry-point.ts'
import type { Manifest } from './manifest.ts'
import { manifestName } from './manifest-name.ts'
import { refuseUnknownCpu } from './known-cpu.ts'
import { analyzeSettings, type ResolvedOptions, resolveOptions, type RunOptions } from './settings.ts'

/**
 * Answers a question about one file, with witnesses that a person can check.
 *
 * @throws UsageError when there is no such file, no format knows it, or it has no answer to that kind of question; ShrinkError when the
 * file cannot be read
 */
export async function explain(path: string, question: Question, options: RunOptions = {}): Promise<Explanation> {
  return explainResolved(path, question, await resolveOptions(options))
}

/** `explain` with the options already resolved. */
export async function explainResolved(path: string, question: Question, options: ResolvedOptions): Promise<Explanation> {
  const { config, cwd, signal } = options
  const absolute = resolve(cwd, path)
  await refuseUnknownCpu(config.cpu)
  const status = await stat(absolute).catch(() => undefined)
  if (status === undefined) throw new UsageError(`${path}: no such file`, (await isInFile(absolute)) ? 'It would lie in an archive, which is a file: unpack it, and name the file that comes out of it.' : 'Check the spelling and the working directory.')
  if (!status.isFile()) throw new UsageError(`${path}: not a file`, 'Name a file in it.')
  if (question.kind === 'module') {
    const entries = isSource(path) ? [absolute] : await bundledFrom(absolute)
    if (entries.length > 0) {
      const { explainModule } = await import('../bundling/why/explain-module.ts')
      return explainModule(entries, question.name, bundleOptions(config, cwd), { signal, report: () => undefined })
    }
  }
  const host = fileHost(dirname(absolute), null, signal)
  const name = basename(absolute)
  const bytes = await host.read(name)
  const format = await formats.find((candidate) => candidate.recognizes(name, bytes.subarray(0, 64 * 1024)))?.load()
  if (format?.id === 'js' && format.explain === undefined && question.kind === 'module') {
    const { explainModule } = await import('../bundling/why/explain-module.ts')
    return explainModule([absolute], question.name, bundleOptions(config, cwd), { signal, report: () => undefined })
  }
  if (format?.explain === undefined) {
    throw new UsageError(`${path}: ${format === undefined ? 'not an ELF, WebAssembly or JavaScript file' : `nothing to explain about ${format.id} files`}`)
  }
  return format.explain({ path: name, bytes }, question, analyzeSettings(config), { ...host, report: () => undefined })
}

/** Is something above it no folder? Reports name files in archives as if they were in folders. */
async function isInFile(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === 'ENOTDIR',
  )
}

/** The sources of a bundle, from the manifest of the build that made it, as far as they are still there. */
async function bundledFrom(path: string): Promise<string[]> {
  if (!/\.[cm]?js$/.test(path)) return []
  for (let folder = dirname(path); dirname(folder) !== folder; folder = dirname(folder)) {
    const text = await readFile(join(folder, manifestName), 'utf8').catch(() => undefined)
    if (text === undefined) continue
    const manifest = parseManifest(text)
    if (manifest.files?.some((file) => resolve(folder, file.path) === path) !== true) return []
    const entries = (manifest.bundledFrom ?? []).map((entry) => resolve(folder, entry))
    const there = await Promise.all(entries.map((entry) => stat(entry).then((status) => status.isFile(), () => false)))
    return entries.filter((_, index) => there[index])
  }
  return []
}

function parseManifest(text: string): Partial<Manifest> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
