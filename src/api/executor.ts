import { availableParallelism } from 'node:os'
import { setImmediate } from 'node:timers/promises'
import { type DiagnosticCode, diagnosticCodes } from '../core/diagnostic-codes.ts'
import { ShrinkError } from '../core/errors.ts'
import { threadPool } from '../node/thread-pool.ts'
import type { Executor } from '../pipeline/job.ts'
import type { LocalCacheSettings } from '../cache/local-cache.ts'
import { runFileJob } from './run-file-job.ts'
import type { ThreadData } from './worker.ts'

/**
 * Threads when there is more than one job to run, else this thread.
 *
 * @param jobs how many at a time; null: one per processor
 * @param work how many jobs there will be
 * @param cache where results are kept; nowhere when left out
 */
export async function createExecutor(jobs: number | null, work: number, signal: AbortSignal, cache?: LocalCacheSettings): Promise<Executor> {
  const size = Math.min(jobs ?? availableParallelism(), work)
  // Run from the sources (tests do), there is no compiled worker to start.
  if (size <= 1 || import.meta.url.endsWith('.ts')) {
    return {
      concurrency: 1,
      async run(job) {
        // Small files are read without the event loop, which has to see a signal between them.
        await setImmediate()
        signal.throwIfAborted()
        return runFileJob(job, signal, cache)
      },
      close: async () => undefined,
    }
  }
  await holdAddOns()
  const data: ThreadData = { cache }
  return threadPool(
    new URL('./worker.js', import.meta.url),
    size,
    ({ message, code }) => (code !== undefined && code in diagnosticCodes ? new ShrinkError(code as DiagnosticCode, message) : new Error(message)),
    data,
  )
}

/**
 * @swc/core 1.16 crashes the process when it is loaded again after the last thread that had it has ended: two builds in
 * one process, or two inputs. While this thread holds it, it is never unloaded.
 */
async function holdAddOns(): Promise<void> {
  await import('@swc/core').catch(() => undefined) // without it, other minifiers do the work
}
