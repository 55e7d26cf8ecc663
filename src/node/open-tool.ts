import type { Tool, ToolName } from '../core/tool.ts'

/** This machine's tools: the one the user named, else a native one in PATH, else the one that npm brings. */
export async function openTool(_name: ToolName, path: string | null, signal: AbortSignal): Promise<Tool> {
  const { namedWasmOpt, wasmOptInPath } = await import('./native-wasm-opt.ts')
  if (path !== null) return namedWasmOpt(path, signal)
  const native = await wasmOptInPath(signal)
  if (native !== undefined) return native
  const { bundledWasmOpt } = await import('./bundled-wasm-opt.ts')
  return bundledWasmOpt(signal)
}
