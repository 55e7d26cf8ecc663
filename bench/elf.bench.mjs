import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { totalsByLabel } from '../dist/src/core/size-map.js'
import { elf } from '../dist/src/formats/elf/index.js'
import { optimizeArtifact } from '../dist/src/pipeline/optimize-artifact.js'
import { corpusFolder } from './corpus-folder.mjs'
import { workFolder } from './work-folder.mjs'

const run = promisify(execFile)

export const title = 'ELF: size map by symbol and strip, against GNU strip and llvm-strip'

/** Fetched by `npm run test:corpus`. */
const files = [
  '@cloudflare+workerd-linux-64@1.20261117.1/bin/workerd',
  '@duckdb+node-bindings-linux-x64@1.5.6-r.1/libduckdb.so',
  '@sentry+cli-linux-x64@3.8.0/bin/sentry-cli',
  '@esbuild+linux-arm64@0.28.2/bin/esbuild',
]

const context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }

/** CPU seconds of this process that `work` takes. */
async function cpuSeconds(work) {
  const before = process.cpuUsage()
  const result = await work()
  const { user, system } = process.cpuUsage(before)
  return { seconds: (user + system) / 1e6, result }
}

/** CPU seconds of a command, by the shell's `times`. */
async function commandSeconds(command) {
  const { stdout } = await run('bash', ['-c', `${command} >/dev/null 2>&1; code=$?; times; echo $code`])
  const [, line, code] = stdout.trim().split('\n') // first the shell's own times, then its children's
  if (code !== '0') return 'fails'
  return [...line.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0).toFixed(2)
}

export async function bench() {
  const folder = workFolder()
  const rows = []
  try {
    for (const file of files) {
      const path = join(corpusFolder, file)
      const bytes = await readFile(path).catch(() => undefined)
      if (bytes === undefined) continue
      const artifact = { path: 'file', bytes }
      const map = await cpuSeconds(async () => totalsByLabel((await elf.analyze(artifact, { by: 'symbol', shallow: true }, context)).sizes))
      const settings = { level: 'balanced', measure: 'raw', options: {} }
      const strip = await cpuSeconds(() => optimizeArtifact(elf, artifact, { shallow: true }, settings, context))
      rows.push([
        file,
        bytes.length,
        map.seconds.toFixed(2),
        map.result.length,
        strip.seconds.toFixed(2),
        strip.result.artifact.bytes.length,
        await commandSeconds(`strip -s -o ${join(folder, 'gnu')} ${path}`),
        await commandSeconds(`llvm-strip --strip-all -o ${join(folder, 'llvm')} ${path}`),
      ])
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return {
    columns: ['file', 'bytes', 'by symbol, CPU s', 'labels', 'strip, CPU s', 'stripped', 'GNU strip, CPU s', 'llvm-strip, CPU s'],
    rows,
    notes: [
      `Largest resident set of this process: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB.`,
      'Strip includes analysing input and result and comparing every segment.',
    ],
  }
}
