import type { ByteRange, WasmModule } from './module.ts'

/** Sections of a component (component-model/design/mvp/Binary.md, "Component Definitions"). */
export const componentSectionNames: Readonly<Record<number, string>> = {
  0: 'custom',
  1: 'core module',
  2: 'core instance',
  3: 'core type',
  4: 'component',
  5: 'instance',
  6: 'alias',
  7: 'type',
  8: 'canon',
  9: 'start',
  10: 'import',
  11: 'export',
  12: 'value',
}

export interface ComponentSection extends ByteRange {
  readonly id: number
  readonly name: string
  /** Set for custom sections. */
  readonly customName?: string
  /** Where the contents begin: after the size, and after a custom section's name. */
  readonly contents: number
}

/** What crosses a component's boundary by name: `wasi:http/types@0.2.0`, `run`. */
export interface ComponentExternal {
  readonly name: string
  readonly kind: 'core module' | 'function' | 'value' | 'type' | 'component' | 'instance'
}

export interface WasmComponent {
  readonly bytes: Uint8Array
  /** Where `bytes[0]` is in the file. */
  readonly base: number
  readonly sections: readonly ComponentSection[]
  readonly imports: readonly ComponentExternal[]
  readonly exports: readonly ComponentExternal[]
  /** Core modules of this component itself, each with the section it fills. */
  readonly modules: readonly { readonly section: ComponentSection; readonly module: WasmModule }[]
  readonly components: readonly { readonly section: ComponentSection; readonly component: WasmComponent }[]
}

/** All core modules, those of nested components too, in file order. */
export function allModules(component: WasmComponent): WasmModule[] {
  const modules = component.modules.map(({ module }) => module)
  for (const nested of component.components) modules.push(...allModules(nested.component))
  return modules.sort((a, b) => a.base - b.base)
}
