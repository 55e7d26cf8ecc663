import { ShrinkError } from '../../../core/errors.ts'
import type { Transform, TransformSettings } from '../../../core/transform.ts'
import type { WasmDetail } from '../detail.ts'
import type { WasmModule } from '../read/module.ts'
import { concat } from '../write/concat.ts'
import { leb } from '../write/leb128.ts'
import { headerSize, section, sectionBytes } from '../write/section.ts'
import { hostVerdict } from './host-validate.ts'
import { wasmSettings } from './wasm-settings.ts'

const exportSection = 7

/**
 * Removes the exports that the scripts of the same build cannot reach, as `src/api` found by reading them (the option
 * `unreachedExports`: names by path). What only they needed, wasm-opt collects.
 */
export const dropExports: Transform<WasmDetail> = {
  id: 'wasm/drop-exports',
  title: 'Drop exports that the scripts of the build cannot reach',
  safety: 'needs-run-check',
  redefines: true,
  applies: ({ path, detail }, settings) =>
    wasmSettings(settings).optimize && detail.kind === 'module' && unreached(path, settings).length > 0,
  async apply(artifact, { detail }, settings) {
    const module = detail.modules[0]!
    const gone = new Set(unreached(artifact.path, settings))
    const bytes = withoutExports(module, gone)
    if (hostVerdict(artifact.bytes, bytes) === 'invalid') throw new ShrinkError('transform/failed', 'this engine does not take the result')
    return {
      artifact: { path: artifact.path, bytes },
      changes: [
        {
          transform: 'wasm/drop-exports',
          what: `dropped ${gone.size} of ${module.exports.length} exports: no script of the build reaches them`,
          before: artifact.bytes.byteLength,
          after: bytes.byteLength,
          verifiedBy: ['exports object followed to its end in the script that loads the module', 'WebAssembly.validate'],
        },
      ],
    }
  },
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
