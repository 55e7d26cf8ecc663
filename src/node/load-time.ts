import { spawn } from 'node:child_process'
import { dirname } from 'node:path'

/** A script to load, as Node would when it is imported or required by others. */
export interface Loadable {
  /** Absolute path. */
  readonly path: string
  readonly kind: 'esm' | 'commonjs'
}

/** Milliseconds from the request to the end of evaluation, Node's own start not included. */
export interface LoadTime {
  readonly median: number
  /** Quartiles. */
  readonly low: number
  readonly high: number
  readonly runs: number
}

export type LoadOutcome = { readonly time: LoadTime } | { readonly problem: string }

/** A module that takes longer is no module that ends loading: it waits for something. */
const PATIENCE_MS = 20_000

/** Reports through a fourth pipe: what the module prints is nobody's business. */
const harness = `
const { writeSync } = require('node:fs')
const [path, kind] = process.argv.slice(1)
const end = (text) => { writeSync(3, text); process.exit(0) }
const fail = (error) => end('!' + (error && error.message || error))
const start = process.hrtime.bigint()
const done = () => end(String(Number(process.hrtime.bigint() - start) / 1e6))
process.on('uncaughtException', fail)
if (kind === 'esm') import(require('node:url').pathToFileURL(path)).then(done, fail)
else { require(path); done() }
`

/**
 * Loads each script in fresh processes, in turn: a, b, a, b, … so that what else the machine does meets all alike.
 * It runs the scripts: only for code that its owner asked to have run.
 */
export async function measureLoads(
  scripts: readonly Loadable[],
  { runs, signal }: { readonly runs: number; readonly signal: AbortSignal },
): Promise<readonly LoadOutcome[]> {
  const times: number[][] = scripts.map(() => [])
  const problems: (string | undefined)[] = scripts.map(() => undefined)
  // the first round fills the operating system's caches, and is not counted
  for (let round = -1; round < runs; round++) {
    for (const [index, script] of scripts.entries()) {
      signal.throwIfAborted()
      if (problems[index] !== undefined) continue
      const answer = await runNode(harness, [script.path, script.kind], dirname(script.path), signal)
      const time = Number(answer)
      if (answer === '' || Number.isNaN(time)) problems[index] = answer.replace(/^!/, '') || 'it ended before it was loaded'
      else if (round >= 0) times[index]!.push(time)
    }
  }
  return scripts.map((_, index) => {
    const problem = problems[index]
    if (problem !== undefined) return { problem }
    const sorted = times[index]!.sort((a, b) => a - b)
    const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)]!
    return { time: { median: at(0.5), low: at(0.25), high: at(0.75), runs: sorted.length } }
  })
}

/** Runs a program text in a fresh process of this Node, and answers with what it wrote to its fourth pipe. */
export async function runNode(program: string, args: readonly string[], cwd: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--input-type=commonjs', '-e', program, ...args], {
      cwd,
      signal,
      timeout: PATIENCE_MS,
      killSignal: 'SIGKILL',
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    })
    let answer = ''
    const pipe = child.stdio[3] as NodeJS.ReadableStream
    pipe.setEncoding('utf8')
    pipe.on('data', (text: string) => (answer += text))
    child.on('error', reject)
    child.on('close', (_code, killed) => resolve(killed === null ? answer : `!it did not end loading within ${PATIENCE_MS / 1000} s`))
  })
}

/** `12.3 ms (11.9 to 13.0)` */
export function formatLoadTime({ median, low, high }: LoadTime): string {
  return `${median.toFixed(1)} ms (${low.toFixed(1)} to ${high.toFixed(1)})`
}
