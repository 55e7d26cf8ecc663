// `node wasm-shrink-one.mjs INPUT OUTPUT [MEASURE] [LEVEL]`: the WebAssembly transforms on one file, for wasm-shrink.bench.mjs.
import { readFileSync, writeFileSync } from 'node:fs'
import { wasm } from '../dist/src/formats/wasm/index.js'
import { openTool } from '../dist/src/node/open-tool.js'
import { optimizeArtifact } from '../dist/src/pipeline/optimize-artifact.js'

const [, , input, output, measure = 'brotli', level = 'balanced'] = process.argv
const { signal } = new AbortController()
const context = {
  signal,
  report: ({ message }) => console.error(message),
  readFile: async () => undefined,
  openTool: (name, path) => openTool(name, path, signal),
}
const artifact = { path: 'module.wasm', bytes: new Uint8Array(readFileSync(input)) }
const settings = { level, measure, options: { timeBudget: 3600 } }
const result = await optimizeArtifact(wasm, artifact, { shallow: true }, settings, context)
writeFileSync(output, result.artifact.bytes)
