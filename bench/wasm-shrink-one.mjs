// `node wasm-shrink-one.mjs INPUT OUTPUT MEASURE LEVEL`: the WebAssembly transforms on one file, for wasm-shrink.bench.mjs.
// wasm-opt's results are those recorded; prints the seconds they took and those of all else.
import { readFileSync, writeFileSync } from 'node:fs'
import { wasm } from '../dist/src/formats/wasm/index.js'
import { optimizeArtifact } from '../dist/src/pipeline/optimize-artifact.js'
import { recordedWasmOpt } from './recorded-wasm-opt.mjs'

const [, , input, output, measure, level] = process.argv
const recorded = recordedWasmOpt()
const diagnostics = []
const context = {
  signal: new AbortController().signal,
  report: ({ message }) => diagnostics.push(message),
  readFile: async () => undefined,
  openTool: async () => recorded.tool,
}
const artifact = { path: 'module.wasm', bytes: new Uint8Array(readFileSync(input)) }
const settings = { level, measure, options: { timeBudget: 3600 } }
const result = await optimizeArtifact(wasm, artifact, { shallow: true }, settings, context)
writeFileSync(output, result.artifact.bytes)
const { user, system } = process.cpuUsage()
console.log(JSON.stringify({ wasmOptSeconds: recorded.spent(), ownSeconds: (user + system) / 1e6, steps: result.changes.map(({ what }) => what), diagnostics }))
