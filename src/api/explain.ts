import { basename, dirname, resolve } from 'node:path'
import { UsageError } from '../core/errors.ts'
import type { Explanation, Question } from '../core/format.ts'
import { formats } from '../formats/index.ts'
import { fileHost } from '../node/file-host.ts'
import { analyzeSettings, type ResolvedOptions, resolveOptions, type RunOptions } from './settings.ts'

/**
 * Answers a question about one file, with witnesses that a person can check.
 *
 * @throws UsageError when no format knows the file, or it has no answer to that kind of question; ShrinkError when the
 * file cannot be read
 */
export async function explain(path: string, question: Question, options: RunOptions = {}): Promise<Explanation> {
  return explainResolved(path, question, await resolveOptions(options))
}

/** `explain` with the options already resolved. */
export async function explainResolved(path: string, question: Question, options: ResolvedOptions): Promise<Explanation> {
  const { config, cwd, signal } = options
  const absolute = resolve(cwd, path)
  const host = fileHost(dirname(absolute), null, signal)
  const name = basename(absolute)
  const bytes = await host.read(name)
  const format = formats.find((candidate) => candidate.recognizes(name, bytes.subarray(0, 64 * 1024)))
  if (format?.explain === undefined) {
    throw new UsageError(`${path}: ${format === undefined ? 'not an ELF, WebAssembly or JavaScript file' : `nothing to explain about ${format.id} files`}`)
  }
  return format.explain({ path: name, bytes }, question, analyzeSettings(config), { ...host, report: () => undefined })
}
