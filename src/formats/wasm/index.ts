import type { Format } from '../../core/format.ts'
import { analyzeWasm } from './analyze.ts'
import type { WasmDetail } from './detail.ts'
import { explainWasm } from './explain.ts'
import { wasmRules } from './rules/index.ts'
import { transforms } from './transforms/index.ts'
import { verifyWasm } from './verify.ts'

/** WebAssembly modules and components. */
export const wasm: Format<WasmDetail> = {
  id: 'wasm',
  recognizes: (_path, head) =>
    head.length >= 4 && head[0] === 0x00 && head[1] === 0x61 && head[2] === 0x73 && head[3] === 0x6d,
  analyze: async (artifact, settings) => analyzeWasm(artifact, settings),
  rules: wasmRules,
  transforms,
  verify: verifyWasm,
  explain: async (artifact, question) => explainWasm(artifact, question),
}
