import type { TraceMap } from '@jridgewell/trace-mapping'
import { encodeInlineWasm, findInlineWasm, inlineWasmPath } from '../../../bytes/base64-wasm.ts'
import { measuredSize } from '../../../bytes/encoded-size.ts'
import type { Context } from '../../../core/context.ts'
import type { Change } from '../../../core/change.ts'
import type { Measure } from '../../../core/transform.ts'
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
  measure: Measure,
  context: Context,
): Promise<InlineWasmResult> {
  const unchanged = { text, map, changes: [] }
  if (context.optimizeNested === undefined) return unchanged
  const edits: Edit[] = []
  const changes: Change[] = []
  for (const [index, { start, end, bytes, encoding }] of findInlineWasm(text).entries()) {
    const result = await context.optimizeNested({ path: inlineWasmPath(path, index), bytes })
    if (result === undefined) continue
    const encoded = encodeInlineWasm(result.bytes, encoding)
    // a smaller module may compress worse as text, and would take the whole script's result with it
    if (!result.redefined && textSize(encoded, measure) >= textSize(text.slice(start, end), measure)) continue
    edits.push({ start, end, text: encoded })
    changes.push(...result.changes.map((change) => ({ ...change, what: `inlined WebAssembly: ${change.what}` })))
  }
  if (edits.length === 0) return unchanged
  return { text: applyEdits(text, edits), map: map && shiftMap(map, text, edits), changes }
}

function textSize(text: string, measure: Measure): number {
  return measuredSize(new TextEncoder().encode(text), measure)
}
