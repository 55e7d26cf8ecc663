import type { Transform } from '../../../core/transform.ts'
import type { WasmDetail } from '../detail.ts'
import { mapModules } from './map-modules.ts'
import { openWasmOpt } from './open-wasm-opt.ts'
import { optimizeModule } from './optimize-module.ts'
import { isObjectFile } from './strip-sections.ts'
import { TimeBudget } from './time-budget.ts'
import { wasmSettings } from './wasm-settings.ts'

/**
 * Runs wasm-opt in several ways and lays functions out for the compressor, keeping the smallest in the measure asked
 * for. Core modules of components too: wasm-opt itself refuses components.
 */
export const optimize: Transform<WasmDetail> = {
  id: 'wasm/optimize',
  title: 'Optimise with wasm-opt and lay functions out',
  safety: 'lossless',
  applies: ({ detail }, settings) => wasmSettings(settings).optimize && !detail.modules.some(isObjectFile),
  async apply(artifact, { detail }, transformSettings, context) {
    const settings = wasmSettings(transformSettings)
    const tool = await openWasmOpt(settings.wasmOpt, context)
    try {
      const race = { path: artifact.path, settings, tool, budget: new TimeBudget(settings.timeBudget), context }
      const steps = new Set<string>()
      const bytes = await mapModules(detail, async (module) => {
        context.signal.throwIfAborted()
        const best = await optimizeModule(module, race)
        for (const step of best.steps) steps.add(step)
        return best.bytes
      })
      if (steps.size === 0) return { artifact, changes: [] }
      return {
        artifact: { path: artifact.path, bytes },
        // Every module of it was; brotli at its best once more would cost as much as a recipe.
        compared: detail.kind === 'module',
        changes: [
          {
            transform: 'wasm/optimize',
            what: [...steps].join(', '),
            before: artifact.bytes.byteLength,
            after: bytes.byteLength,
            verifiedBy: ['read back', 'WebAssembly.validate', 'imports and exports compared'],
          },
        ],
      }
    } finally {
      await tool.close()
    }
  },
}
