import type { Rule } from '../../../core/format.ts'
import type { WasmDetail } from '../detail.ts'
import { readTargetFeatures } from '../read/custom/target-features-section.ts'

export const targetFeaturesWrong: Rule<WasmDetail> = {
  id: 'wasm/target-features-wrong',
  help: 'The target_features section says what the compiler was allowed to use, not what the module uses. Tools that believe it demand engines newer than needed, or produce modules that are.',
  *check({ detail, path }) {
    for (const module of detail.modules) {
      const features = readTargetFeatures(module)
      if (features === undefined) continue
      const { unused, missing } = features
      if (missing.length > 0) {
        yield {
          severity: 'warning',
          message: `target_features leaves out what the module uses: ${missing.join(', ')}`,
          advice: 'Give wasm-opt the flags that `properties.wasmOptFlags` lists instead of letting it read the section',
          data: { missing },
          location: { path },
        }
      }
      if (unused.length > 0) {
        yield {
          severity: 'info',
          message: `target_features claims what the module does not use: ${unused.join(', ')}`,
          advice: 'Give wasm-opt the flags that `properties.wasmOptFlags` lists, so that its result needs no more than this',
          data: { unused },
          location: { path },
          fix: { transform: 'wasm/strip' },
        }
      }
    }
  },
}
