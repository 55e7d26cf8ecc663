import type { Rule } from '../../../core/format.ts'
import type { JsDetail } from '../detail.ts'

export const inlineSourceMap: Rule<JsDetail> = {
  id: 'js/inline-source-map',
  help: 'An inline source map is read and parsed with the code at every start, and is commonly larger than it.',
  *check({ detail, path }) {
    const { sourceMap, script } = detail
    if (sourceMap?.kind !== 'inline') return
    const bytes = script.positions.byteOffset(sourceMap.end) - script.positions.byteOffset(sourceMap.start)
    yield {
      severity: 'warning',
      message: `${bytes} bytes of source map are inside the file`,
      advice: 'Write the map to a file of its own and upload that to where errors are reported',
      data: { bytes },
      location: { path, ...script.positions.at(sourceMap.start) },
      wastedBytes: bytes,
      fix: { transform: 'js/minify' },
    }
  },
}
