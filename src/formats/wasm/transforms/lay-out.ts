import type { Transform } from '../../../core/transform.ts'
import type { WasmDetail } from '../detail.ts'
import { chooseVariant } from './choose-variant.ts'
import { mapModules } from './map-modules.ts'
import { withLayouts } from './optimize-module.ts'
import { isObjectFile } from './strip-sections.ts'
import { wasmSettings } from './wasm-settings.ts'

/** Function layout by itself: milliseconds, for when wasm-opt is not run (it takes part in that transform too). */
export const layOutFunctions: Transform<WasmDetail> = {
  id: 'wasm/layout',
  title: 'Order functions so that indices are short and similar code is near',
  safety: 'lossless',
  applies: ({ detail }, settings) => !wasmSettings(settings).optimize && !detail.modules.some(isObjectFile),
  async apply(artifact, { detail }, settings) {
    const steps = new Set<string>()
    const bytes = await mapModules(detail, (module) => {
      const best = chooseVariant(withLayouts({ bytes: module.bytes, steps: [], bar: true }, settings), settings.measure)
      for (const step of best.steps) steps.add(step)
      return best.bytes
    })
    if (steps.size === 0) return { artifact, changes: [] }
    return {
      artifact: { path: artifact.path, bytes },
      changes: [
        {
          transform: 'wasm/layout',
          what: [...steps].join(', '),
          before: artifact.bytes.byteLength,
          after: bytes.byteLength,
          verifiedBy: ['read back', 'imports and exports compared'],
        },
      ],
    }
  },
}
