import { decodedMap, decodedMappings, type SourceMapSegment, TraceMap } from '@jridgewell/trace-mapping'
import { TextPositions } from '../read/text-positions.ts'

/** Text that takes the place of a range; neither holds a line break. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** @param edits in text order, apart from each other */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let edited = ''
  let at = 0
  for (const { start, end, text: replacement } of edits) {
    edited += text.slice(at, start) + replacement
    at = end
  }
  return edited + text.slice(at)
}

/**
 * The source map of the edited text, from that of the text before: what stands behind an edit on its line moves, and
 * what pointed into the text that was replaced, but for its beginning, is left out.
 */
export function shiftMap(map: TraceMap, text: string, edits: readonly Edit[]): TraceMap {
  const positions = new TextPositions(text)
  const mappings = decodedMappings(map).map((line) => line.map((segment) => [...segment] as SourceMapSegment))
  for (const { start, end, text: replacement } of edits.toReversed()) {
    const from = positions.at(start)
    const to = positions.at(end)
    const moved = replacement.length - (end - start)
    mappings[from.line - 1] = (mappings[from.line - 1] ?? []).filter((segment) => {
      const column = segment[0] + 1
      if (column >= to.column) segment[0] += moved
      return column <= from.column || column >= to.column
    })
  }
  return new TraceMap({ ...decodedMap(map), mappings })
}
