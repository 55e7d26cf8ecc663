import type { DecodedSourceMap, EncodedSourceMap, SourceMapInput } from '@jridgewell/remapping'
import { encodedMap, type TraceMap } from '@jridgewell/trace-mapping'

export type StepMap = EncodedSourceMap | DecodedSourceMap

/**
 * One map from the last output to the first input.
 *
 * @param steps maps of the steps in the order in which they ran
 * @param input the map that the first input came with, if any
 * @param source name and text of the first input, for where it came with no map
 */
export async function composeMaps(
  steps: readonly StepMap[],
  input: TraceMap | undefined,
  source: { readonly name: string; readonly text: string },
): Promise<EncodedSourceMap> {
  const { default: remapping } = await import('@jridgewell/remapping')
  const chain = [...steps.toReversed(), ...(input === undefined ? [] : [encodedMap(input)])] as SourceMapInput[]
  // an array is composed in order; sources of the last map have no maps of their own
  const composed = remapping(chain, () => null)
  const own = input === undefined
  return {
    version: 3,
    names: composed.names,
    sources: own ? composed.sources.map(() => source.name) : composed.sources,
    sourcesContent: own ? composed.sources.map(() => source.text) : (composed.sourcesContent ?? []),
    mappings: composed.mappings as string,
    ...(composed.ignoreList === undefined || composed.ignoreList.length === 0 ? {} : { ignoreList: composed.ignoreList }),
  }
}
