import { parentPort, workerData } from 'node:worker_threads'
import type { LocalCacheSettings } from '../cache/local-cache.ts'
import { ShrinkError } from '../core/errors.ts'
import type { ThreadReply, ThreadRequest } from '../node/thread-pool.ts'
import { runFileJob } from './run-file-job.ts'

const port = parentPort
if (port === null) throw new Error('worker.js runs on a worker thread')

/** What the threads of a pool are told when they start. */
export interface ThreadData {
  readonly cache: LocalCacheSettings | undefined
}

const { cache } = workerData as ThreadData
const controller = new AbortController()

port.on('message', (request: ThreadRequest) => {
  if ('abort' in request) {
    controller.abort(new Error('interrupted'))
    return
  }
  const { id, job } = request
  runFileJob(job, controller.signal, cache).then(
    (result) => port.postMessage({ id, result } satisfies ThreadReply),
    (error: unknown) => {
      // structuredClone drops an error's subclass and fields, so they cross as data.
      const failure = {
        message: error instanceof Error ? error.message : String(error),
        ...(error instanceof ShrinkError ? { code: error.code } : {}),
        ...(error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {}),
      }
      port.postMessage({ id, failure } satisfies ThreadReply)
    },
  )
})
