import type { Rule } from '../../../core/format.ts'
import type { JsDetail } from '../detail.ts'

export const developmentCode: Rule<JsDetail> = {
  id: 'js/development-code',
  help: 'Code behind process.env.NODE_ENV is decided at run time; a build that knows the answer drops the other branch.',
  *check({ detail, path }) {
    const { survey, script } = detail
    if (survey.nodeEnvReads.length === 0) return
    yield {
      severity: 'info',
      message: `process.env.NODE_ENV is read at run time in ${survey.nodeEnvReads.length} place${survey.nodeEnvReads.length === 1 ? '' : 's'}`,
      advice: 'Build with NODE_ENV set (esbuild and Rollup: define process.env.NODE_ENV) to drop development code',
      data: { places: survey.nodeEnvReads.slice(0, 20).map((offset) => ({ ...script.positions.at(offset) })) },
      location: { path, ...script.positions.at(survey.nodeEnvReads[0]!) },
    }
  },
}
