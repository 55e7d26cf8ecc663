import { decodedMappings, TraceMap } from '@jridgewell/trace-mapping'
import { encodeInlineWasm, findInlineWasm } from '../../../bytes/base64-wasm.ts'
import type { Context } from '../../../core/context.ts'
import type { Change } from '../../../core/transform.ts'
import { TextPositions } from '../read/text-positions.ts'

export interface InlineWasmResult {
  readonly text: string
  readonly map: TraceMap | undefined
  readonly changes: readonly Change[]
}

interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
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
    const result = await context.optimizeNested({ path: `${path}#wasm-${index + 1}`, bytes })
    if (result === undefined || (result.bytes.byteLength >= bytes.byteLength && !result.redefined)) continue
    edits.push({ start, end, text: encodeInlineWasm(result.bytes, encoding) })
    changes.push(...result.changes.map((change) => ({ ...change, what: `inlined WebAssembly: ${change.what}` })))
  }
  if (edits.length === 0) return unchanged
  let edited = ''
  let at = 0
  for (const { start, end, text: replacement } of edits) {
    edited += text.slice(at, start) + replacement
    at = end
  }
  return { text: edited + text.slice(at), map: map && shiftColumns(map, text, edits), changes }
}

/** Base64 holds no line breaks: only columns after it, on its own line, move. */
function shiftColumns(map: TraceMap, text: string, edits: readonly Edit[]): TraceMap {
  const positions = new TextPositions(text)
  const lines = decodedMappings(map).map((line) => line.map((segment) => [...segment] as (typeof line)[number]))
  for (const { start, end, text: replacement } of edits.toReversed()) {
    const { line, column } = positions.at(end)
    if (positions.at(start).line !== line) continue
    const moved = replacement.length - (end - start)
    for (const segment of lines[line - 1] ?? []) if (segment[0] >= column - 1) segment[0] += moved
  }
  const { version, file, names, sourceRoot, sources, sourcesContent } = map
  return new TraceMap({
    version: version as 3,
    file: file ?? null,
    names,
    ...(sourceRoot === undefined ? {} : { sourceRoot }),
    sources,
    ...(sourcesContent === undefined ? {} : { sourcesContent }),
    mappings: lines as ReturnType<typeof decodedMappings> as never,
  })
}
