import { LocalCache, type LocalCacheSettings } from '../cache/local-cache.ts'
import { formats } from '../formats/index.ts'
import { fileHost } from '../node/file-host.ts'
import type { Job, JobResult } from '../pipeline/job.ts'
import { runJob } from '../pipeline/run-job.ts'
import { rememberedJob } from './remembered-job.ts'

/**
 * Runs a job on the files of this machine, with every format.
 *
 * @param cache where results are kept; nowhere when left out
 */
export function runFileJob(job: Job, signal: AbortSignal, cache?: LocalCacheSettings): Promise<JobResult> {
  const host = fileHost(job.root, job.kind === 'optimize' ? job.outRoot : null, signal)
  if (cache === undefined) return runJob(job, formats, host)
  return rememberedJob(job, host, cacheOf(cache), (recording) => runJob(job, formats, recording))
}

let known: { readonly settings: LocalCacheSettings; readonly cache: LocalCache } | undefined

/** One for all jobs of a run: it counts what it writes. */
function cacheOf(settings: LocalCacheSettings): LocalCache {
  if (known === undefined || known.settings.folder !== settings.folder || known.settings.generation !== settings.generation) {
    known = { settings, cache: new LocalCache(settings) }
  }
  return known.cache
}
