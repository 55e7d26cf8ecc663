import type { ComponentSection, WasmComponent } from '../read/component.ts'
import type { WasmModule } from '../read/module.ts'
import { concat } from './concat.ts'
import { headerSize, section } from './section.ts'

const nestedComponent = 4

/** What becomes of the parts of a component. */
export interface ComponentRewrite {
  /** The bytes that stand for a core module; its own bytes to leave it. */
  module(module: WasmModule): Uint8Array
  keep(section: ComponentSection): boolean
}

/**
 * The component with other core modules in the places of its own. Sections and indices stay in their order: nothing
 * in a component refers to a byte offset.
 */
export function rewriteComponent(component: WasmComponent, rewrite: ComponentRewrite): Uint8Array {
  const { bytes } = component
  const parts: Uint8Array[] = [bytes.subarray(0, headerSize)]
  for (const one of component.sections) {
    if (!rewrite.keep(one)) continue
    const core = component.modules.find(({ section: filled }) => filled === one)
    const nested = component.components.find(({ section: filled }) => filled === one)
    if (core !== undefined) {
      const replacement = rewrite.module(core.module)
      parts.push(replacement === core.module.bytes ? bytes.subarray(one.start, one.end) : section(one.id, replacement))
    } else if (nested !== undefined) parts.push(section(nestedComponent, rewriteComponent(nested.component, rewrite)))
    else parts.push(bytes.subarray(one.start, one.end))
  }
  return concat(parts)
}
