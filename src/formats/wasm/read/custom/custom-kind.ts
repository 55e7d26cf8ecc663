import { MalformedError } from '../../../../core/errors.ts'
import type { Section, WasmModule } from '../module.ts'
import { WasmCursor } from '../wasm-cursor.ts'

/** What a custom section is for, as far as size and safety of removing it go. */
export type CustomKind = 'names' | 'dwarf' | 'source-map' | 'producers' | 'target-features' | 'linking' | 'hints' | 'interface' | 'other'

/**
 * DWARF for WebAssembly: sections named as in ELF. `external_debug_info` and `sourceMappingURL` point to files
 * elsewhere (tool-conventions/Debugging.md). `linking` and `reloc.*` make a module an object file.
 */
export function customKind(name: string): CustomKind {
  if (name === 'name') return 'names'
  if (name.startsWith('.debug_') || name === 'external_debug_info') return 'dwarf'
  if (name === 'sourceMappingURL') return 'source-map'
  if (name === 'producers') return 'producers'
  if (name === 'target_features') return 'target-features'
  if (name === 'linking' || name === 'dylink.0' || name === 'dylink' || name.startsWith('reloc.')) return 'linking'
  if (name.startsWith('metadata.code.')) return 'hints'
  if (name.startsWith('component-type')) return 'interface'
  return 'other'
}

/** Bytes of the file in custom sections of one kind. */
export function bytesOfKind(module: WasmModule, kind: CustomKind): number {
  let bytes = 0
  for (const { customName, start, end } of module.sections) {
    if (customName !== undefined && customKind(customName) === kind) bytes += end - start
  }
  return bytes
}

/** The one string that `sourceMappingURL` and `external_debug_info` hold. */
export function readUrl(module: WasmModule, sectionName: string): string | undefined {
  const section: Section | undefined = module.sections.find(({ customName }) => customName === sectionName)
  if (section === undefined) return undefined
  try {
    return new WasmCursor(module.bytes, module.base, section.contents, section.end).name('URL')
  } catch (error) {
    if (error instanceof MalformedError) return undefined
    throw error
  }
}
