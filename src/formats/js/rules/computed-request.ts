import type { Rule } from '../../../core/format.ts'
import type { JsDetail } from '../detail.ts'

export const computedRequest: Rule<JsDetail> = {
  id: 'js/computed-request',
  help: 'What a computed require() or import() loads cannot be told by reading: bundlers and tracers leave it out.',
  *check({ detail, path }) {
    const { survey, script } = detail
    const computed = survey.requests.filter(({ specifier, kind }) => specifier === null && kind !== 'url')
    if (computed.length === 0) return
    const places = computed.slice(0, 20).map(({ kind, offset }) => ({ kind, ...script.positions.at(offset) }))
    yield {
      severity: 'info',
      message: `${computed.length} request${computed.length === 1 ? '' : 's'} for a module ${computed.length === 1 ? 'is' : 'are'} computed at run time`,
      advice: 'See that what they load is deployed beside the file',
      data: { places },
      location: { path, ...script.positions.at(computed[0]!.offset) },
    }
  },
}
