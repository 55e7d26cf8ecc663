import type { TraceMap } from '@jridgewell/trace-mapping'
import { encodeInlineWasm, findInlineWasm, inlineWasmPath } from '../../../bytes/base64-wasm.ts'
import type { Context } from '../../../core/context.ts'
import type { Change } from '../../../core/transform.ts'
import { applyEdits, type Edit, shiftMap } from './text-edits.ts'

export interface InlineWasmResult {
  readonly text: string
  readonly map: TraceMap | undefined
  readonly changes: readonly Change[]
}

/** Optimises the WebAssembly modules that a script carries as base64. Positions in the map move with the text. */
export async function shrinkInlineWasm(
  path: string,
  text: string,
  map: TraceMap | undefined,
  context: Context,
): Promise<InlineWasmResult> {
  const unchanged = { text, map, changes: [] }
  if (context.optimizeNested === undefined) return unchanged
  const edits: Edit[] = []
  const changes: Change[] = []
  for (const [index, { start, end, bytes, encoding }] of findInlineWasm(text).entries()) {
    const result = await context.optimizeNested({ path: inlineWasmPath(path, index), bytes })
    if (result === undefined || (result.bytes.byteLength >= bytes.byteLength && !result.redefined)) continue
    edits.push({ start, end, text: encodeInlineWasm(result.bytes, encoding) })
    changes.push(...result.changes.map((change) => ({ ...change, what: `inlined WebAssembly: ${change.what}` })))
  }
  if (edits.length === 0) return unchanged
  return { text: applyEdits(text, edits), map: map && shiftMap(map, text, edits), changes }
}
