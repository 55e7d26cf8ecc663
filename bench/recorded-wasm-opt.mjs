// npm binaryen's wasm-opt as a command in a process of its own, with the CPU time it took. Results are kept by content
// beside the corpus (apart from those of the tests: the command keeps target_features as it was, the library writes it
// anew): a bench over the large modules takes hours and can be resumed.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { corpusFolder } from './corpus-folder.mjs'
import { workFolder } from './work-folder.mjs'

const folder = join(corpusFolder, '.wasm-opt-command')
const require = createRequire(import.meta.url)
const title = `wasm-opt ${require('binaryen/package.json').version.replace(/\.0\.0$/, '')} (npm binaryen)`
const command = require.resolve('binaryen/package.json').replace(/package\.json$/, 'bin/wasm-opt')

/** The output and the user and system seconds of one run; a failure is kept as well. */
export function wasmOpt(input, args) {
  const key = createHash('sha256').update(input).update(JSON.stringify([title, args])).digest('hex').slice(0, 32)
  const [path, notes] = [join(folder, `${key}.wasm`), join(folder, `${key}.json`)]
  if (!existsSync(notes)) record(input, args, path, notes)
  const { cpuSeconds, failure } = JSON.parse(readFileSync(notes, 'utf8'))
  return { cpuSeconds, failure, ...(failure === undefined ? { bytes: new Uint8Array(readFileSync(path)) } : {}) }
}

function record(input, args, path, notes) {
  const work = workFolder()
  try {
    const [from, to, cpu, hook] = ['in.wasm', 'out.wasm', 'cpu', 'hook.cjs'].map((name) => join(work, name))
    writeFileSync(from, input)
    writeFileSync(hook, `process.on('exit', () => { const { user, system } = process.cpuUsage(); require('node:fs').writeFileSync(${JSON.stringify(cpu)}, String((user + system) / 1e6)) })`)
    let failure
    try {
      execFileSync(process.execPath, ['--require', hook, command, from, ...args, '-o', to], { stdio: ['ignore', 'ignore', 'pipe'] })
    } catch (error) {
      failure = String(error.stderr ?? error).split('\n')[0]
    }
    mkdirSync(folder, { recursive: true })
    if (failure === undefined) {
      writeFileSync(`${path}.${process.pid}`, readFileSync(to))
      renameSync(`${path}.${process.pid}`, path)
    }
    writeFileSync(notes, JSON.stringify({ cpuSeconds: existsSync(cpu) ? Number(readFileSync(cpu, 'utf8')) : null, failure }))
  } finally {
    rmSync(work, { recursive: true })
  }
}

/** Where something else that a bench made is kept. */
export function recordedFile(name) {
  mkdirSync(folder, { recursive: true })
  return join(folder, `bench-${name}`)
}

/** The value that `make` gave when it was asked for the first time. */
export function remembered(key, make) {
  const path = join(folder, `bench-${key}.json`)
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8'))
  const value = make()
  mkdirSync(folder, { recursive: true })
  writeFileSync(path, JSON.stringify(value))
  return value
}

/** The same as a tool for the transforms; `spent()` says how many seconds its runs took when they were recorded. */
export function recordedWasmOpt() {
  let cpuSeconds = 0
  return {
    spent: () => cpuSeconds,
    tool: {
      title,
      async run(input, args) {
        const result = wasmOpt(input, args)
        cpuSeconds += result.cpuSeconds
        if (result.failure !== undefined) throw new Error(result.failure)
        return result.bytes
      },
      close: async () => undefined,
    },
  }
}
