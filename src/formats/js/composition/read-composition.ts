import type { Context } from '../../../core/context.ts'
import type { ParsedScript } from '../read/parse-script.ts'
import type { FoundSourceMap } from '../read/source-map.ts'
import { compose, type Composition } from './composition.ts'
import { rangesFromMarkers } from './from-markers.ts'
import { rangesFromMetafile } from './from-metafile.ts'
import { rangesFromSourceMap } from './from-source-map.ts'

/** What a script is made of, from the best witness there is; undefined where nothing tells. */
export async function readComposition(
  path: string,
  byteLength: number,
  script: ParsedScript,
  sourceMap: FoundSourceMap | undefined,
  context: Context,
): Promise<Composition | undefined> {
  if (sourceMap?.map !== undefined) {
    const ranges = rangesFromSourceMap(script.text, script.positions, sourceMap.map, sourceMap.start)
    if (ranges.length > 0) return compose('source-map', byteLength, ranges)
  }
  const counted = await rangesFromMetafile(path, byteLength, context)
  if (counted.length > 0) return compose('metafile', byteLength, counted)
  const marked = rangesFromMarkers(script)
  return marked.length === 0 ? undefined : compose('markers', byteLength, marked)
}
