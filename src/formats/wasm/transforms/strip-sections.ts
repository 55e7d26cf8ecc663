import { UnsupportedError } from '../../../core/errors.ts'
import type { Transform, TransformSettings } from '../../../core/transform.ts'
import type { WasmDetail } from '../detail.ts'
import type { WasmComponent } from '../read/component.ts'
import type { WasmModule } from '../read/module.ts'
import { withSections } from '../write/section.ts'
import { mapModules } from './map-modules.ts'

/** Names, line tables and build records: nothing that an engine, a dynamic linker or a component tool reads. */
const descriptive = /^(name|component-name|producers|sourceMappingURL|external_debug_info|\.debug_.*|\.eh_frame)$/

/** With one of these, another tool will process the module, and takes its features from `target_features`. */
const unfinished = /^(component-type.*|__wasm_bindgen_unstable)$/

/**
 * Removes descriptive sections, byte for byte, in milliseconds. What else a custom section may be (`dylink.0`,
 * `component-type`, `metadata.code.*`, anything unknown) stays. A round trip through wasm-opt is no substitute: it
 * writes the code anew, which made a Go module 7.9 % larger in brotli.
 */
export const stripSections: Transform<WasmDetail> = {
  id: 'wasm/strip',
  title: 'Remove names, debug information and build records',
  safety: 'drops-debug-info',
  measure: 'raw',
  applies: ({ detail }, settings) => removed(detail, settings).length > 0,
  async apply(artifact, { detail }, settings) {
    if (detail.modules.some(isObjectFile)) {
      throw new UnsupportedError('relocatable object files and their libraries are for the linker: left as they are')
    }
    const names = removed(detail, settings)
    const gone = removable(detail, settings)
    const bytes = await mapModules(
      detail,
      (module) => withSections(module, ({ customName }) => customName === undefined || !gone(customName)),
      ({ customName }) => customName === undefined || !gone(customName),
    )
    return {
      artifact: { path: artifact.path, bytes },
      changes: [
        {
          transform: 'wasm/strip',
          what: `removed ${names.join(', ')}`,
          before: artifact.bytes.byteLength,
          after: bytes.byteLength,
          verifiedBy: ['other sections byte for byte', 'read back'],
        },
      ],
    }
  },
}

/** Compiled, not linked: symbol and relocation tables refer to sections by number and to code by offset. */
export function isObjectFile(module: WasmModule): boolean {
  return module.sections.some(({ customName }) => customName === 'linking' || customName?.startsWith('reloc.'))
}

function removable(detail: WasmDetail, { options }: TransformSettings): (customName: string) => boolean {
  const keepFeatures = detail.modules.some(isUnfinished)
  return (customName) => {
    if (customName === 'name' && options['keepNames'] === true) return false
    return descriptive.test(customName) || (customName === 'target_features' && !keepFeatures)
  }
}

function isUnfinished(module: WasmModule): boolean {
  return module.sections.some(({ customName }) => customName !== undefined && unfinished.test(customName))
}

/** Names of the sections that would go, each once, in file order. */
function removed(detail: WasmDetail, settings: TransformSettings): string[] {
  const gone = removable(detail, settings)
  const names = [...detail.modules, ...components(detail.component)].flatMap(({ sections }) =>
    sections.flatMap(({ customName }) => (customName !== undefined && gone(customName) ? [customName] : [])),
  )
  return [...new Set(names)]
}

function components(component: WasmComponent | undefined): WasmComponent[] {
  if (component === undefined) return []
  return [component, ...component.components.flatMap((nested) => components(nested.component))]
}
