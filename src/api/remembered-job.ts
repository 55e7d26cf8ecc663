import { sha256 } from '../bytes/sha256.ts'
import { recall, remember } from '../cache/stamped-results.ts'
import type { ResultCache } from '../core/result-cache.ts'
import type { ToolName } from '../core/tool.ts'
import { formats } from '../formats/index.ts'
import type { Job, JobResult } from '../pipeline/job.ts'
import type { LargeFile } from '../pipeline/large-file.ts'
import type { JobHost } from '../pipeline/run-job.ts'

/** Changes when the meaning of what is stored changes. */
const SCHEMA = 1

/** Shorter files are worked on in the time that it takes to look a result up. */
const leastBytes = 4096
/** Of what one job writes: the cache is for many. */
const mostBytes = 64 * 2 ** 20

/** Of a size map: a list of all symbols takes more memory to keep than the file to read. */
const mostTotals = 10_000

/** What a job looked at besides its own file. */
interface Looked {
  /** SHA-256 by path; null: there was no such file. */
  readonly files: Record<string, string | null>
  readonly tools: { readonly name: ToolName; readonly path: string | null; readonly title: string | null }[]
}

interface Made {
  readonly result: JobResult
  /** Contents are kept under their digests. */
  readonly writes: readonly { readonly path: string; readonly like: string; readonly keepExisting: boolean; readonly sha256: string }[]
}

/**
 * What an earlier run made of the same bytes at the same place of a tree, asked the same; else what `run` makes, which is
 * kept. Other files that it looks at (package.json, source maps) and outside tools are part of what it is made from.
 */
export async function rememberedJob(job: Job, host: JobHost, cache: ResultCache, run: (host: JobHost) => Promise<JobResult>): Promise<JobResult> {
  const opened = await host.open(job.path)
  const hostOf = (more: Partial<JobHost>): JobHost => ({ ...host, open: async () => opened, ...more })
  if (!isWorthKeeping(job, opened)) return run(hostOf({}))
  const question = [SCHEMA, { ...job, root: '', outRoot: '' }, opened instanceof Uint8Array ? sha256(opened) : await opened.digest()]
  const known = await recall<Made, Looked>(cache, question, (looked) => isAsItWas(looked, host))
  const again = known === undefined ? undefined : await written(known, host, cache)
  if (again !== undefined) return again

  const looked: Looked = { files: {}, tools: [] }
  const writes: { path: string; bytes: Uint8Array; like: string; keepExisting: boolean }[] = []
  const recording = hostOf({
    async readFile(path) {
      const bytes = await host.readFile(path)
      looked.files[path] = bytes === undefined ? null : sha256(bytes)
      return bytes
    },
    async write(path, bytes, like, keepExisting) {
      writes.push({ path, bytes, like, keepExisting })
      await host.write(path, bytes, like, keepExisting)
    },
    async openTool(name, path) {
      const tool = await host.openTool?.(name, path)
      looked.tools.push({ name, path, title: tool?.title ?? null })
      return tool
    },
  })
  const result = await run(recording)
  if (!isFinal(job, result) || (result.artifact.sizeMap?.totals.length ?? 0) > mostTotals || writes.reduce((sum, { bytes }) => sum + bytes.byteLength, 0) > mostBytes) return result
  for (const { bytes } of writes) await cache.write(sha256(bytes), bytes)
  const kept = writes.map(({ path, like, keepExisting, bytes }) => ({ path, like, keepExisting, sha256: sha256(bytes) }))
  await remember(cache, question, looked, { result, writes: kept } satisfies Made)
  return result
}

/** Only artifacts are made anew; of what is not held as a whole, they alone are read at all. */
function isWorthKeeping(job: Job, opened: Uint8Array | LargeFile): boolean {
  const isArtifact = (head: Uint8Array): boolean => formats.some((format) => format.recognizes(job.path, head))
  if (!(opened instanceof Uint8Array)) return job.kind === 'analyze' && opened.size < 2 ** 31 && isArtifact(opened.head)
  return opened.byteLength >= leastBytes && (job.kind === 'analyze' || isArtifact(opened))
}

/** A tool that failed or took too long may do better another time. */
function isFinal({ kind }: Job, { diagnostics }: JobResult): boolean {
  return kind === 'analyze' || diagnostics.every(({ severity, code }) => severity === 'info' && code !== 'transform/failed')
}

async function isAsItWas({ files, tools }: Looked, host: JobHost): Promise<boolean> {
  for (const [path, digest] of Object.entries(files)) {
    const bytes = await host.readFile(path)
    if ((bytes === undefined ? null : sha256(bytes)) !== digest) return false
  }
  for (const { name, path, title } of tools) {
    const tool = await host.openTool?.(name, path)
    await tool?.close()
    if ((tool?.title ?? null) !== title) return false
  }
  return true
}

/** Writes what was written; undefined when a part of it is no longer kept. */
async function written({ result, writes }: Made, host: JobHost, cache: ResultCache): Promise<JobResult | undefined> {
  const contents = await Promise.all(writes.map((write) => cache.read(write.sha256)))
  if (contents.includes(undefined)) return undefined
  for (const [index, { path, like, keepExisting }] of writes.entries()) await host.write(path, contents[index]!, like, keepExisting)
  return result
}
