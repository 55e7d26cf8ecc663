import type { Producer } from './read/custom/producers-section.ts'
import type { SymbolNames } from './names/symbol-names.ts'
import type { WasmComponent } from './read/component.ts'
import type { FeatureUse } from './read/feature-recorder.ts'
import type { WasmModule } from './read/module.ts'
import type { InterfaceUse } from './requirements/interfaces.ts'
import type { CodeGraph } from './graph/code-graph.ts'

/** What the analysis of a WebAssembly file knows for the rest of this folder. Offsets are those of each module. */
export interface WasmDetail {
  readonly kind: 'module' | 'component'
  /** The module itself, or the component's core modules in file order. */
  readonly modules: readonly WasmModule[]
  readonly component?: WasmComponent
  /** Of all modules; a component adds `component-model`. Offsets are those of the file. */
  readonly features: readonly FeatureUse[]
  readonly interfaces: readonly InterfaceUse[]
  readonly producers: readonly Producer[]
  /** What a module's functions are called; without the `shallow` setting only. */
  readonly namesOf?: (module: WasmModule) => SymbolNames
  /** One by module; without the `shallow` setting only. */
  readonly graphs?: readonly CodeGraph[]
}
