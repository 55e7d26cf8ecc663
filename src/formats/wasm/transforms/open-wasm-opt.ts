import type { Context } from '../../../core/context.ts'
import { ShrinkError } from '../../../core/errors.ts'
import type { Tool } from '../../../core/tool.ts'

/** @throws ShrinkError `transform/skipped` on a host without wasm-opt */
export async function openWasmOpt(path: string | null, context: Context): Promise<Tool> {
  const tool = await context.openTool?.('wasm-opt', path)
  if (tool === undefined) throw new ShrinkError('transform/skipped', 'there is no wasm-opt on this host')
  return tool
}
