import type { Config } from '../config/config.ts'
import { absentWasmFeatures, type Target } from '../targets/index.ts'

/**
 * The options of the formats, with what the targets that were named lack: a module is lowered for them. A target that
 * nobody named asks for nothing.
 */
export function formatOptions(formats: Config['formats'], named: readonly Target[]): Config['formats'] {
  const absent: Record<string, string[]> = {}
  for (const { id, engine } of named) {
    for (const feature of engine === undefined ? [] : absentWasmFeatures(engine.value)) (absent[feature] ??= []).push(id)
  }
  return Object.keys(absent).length === 0 ? formats : { ...formats, wasm: { ...formats.wasm, absentFeatures: absent } }
}
