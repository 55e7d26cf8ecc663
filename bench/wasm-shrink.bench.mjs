// Corpus modules in every measure, against `wasm-opt -Oz` of npm binaryen with the module stripped before (without that
// it keeps names and debug information). wasm-opt's runs and everything measured are kept beside the corpus by content:
// a run that was ended goes on where it was, and a change of the transforms runs wasm-opt no more. Where the tests have a
// program that uses the package, it is run with the module and with the result.
//
// SHRINK_BENCH_WASM   ids, separated by commas, or the largest size in bytes (default 900000)
// SHRINK_BENCH_LEVELS levels, separated by commas (default balanced)
// SHRINK_BENCH_FROM   the smallest size in bytes (default 0)
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { measuredSize } from '../dist/src/bytes/encoded-size.js'
import { binaryenFlags } from '../dist/src/formats/wasm/features.js'
import { readModule } from '../dist/src/formats/wasm/read/read-module.js'
import { wasm } from '../dist/src/formats/wasm/index.js'
import { stripSections } from '../dist/src/formats/wasm/transforms/strip-sections.js'
import { recordedFile, remembered, wasmOpt } from './recorded-wasm-opt.mjs'
import { workFolder } from './work-folder.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const measures = ['raw', 'gzip', 'brotli']
const levels = (process.env.SHRINK_BENCH_LEVELS ?? 'balanced').split(',')
/** What the results depend on beside the input. */
const generation = digest(
  ...['formats/wasm/transforms', 'formats/wasm/write'].flatMap((folder) => sources(join(root, 'dist/src', folder))),
  readFileSync(join(root, 'dist/src/bytes/encoded-size.js')),
)

export const title = 'WebAssembly against wasm-opt -Oz, each measure asked for by itself; CPU time of brotli'

export async function bench() {
  const folder = workFolder()
  try {
    const { programIds, readCorpusModule, runProgram, wasmCorpus } = await corpus(folder)
    const programs = await programIds()
    const rows = []
    const ratios = new Map()
    for (const module of chosen(wasmCorpus)) {
      const bytes = new Uint8Array(await readCorpusModule(module))
      const stripped = await strip(bytes)
      const oz = wasmOpt(stripped, [...binaryenFlags(readModule(stripped).features.map(({ feature }) => feature)), '-Oz'])
      if (oz.bytes === undefined) {
        rows.push([module.id, `-Oz: ${oz.failure}`])
        continue
      }
      for (const level of levels) {
        const row = [module.id, level]
        for (const measure of measures) {
          const ours = transformed(folder, bytes, measure, level)
          const peer = size(oz.bytes, measure)
          const ratio = ours.size / peer
          row.push(size(bytes, measure), peer, `${ours.size}${ours.size > Math.min(peer, size(bytes, measure)) ? ' !' : ''}`, percent(ratio))
          note(ratios, `${level} ${measure}`, ratio, module)
          if (measure === 'brotli') {
            const cpu = (ours.wasmOptSeconds + ours.ownSeconds) / oz.cpuSeconds
            row.push(cpu.toFixed(2))
            note(ratios, `${level} CPU`, cpu, module)
            row.push(programs.has(module.id) ? await sameProgram(runProgram, module, bytes, ours) : '')
          }
        }
        rows.push(row)
        console.error(row.join(' | '))
      }
    }
    return {
      columns: ['module', 'level', ...measures.flatMap((measure) => [measure, '-Oz', 'shrink', 'vs -Oz']), 'CPU', 'program'],
      rows,
      notes: [...ratios].map(([what, values]) => `${what}: geometric mean ${/CPU/.test(what) ? `${geomean(values).toFixed(2)} times` : percent(geomean(values))} over ${values.length}`),
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Everything, and the modules from 300 kB that the bar is about. */
function note(ratios, what, ratio, { byteLength }) {
  for (const name of [what, ...(byteLength >= 300_000 ? [`${what}, from 300 kB`] : [])]) ratios.set(name, [...(ratios.get(name) ?? []), ratio])
}

/** What the transforms give to wasm-opt. */
async function strip(bytes) {
  const artifact = { path: 'module.wasm', bytes }
  const settings = { level: 'balanced', measure: 'raw', options: {} }
  const analysis = await wasm.analyze(artifact, { shallow: true }, { signal: new AbortController().signal, report: () => undefined })
  if (!stripSections.applies(analysis, settings)) return bytes
  return (await stripSections.apply(artifact, analysis, settings)).artifact.bytes
}

/** Whether the program of a package observes the same with the result. */
async function sameProgram(runProgram, module, before, { kept }) {
  const observed = await runProgram(module, before)
  return observed === (await runProgram(module, new Uint8Array(readFileSync(kept)))) ? 'same' : 'DIFFERS'
}

/** What the transforms make of a module: its size, the seconds it took, where it is kept. */
function transformed(folder, bytes, measure, level) {
  const [input, output] = [join(folder, 'in.wasm'), join(folder, 'out.wasm')]
  const key = `${digest(bytes)}-${measure}-${level}-${generation}`
  const kept = recordedFile(`${key}.wasm`)
  const measured = remembered(key, () => {
    writeFileSync(input, bytes)
    const printed = execFileSync(process.execPath, ['bench/wasm-shrink-one.mjs', input, output, measure, level], { cwd: root, encoding: 'utf8' })
    copyFileSync(output, kept)
    return { ...JSON.parse(printed), size: size(new Uint8Array(readFileSync(output)), measure) }
  })
  return { ...measured, kept }
}

function size(bytes, measure) {
  return measure === 'raw' ? bytes.length : remembered(`${digest(bytes)}-${measure}`, () => ({ size: measuredSize(bytes, measure) })).size
}

/** The list and the programs are TypeScript of the tests: bundled to run here. */
async function corpus(folder) {
  const outfile = join(folder, 'corpus.mjs')
  const contents = `export * from './test/corpus/wasm.ts'; export * from './test/wasm-run/run-program.ts'`
  await build({ stdin: { contents, resolveDir: root }, bundle: true, platform: 'node', format: 'esm', outfile })
  // Found by its place beside the code that runs it.
  copyFileSync(join(root, 'test/wasm-run/programs.mjs'), join(folder, 'programs.mjs'))
  return import(pathToFileURL(outfile).href)
}

function chosen(modules) {
  const wanted = process.env.SHRINK_BENCH_WASM ?? '900000'
  const from = Number(process.env.SHRINK_BENCH_FROM ?? 0)
  const some = /^\d+$/.test(wanted)
    ? modules.filter(({ byteLength }) => byteLength >= from && byteLength <= Number(wanted))
    : modules.filter(({ id }) => wanted.split(',').includes(id))
  return some.toSorted((a, b) => a.byteLength - b.byteLength)
}

function sources(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.js'))
    .sort()
    .map((name) => readFileSync(join(folder, name)))
}

function digest(...parts) {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex').slice(0, 24)
}

const geomean = (values) => Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)
const percent = (ratio) => `${((ratio - 1) * 100).toFixed(2)} %`
