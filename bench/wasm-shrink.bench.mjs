// Every module of the corpus at `balanced`, against `wasm-opt -Oz` of npm binaryen, both with the CPU time of a process
// of their own. SHRINK_BENCH_WASM=ID,ID or =BYTES (default: modules from 300 kB to 900 kB) chooses modules.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { brotliSize } from '../dist/src/bytes/encoded-size.js'
import { binaryenFlags } from '../dist/src/formats/wasm/features.js'
import { readModule } from '../dist/src/formats/wasm/read/read-module.js'

const root = fileURLToPath(new URL('..', import.meta.url))

export const title = 'WebAssembly at level balanced for brotli, against wasm-opt -Oz'

export async function bench() {
  const folder = mkdtempSync(join(tmpdir(), 'shrink-bench-'))
  try {
    const { readCorpusModule, wasmCorpus } = await corpus(folder)
    const rows = []
    const ratios = { size: [], cpu: [] }
    for (const module of chosen(wasmCorpus)) {
      const bytes = new Uint8Array(await readCorpusModule(module))
      const [input, plain, ours] = ['in', 'oz', 'ours'].map((name) => join(folder, `${name}.wasm`))
      writeFileSync(input, bytes)
      const flags = binaryenFlags(readModule(bytes).features.map(({ feature }) => feature))
      const ozCpu = timed(['node_modules/binaryen/bin/wasm-opt', input, ...flags, '-Oz', '-o', plain])
      const ourCpu = timed(['bench/wasm-shrink-one.mjs', input, ours])
      const sizes = [bytes, readFileSync(plain), readFileSync(ours)].map((one) => brotliSize(one))
      ratios.size.push(sizes[2] / sizes[1])
      ratios.cpu.push(ourCpu / ozCpu)
      rows.push([module.id, bytes.length, ...sizes, percent(sizes[2] / sizes[1]), ozCpu.toFixed(1), ourCpu.toFixed(1)])
    }
    return {
      columns: ['module', 'bytes', 'brotli', '-Oz', 'shrink', 'vs -Oz', '-Oz CPU s', 'shrink CPU s'],
      rows,
      notes: [`geometric means: ${percent(geomean(ratios.size))} brotli against -Oz, ${geomean(ratios.cpu).toFixed(2)} times its CPU time`],
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The list is TypeScript of the tests: bundled to run here. */
async function corpus(folder) {
  const outfile = join(folder, 'corpus.mjs')
  await build({ entryPoints: [join(root, 'test/corpus/wasm.ts')], bundle: true, platform: 'node', format: 'esm', outfile })
  return import(pathToFileURL(outfile).href)
}

function chosen(modules) {
  const wanted = process.env.SHRINK_BENCH_WASM ?? '900000'
  if (/^\d+$/.test(wanted)) return modules.filter(({ byteLength }) => byteLength >= 300_000 && byteLength <= Number(wanted))
  return modules.filter(({ id }) => wanted.split(',').includes(id))
}

/** User and system seconds of a Node process with all its threads. */
function timed(args) {
  const folder = mkdtempSync(join(tmpdir(), 'shrink-bench-'))
  try {
    const [hook, result] = [join(folder, 'cpu.cjs'), join(folder, 'cpu')]
    writeFileSync(hook, `process.on('exit', () => { const { user, system } = process.cpuUsage(); require('node:fs').writeFileSync(${JSON.stringify(result)}, String((user + system) / 1e6)) })`)
    execFileSync(process.execPath, ['--require', hook, ...args], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
    return Number(readFileSync(result, 'utf8'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const geomean = (values) => Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)
const percent = (ratio) => `${((ratio - 1) * 100).toFixed(2)} %`
