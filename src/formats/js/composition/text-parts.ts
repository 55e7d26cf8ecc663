import type { SizeMap, SizeRange } from '../../../core/size-map.ts'
import { buildSizeMap } from '../../../core/size-map.ts'
import type { ParsedScript } from '../read/parse-script.ts'
import type { FoundSourceMap } from '../read/source-map.ts'
import type { Survey } from '../read/survey.ts'

/** Where nothing tells modules apart: code, comments, inlined assets and the source map. */
export function textParts(
  byteLength: number,
  script: ParsedScript,
  survey: Survey,
  sourceMap: FoundSourceMap | undefined,
): SizeMap {
  const { positions } = script
  const range = (label: string, start: number, end: number): SizeRange => {
    const offset = positions.byteOffset(start)
    return { label, kind: 'part', offset, size: positions.byteOffset(end) - offset }
  }
  const claims: SizeRange[] = []
  if (sourceMap?.kind === 'inline') claims.push(range('[inline source map]', sourceMap.start, sourceMap.end))
  for (const { start, end } of script.comments) claims.push(range('[comments]', start, end))
  for (const { start, end, kind } of survey.longStrings) claims.push(range(`[inlined ${kind}]`, start, end))
  return buildSizeMap(byteLength, claims, '[code]')
}
