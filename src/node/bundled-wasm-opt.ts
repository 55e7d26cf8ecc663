import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import { ShrinkError } from '../core/errors.ts'
import type { Tool, ToolLimits } from '../core/tool.ts'
import { runBinaryen } from './run-binaryen.ts'
import type { WasmOptReply, WasmOptRequest } from './wasm-opt-worker.ts'

/** The Binaryen release that this package depends on. */
function bundledVersion(): string {
  const manifest = createRequire(import.meta.url)('binaryen/package.json') as { readonly version: string }
  return manifest.version.replace(/\.0\.0$/, '')
}

/**
 * wasm-opt as npm's `binaryen` brings it: on a thread of its own, so that a run can be bounded and cancelled. The
 * thread is kept between runs (a warm run costs about half the CPU time) and replaced when a run failed.
 */
export function bundledWasmOpt(signal: AbortSignal): Tool {
  const title = `wasm-opt ${bundledVersion()} (npm binaryen)`
  // Run from the sources (tests do), there is no compiled worker to start.
  if (import.meta.url.endsWith('.ts')) {
    return { title, run: (input, args) => runBinaryen(input, args).catch(refuse(title)), close: async () => undefined }
  }
  let worker: Worker | undefined
  const drop = async (): Promise<void> => {
    const dropped = worker
    worker = undefined
    await dropped?.terminate()
  }
  return {
    title,
    async run(input, args, limits) {
      signal.throwIfAborted()
      worker ??= new Worker(new URL('./wasm-opt-worker.js', import.meta.url), { stdout: true, stderr: true })
      worker.ref()
      try {
        const output = await ask(worker, { input, args, memory: limits.memory }, limits, signal, title)
        worker.unref()
        return output
      } catch (error) {
        await drop()
        throw error
      }
    },
    close: drop,
  }
}

function ask(
  worker: Worker,
  request: WasmOptRequest,
  limits: ToolLimits,
  signal: AbortSignal,
  title: string,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    let said = ''
    const listen = (chunk: Buffer): void => {
      if (said.length < 2000) said += chunk.toString('utf8')
    }
    const settle = (act: () => void): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      worker.off('message', answer).off('error', broke).off('exit', ended)
      worker.stderr.off('data', listen)
      act()
    }
    const fail = (why: string): void => settle(() => reject(new ShrinkError('transform/failed', `${title}: ${why}`)))
    const abort = (): void => settle(() => reject(signal.reason as Error))
    const answer = (reply: WasmOptReply): void => {
      if ('output' in reply) settle(() => resolve(reply.output))
      else fail(explain(reply.failure, said, limits))
    }
    const broke = (error: Error): void => fail(explain(error.message, said, limits))
    const ended = (code: number): void => fail(explain(`the thread ended with code ${code}`, said, limits))
    const timer = setTimeout(() => fail(`stopped after ${limits.seconds} s`), limits.seconds * 1000)
    signal.addEventListener('abort', abort, { once: true })
    worker.stderr.on('data', listen)
    worker.on('message', answer).on('error', broke).on('exit', ended)
    worker.postMessage(request)
  })
}

/** What binaryen throws says little (`[object Object]`, `Aborted`); what it printed says more. */
function explain(failure: string, said: string, limits: ToolLimits): string {
  if (/out of memory|OOM|bad_alloc/i.test(`${failure} ${said}`)) return `out of memory (${limits.memory} MiB allowed)`
  const line = said.split('\n').find((text) => text.trim() !== '')
  return line === undefined ? failure : line.trim()
}

function refuse(title: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof ShrinkError) throw error
    throw new ShrinkError('transform/failed', `${title}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
