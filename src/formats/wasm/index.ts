import type { Format } from '../../core/format.ts'
import { analyzeWasm } from './analyze.ts'
import type { WasmDetail } from './detail.ts'
import { explainWasm } from './explain.ts'
import { recognizesWasm } from './recognizes.ts'
import { wasmRules } from './rules/index.ts'
import { transforms } from './transforms/index.ts'
import { verifyWasm } from './verify.ts'

/** WebAssembly modules and components. */
export const wasm: Format<WasmDetail> = {
  id: 'wasm',
  recognizes: recognizesWasm,
  analyze: async (artifact, settings) => analyzeWasm(artifact, settings),
  rules: wasmRules,
  transforms,
  verify: verifyWasm,
  explain: async (artifact, question) => explainWasm(artifact, question),
}
