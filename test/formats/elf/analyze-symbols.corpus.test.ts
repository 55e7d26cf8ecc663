import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { elfPackage } from '../../corpus/elf.ts'
import { fetchPackage } from '../../corpus/fetch.ts'
import { hasTool } from './support/run.ts'

const run = promisify(execFile)
const command = fileURLToPath(new URL('../../../bin/shrink.js', import.meta.url))

interface Cost {
  readonly stdout: string
  /** User and system, of the process and its threads. */
  readonly cpuSeconds: number
  readonly residentBytes: number
}

/** Runs a program and asks the kernel what it cost (getrusage, RUSAGE_CHILDREN, by Python). */
async function cost(program: string, args: readonly string[]): Promise<Cost> {
  const script = `import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
sys.stdout.buffer.write(done.stdout)
sys.stderr.write(f"{used.ru_utime + used.ru_stime} {used.ru_maxrss * 1024} {done.returncode}")`
  const { stdout, stderr } = await run('python3', ['-c', script, program, ...args], { maxBuffer: 2 ** 30 })
  const [cpuSeconds, residentBytes] = stderr.trim().split(/\s+/).slice(-3).map(Number)
  return { stdout, cpuSeconds: cpuSeconds!, residentBytes: residentBytes! }
}

const possible = hasTool('python3') && hasTool('nm')
test.skipIf(!possible)('by symbol, a file of 162 MB costs less than three times what nm takes to list its symbols (skipped without python3, nm)', async () => {
  const workerd = join(await fetchPackage(elfPackage('@cloudflare/workerd-linux-64')), 'bin/workerd')
  const { size } = await stat(workerd)
  const own = await cost(process.execPath, [command, 'analyze', workerd, '--by', 'symbol', '--no-config'])
  const peer = await cost('nm', ['--print-size', '--size-sort', '--demangle', workerd])
  console.log(`analyze --by symbol: ${own.cpuSeconds.toFixed(2)} s CPU, ${Math.round(own.residentBytes / 1e6)} MB; nm: ${peer.cpuSeconds.toFixed(2)} s CPU`)
  expect(own.stdout).toContain('v8::internal::compiler::BytecodeAnalysis::BytecodeAnalysisImpl::Analyze()')
  expect(own.stdout).toContain('possible: unknown-code') // code that was not decoded is not code that needs nothing
  expect(own.cpuSeconds).toBeLessThan(3 * peer.cpuSeconds)
  expect(own.residentBytes).toBeLessThan(size + 260e6)
})
