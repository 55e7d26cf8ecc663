import { formats } from '../formats/index.ts'
import { fileHost } from '../node/file-host.ts'
import type { Job, JobResult } from '../pipeline/job.ts'
import { runJob } from '../pipeline/run-job.ts'

/** Runs a job on the files of this machine, with every format. */
export function runFileJob(job: Job, signal: AbortSignal): Promise<JobResult> {
  return runJob(job, formats, fileHost(job.root, job.kind === 'optimize' ? job.outRoot : null, signal))
}
