import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import binaryen from 'binaryen'
import { analyzeWasm } from '../dist/src/formats/wasm/analyze.js'
import { readModule } from '../dist/src/formats/wasm/read/read-module.js'
import { corpusFolder } from './corpus-folder.mjs'

export const title = 'reading WebAssembly: every section and instruction, with the exact features (CPU milliseconds)'

const modules = [
  ['sql.js', 'sql.js@1.16.0/dist/sql-wasm.wasm'],
  ['dart_fmt (GC)', '@wasm-fmt+dart_fmt@0.4.0/dart_fmt.wasm'],
  ['rapier3d', '@dimforge+rapier3d@0.21.0/rapier_wasm3d_bg.wasm'],
  ['canvaskit', 'canvaskit-wasm@0.42.0/bin/canvaskit.wasm'],
  ['esbuild (Go)', 'esbuild-wasm@0.28.2/esbuild.wasm'],
  ['lightningcss', 'lightningcss-wasm@1.33.0/lightningcss_node.wasm'],
  ['duckdb', '@duckdb+duckdb-wasm@1.32.0/dist/duckdb-eh.wasm'],
  ['biome', '@biomejs+wasm-web@2.4.15/biome_wasm_bg.wasm'],
]

/** CPU milliseconds of the fastest of `times` runs; `-` where the peer refuses the module. */
function fastest(times, work) {
  let best = Number.POSITIVE_INFINITY
  for (let i = 0; i < times; i++) {
    const before = process.cpuUsage()
    if (work() === false) return undefined
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, (user + system) / 1000)
  }
  return best
}

export async function bench() {
  const rows = []
  const missing = []
  for (const [name, file] of modules) {
    const path = join(corpusFolder, file)
    if (!existsSync(path)) {
      missing.push(name)
      continue
    }
    const bytes = new Uint8Array(readFileSync(path))
    const megabytes = bytes.length / 1e6
    const own = fastest(5, () => readModule(bytes))
    const analysis = fastest(3, () => analyzeWasm({ path: name, bytes }, {}))
    const v8 = fastest(3, () => WebAssembly.validate(bytes))
    const parse = fastest(1, () => {
      try {
        binaryen.readBinary(bytes, binaryen.Features.All).dispose()
        return true
      } catch {
        return false
      }
    })
    rows.push([
      name,
      megabytes.toFixed(1),
      own.toFixed(0),
      (megabytes / (own / 1000)).toFixed(0),
      analysis.toFixed(0),
      WebAssembly.validate(bytes) ? v8.toFixed(0) : 'refused',
      parse === undefined ? 'refused' : parse.toFixed(0),
    ])
  }
  return {
    columns: ['module', 'MB', 'read', 'MB/s', 'whole analysis', 'V8 validate', 'Binaryen read'],
    rows,
    notes: [
      'read: sections, types, imports, every instruction, index checks, features with their first place.',
      'whole analysis: that, a second pass for the call graph, requirements, size map. V8 and Binaryen tell no features.',
      ...(missing.length > 0 ? [`not fetched yet (npm run test:corpus fetches them): ${missing.join(', ')}`] : []),
    ],
  }
}
