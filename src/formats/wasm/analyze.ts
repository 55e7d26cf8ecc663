import type { Analysis, AnalyzeSettings } from '../../core/analysis.ts'
import type { Artifact } from '../../core/artifact.ts'
import { buildCodeGraph } from './graph/code-graph.ts'
import type { WasmDetail } from './detail.ts'
import { type SymbolNames, symbolNames } from './names/symbol-names.ts'
import { wasmProperties } from './properties.ts'
import type { WasmModule } from './read/module.ts'
import { readWasm } from './read-wasm.ts'
import { wasmRequirements } from './requirements/wasm-requirements.ts'
import { wasmSizeMap } from './sizes/size-maps.ts'

/** @throws ShrinkError with the offset in the file */
export function analyzeWasm(artifact: Artifact, settings: AnalyzeSettings): Analysis<WasmDetail> {
  const { bytes, path } = artifact
  const file = readWasm(bytes)
  const { modules, component } = file.detail
  const known = new Map<WasmModule, SymbolNames>()
  const namesOf = (module: WasmModule): SymbolNames => {
    const names = known.get(module) ?? symbolNames(module, settings.shallow)
    known.set(module, names)
    return names
  }
  const detail: WasmDetail =
    settings.shallow === true ? file.detail : { ...file.detail, namesOf, graphs: modules.map(buildCodeGraph) }
  return {
    format: 'wasm',
    path,
    byteLength: bytes.length,
    architecture: modules.some(({ memories }) => memories.some(({ is64 }) => is64)) ? 'wasm64' : 'wasm32',
    sizes: wasmSizeMap(bytes.length, modules, component, settings.by ?? 'section', namesOf),
    properties: wasmProperties(detail),
    requirements: wasmRequirements(detail, file.unclaimed, (module, index) => namesOf(module).display(index)),
    detail,
  }
}
