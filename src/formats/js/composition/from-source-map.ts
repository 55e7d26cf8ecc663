import { decodedMappings, type TraceMap } from '@jridgewell/trace-mapping'
import type { TextPositions } from '../read/text-positions.ts'
import type { ModuleRange } from './composition.ts'

/**
 * Each mapping answers for the text up to the next mapping; a mapping without a source answers for nothing. Text after
 * the last mapping of a line belongs to it up to the end of the line.
 */
export function rangesFromSourceMap(text: string, positions: TextPositions, map: TraceMap, until: number): ModuleRange[] {
  const ranges: ModuleRange[] = []
  const { sources } = map
  let source: string | undefined
  let start = 0
  const flush = (end: number): void => {
    if (source !== undefined && end > start) {
      const offset = positions.byteOffset(start)
      const size = positions.byteOffset(end) - offset
      const last = ranges.at(-1)
      if (last !== undefined && last.source === source && last.offset + last.size === offset) {
        ranges[ranges.length - 1] = { ...last, size: last.size + size }
      } else ranges.push({ source, offset, size })
    }
    start = end
  }
  const lines = decodedMappings(map)
  for (let line = 0; line < lines.length; line++) {
    const lineStart = positions.lineStart(line)
    const lineEnd = Math.min(positions.lineStart(line + 1), until)
    if (lineStart >= until) break
    for (const segment of lines[line]!) {
      const at = Math.min(lineStart + segment[0], lineEnd)
      const next = segment.length === 1 ? undefined : (sources[segment[1]] ?? undefined)
      if (next === source) continue
      flush(at)
      source = next
    }
    // a line without mappings goes on with the module of the line before: template literals, comments
  }
  flush(Math.min(until, text.length))
  return ranges
}
