import type { Tool, ToolName } from '../core/tool.ts'
import { bundledWasmOpt } from './bundled-wasm-opt.ts'
import { namedWasmOpt, wasmOptInPath } from './native-wasm-opt.ts'

/** This machine's tools: the one the user named, else a native one in PATH, else the one that npm brings. */
export async function openTool(_name: ToolName, path: string | null, signal: AbortSignal): Promise<Tool> {
  if (path !== null) return namedWasmOpt(path, signal)
  return (await wasmOptInPath(signal)) ?? bundledWasmOpt(signal)
}
