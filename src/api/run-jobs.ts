import type { LocalCacheSettings } from '../cache/local-cache.ts'
import type { Diagnostic } from '../core/diagnostic.ts'
import { ShrinkError, toDiagnostic } from '../core/errors.ts'
import type { Job, JobResult } from '../pipeline/job.ts'
import { createExecutor } from './executor.ts'
import type { Progress } from './progress.ts'

export interface JobOutcome {
  readonly path: string
  readonly result?: JobResult
  /** Why there is no result. */
  readonly failure?: Diagnostic
}

/**
 * Runs every job; the outcome is in the order of `jobs`, whatever order they end in.
 *
 * @throws ShrinkError `output/write-failed`: there is no use in going on
 */
export async function runJobs(
  jobs: readonly Job[],
  options: {
    readonly threads: number | null
    readonly signal: AbortSignal
    /** Where results are kept; nowhere when left out. */
    readonly cache?: LocalCacheSettings | undefined
    readonly onProgress?: ((progress: Progress) => void) | undefined
  },
): Promise<readonly JobOutcome[]> {
  const executor = await createExecutor(options.threads, jobs.length, options.signal, options.cache)
  const abort = (): void => void executor.close()
  options.signal.addEventListener('abort', abort, { once: true })
  let done = 0
  const one = async (job: Job): Promise<JobOutcome> => {
    try {
      return { path: job.path, result: await executor.run(job) }
    } catch (error) {
      options.signal.throwIfAborted()
      if (error instanceof ShrinkError && error.code === 'output/write-failed') throw error
      return { path: job.path, failure: toDiagnostic(error, job.path) }
    } finally {
      options.onProgress?.({ done: ++done, total: jobs.length, path: job.path })
    }
  }
  try {
    options.signal.throwIfAborted()
    return await inFlight(jobs, one, executor.concurrency)
  } finally {
    options.signal.removeEventListener('abort', abort)
    await executor.close()
  }
}

/** Hands over no more jobs at a time than run: each open one may hold its file in memory. */
async function inFlight(
  jobs: readonly Job[],
  one: (job: Job) => Promise<JobOutcome>,
  concurrency: number,
): Promise<readonly JobOutcome[]> {
  const outcomes: JobOutcome[] = Array.from({ length: jobs.length })
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < jobs.length) {
      const index = next++
      outcomes[index] = await one(jobs[index]!)
    }
  }
  await Promise.all(Array.from({ length: Math.min(jobs.length, concurrency) }, lane))
  return outcomes
}
