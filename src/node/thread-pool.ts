import { setTimeout } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Executor, Job, JobResult } from '../pipeline/job.ts'

/** `abort`: the job that runs is of no use any more; what it has opened and started is put away. */
export type ThreadRequest = { readonly id: number; readonly job: Job } | { readonly abort: true }
export type ThreadReply =
  | { readonly id: number; readonly result: JobResult }
  | { readonly id: number; readonly failure: { readonly message: string; readonly code?: string; readonly stack?: string } }

/** How long a thread has to put away what its job opened, before it is ended. */
const graceMilliseconds = 500

interface Thread {
  readonly worker: Worker
  current: Waiting | undefined
}

interface Waiting {
  readonly job: Job
  readonly resolve: (result: JobResult) => void
  readonly reject: (error: unknown) => void
}

/**
 * Runs jobs on at most `size` threads, one job a thread at a time, so that at most `size` files are in memory. A
 * thread that dies takes only its own job with it.
 *
 * @param script module that answers `ThreadRequest` with `ThreadReply`
 * @param revive turns a thread's failure into the error that `run` rejects with
 * @param data what each thread is told when it starts: plain
 */
export function threadPool(script: URL, size: number, revive: (failure: { message: string; code?: string }) => Error, data?: object): Executor {
  const threads: Thread[] = []
  const queue: Waiting[] = []
  let closed = false

  const dispatch = (): void => {
    while (queue.length > 0) {
      const thread = threads.find((candidate) => candidate.current === undefined) ?? grow()
      if (thread === undefined) return
      thread.current = queue.shift()!
      thread.worker.ref()
      thread.worker.postMessage({ id: 0, job: thread.current.job } satisfies ThreadRequest)
    }
  }

  const grow = (): Thread | undefined => {
    if (threads.length >= size) return undefined
    const thread: Thread = { worker: new Worker(script, { workerData: data }), current: undefined }
    const settle = (act: (waiting: Waiting) => void): void => {
      const waiting = thread.current
      thread.current = undefined
      thread.worker.unref()
      if (waiting !== undefined) act(waiting)
      dispatch()
    }
    thread.worker.on('message', (reply: ThreadReply) => {
      settle((waiting) => {
        if ('result' in reply) waiting.resolve(reply.result)
        else waiting.reject(revive(reply.failure))
      })
    })
    const lost = (error: Error): void => {
      const index = threads.indexOf(thread)
      if (index >= 0) threads.splice(index, 1)
      settle((waiting) => waiting.reject(error))
    }
    thread.worker.on('error', lost)
    thread.worker.on('exit', (code) => {
      if (!closed) lost(new Error(`a worker thread ended with code ${code}`))
    })
    threads.push(thread)
    return thread
  }

  const end = async ({ worker, current }: Thread): Promise<void> => {
    if (current !== undefined) {
      current.reject(new Error('the threads were closed'))
      const stopped = new Promise((resolve) => worker.once('message', resolve).once('exit', resolve))
      worker.postMessage({ abort: true } satisfies ThreadRequest)
      const tooLong = new AbortController()
      await Promise.race([stopped, setTimeout(graceMilliseconds, undefined, { signal: tooLong.signal })]).finally(() => tooLong.abort())
    }
    await worker.terminate()
  }

  return {
    concurrency: size,
    run: (job) =>
      new Promise((resolve, reject) => {
        queue.push({ job, resolve, reject })
        dispatch()
      }),
    async close() {
      closed = true
      for (const waiting of queue.splice(0)) waiting.reject(new Error('the threads were closed'))
      await Promise.all(threads.map(end))
    },
  }
}
