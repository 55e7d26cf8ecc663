import type { Rule } from '../../../core/format.ts'
import type { JsDetail } from '../detail.ts'

export const sourceMapUnreadable: Rule<JsDetail> = {
  id: 'js/source-map-unreadable',
  help: 'The file names a source map that is missing or broken: stack traces will show generated positions.',
  *check({ detail, path }) {
    const { sourceMap, script } = detail
    if (sourceMap?.problem === undefined) return
    yield {
      severity: 'info',
      message: `The source map is of no use: ${sourceMap.problem}`,
      advice: 'Ship the map, or leave out the comment that names it',
      data: { map: sourceMap.path ?? null },
      location: { path, ...script.positions.at(sourceMap.start) },
    }
  },
}
