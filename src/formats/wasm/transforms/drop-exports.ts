import type { Context } from '../../../core/context.ts'
import { ShrinkError } from '../../../core/errors.ts'
import type { Transform, TransformSettings } from '../../../core/transform.ts'
import type { WasmDetail } from '../detail.ts'
import type { WasmModule } from '../read/module.ts'
import { readModule } from '../read/read-module.ts'
import { concat } from '../write/concat.ts'
import { leb } from '../write/leb128.ts'
import { headerSize, section, sectionBytes } from '../write/section.ts'
import { hostVerdict } from './host-validate.ts'
import { openWasmOpt } from './open-wasm-opt.ts'
import { runRecipe, wasmOptFlags } from './race.ts'
import { collecting } from './recipes.ts'
import { TimeBudget } from './time-budget.ts'
import { type WasmSettings, wasmSettings } from './wasm-settings.ts'

const exportSection = 7

/**
 * Removes the exports that the scripts of the same build cannot reach, as `src/api` found by reading them (the option
 * `unreachedExports`: names by path), and lets wasm-opt collect what only they needed.
 */
export const dropExports: Transform<WasmDetail> = {
  id: 'wasm/drop-exports',
  title: 'Drop exports that the scripts of the build cannot reach',
  safety: 'needs-run-check',
  redefines: true,
  applies: ({ path, detail }, settings) =>
    wasmSettings(settings).optimize && detail.kind === 'module' && unreached(path, settings).length > 0,
  async apply(artifact, { detail }, settings, context) {
    const module = detail.modules[0]!
    const gone = new Set(unreached(artifact.path, settings))
    const dropped = withoutExports(module, gone)
    if (hostVerdict(artifact.bytes, dropped) === 'invalid') throw new ShrinkError('transform/failed', 'this engine does not take the result')
    const collected = await withoutUnreached(readModule(dropped), artifact.path, wasmSettings(settings), context)
    const bytes = collected !== undefined && collected.length < dropped.length ? collected : dropped
    return {
      artifact: { path: artifact.path, bytes },
      changes: [
        {
          transform: 'wasm/drop-exports',
          what: `dropped ${gone.size} of ${module.exports.length} exports${bytes === dropped ? '' : ' and what only they used'}: no script of the build reaches them`,
          before: artifact.bytes.byteLength,
          after: bytes.byteLength,
          verifiedBy: ['exports object followed to its end in the script that loads the module', 'WebAssembly.validate'],
        },
      ],
    }
  },
}

/** The module without functions, data and other definitions that nothing reaches any more; undefined where that failed, which is reported. */
async function withoutUnreached(module: WasmModule, path: string, settings: WasmSettings, context: Context): Promise<Uint8Array | undefined> {
  const tool = await openWasmOpt(settings.wasmOpt, context)
  try {
    const race = { path, settings, tool, budget: new TimeBudget(settings.timeBudget), context }
    return (await runRecipe(module, collecting, wasmOptFlags(module, settings), race))?.bytes
  } finally {
    await tool.close()
  }
}

/** The module without these exports; every other section stays byte for byte. */
export function withoutExports(module: WasmModule, gone: ReadonlySet<string>): Uint8Array {
  const kept = module.exports.filter(({ name }) => !gone.has(name))
  const contents = concat([leb(kept.length), ...kept.map(({ start, end }) => module.bytes.subarray(start, end))])
  return concat([
    module.bytes.subarray(0, headerSize),
    ...module.sections.map((old) => (old.id === exportSection ? section(exportSection, contents) : sectionBytes(module, old))),
  ])
}

function unreached(path: string, { options }: TransformSettings): readonly string[] {
  const byPath = options['unreachedExports']
  if (typeof byPath !== 'object' || byPath === null || Array.isArray(byPath)) return []
  const names = (byPath as Readonly<Record<string, unknown>>)[path]
  return Array.isArray(names) ? names.filter((name): name is string => typeof name === 'string') : []
}
