import { sha256 } from '../bytes/sha256.ts'
import { recall, remember } from '../cache/stamped-results.ts'
import type { ResultCache } from '../core/result-cache.ts'
import { formats } from '../formats/index.ts'
import type { Job, JobResult } from '../pipeline/job.ts'
import type { LargeFile } from '../pipeline/large-file.ts'
import type { JobHost } from '../pipeline/run-job.ts'

/** Changes when the meaning of what is stored changes. */
const SCHEMA = 1

/** Shorter files are analysed in the time that it takes to look a result up. */
const leastBytes = 4096

type AnalyzeJob = Job & { readonly kind: 'analyze' }

/**
 * What an earlier run found out about the same bytes at the same place of a tree, asked the same; else what `run` finds,
 * which is kept. Other files that an analysis looks at (package.json, source maps) are part of what it is made from.
 */
export async function rememberedAnalysis(job: AnalyzeJob, host: JobHost, cache: ResultCache, run: (host: JobHost) => Promise<JobResult>): Promise<JobResult> {
  const opened = await host.open(job.path)
  const hostOf = (more: Partial<JobHost>): JobHost => ({ ...host, open: async () => opened, ...more })
  if (!isWorthKeeping(job.path, opened)) return run(hostOf({}))
  const { root, ...asked } = job
  const question = [SCHEMA, asked, opened instanceof Uint8Array ? sha256(opened) : await opened.digest()]
  const scope = { root, outFolder: '' }
  const known = await recall<JobResult>(cache, question, scope)
  if (known !== undefined) return known
  const read: Record<string, string | null> = {}
  const readFile = async (path: string): Promise<Uint8Array | undefined> => {
    const bytes = await host.readFile(path)
    read[path] = bytes === undefined ? null : sha256(bytes)
    return bytes
  }
  const result = await run(hostOf({ readFile }))
  await remember(cache, question, { files: read, folders: {} }, result)
  return result
}

/** Of what is not held as a whole, only artifacts are read at all. */
function isWorthKeeping(path: string, opened: Uint8Array | LargeFile): boolean {
  if (opened instanceof Uint8Array) return opened.byteLength >= leastBytes
  return opened.size < 2 ** 31 && formats.some((format) => format.recognizes(path, opened.head))
}
