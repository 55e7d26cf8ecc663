import { copyFile, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { writeFailed } from '../node/write-failed.ts'
import type { Job, JobResult } from '../pipeline/job.ts'
import type { Input } from './open-input.ts'
import type { JobOutcome } from './run-jobs.ts'

/**
 * Results of files that several variants of a build have in common: scripts, WebAssembly, data. Each is worked on for
 * the first variant and copied to the others.
 */
export class SharedResults {
  readonly #known = new Map<string, { readonly result: JobResult; readonly outRoot: string }>()

  /** Runs what is not known yet with `run`; the outcomes are in the order of `jobs`. */
  async runJobs(
    jobs: readonly Job[],
    input: Input,
    outRoot: string,
    run: (jobs: readonly Job[]) => Promise<readonly JobOutcome[]>,
  ): Promise<readonly JobOutcome[]> {
    const keys = jobs.map((job) => this.#key(job, input))
    const fresh = await run(jobs.filter((_, index) => !this.#known.has(keys[index] ?? '')))
    const byPath = new Map(fresh.map((outcome) => [outcome.path, outcome]))
    const outcomes: JobOutcome[] = []
    for (const [index, { path }] of jobs.entries()) {
      const key = keys[index]
      const outcome = byPath.get(path)
      if (outcome !== undefined) {
        outcomes.push(outcome)
        if (key !== undefined && outcome.result !== undefined) this.#known.set(key, { result: outcome.result, outRoot })
        continue
      }
      const known = this.#known.get(key!)!
      for (const output of known.result.outputs) await copyOutput(output.path, known.outRoot, outRoot)
      outcomes.push({ path, result: known.result })
    }
    return outcomes
  }

  /** The same file in the same place of the tree; undefined for inputs that are not chosen for a platform. */
  #key(job: Job, { sources }: Input): string | undefined {
    const source = sources?.get(job.path)
    if (source === undefined) return undefined
    // Scripts of another variant may reach other exports, its targets lack other features, its pages hold other digests.
    const { unreachedExports = null, absentFeatures = null } = job.kind === 'optimize' ? job.options.wasm : {}
    return [job.path, source, JSON.stringify([unreachedExports, absentFeatures, job.kind === 'optimize' && job.keepsBytes === true])].join('\0')
  }
}

async function copyOutput(path: string, from: string, to: string): Promise<void> {
  try {
    await mkdir(dirname(join(to, path)), { recursive: true })
    await copyFile(join(from, path), join(to, path))
  } catch (error) {
    throw writeFailed(path, error)
  }
}
