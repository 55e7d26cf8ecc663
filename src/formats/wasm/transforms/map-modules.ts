import type { WasmDetail } from '../detail.ts'
import type { ComponentSection } from '../read/component.ts'
import type { WasmModule } from '../read/module.ts'
import { rewriteComponent } from '../write/rewrite-component.ts'

/**
 * The file with every core module replaced by what `change` makes of it: the module itself, or the modules of a
 * component, one after another.
 *
 * @param keep which sections of a component stay; all, when left out
 */
export async function mapModules(
  detail: WasmDetail,
  change: (module: WasmModule) => Promise<Uint8Array> | Uint8Array,
  keep: (section: ComponentSection) => boolean = () => true,
): Promise<Uint8Array> {
  const replacements = new Map<WasmModule, Uint8Array>()
  for (const module of detail.modules) replacements.set(module, await change(module))
  if (detail.component === undefined) return replacements.get(detail.modules[0]!)!
  return rewriteComponent(detail.component, { module: (module) => replacements.get(module) ?? module.bytes, keep })
}
