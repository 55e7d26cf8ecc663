import type { Rule } from '../../../core/format.ts'
import type { JsDetail } from '../detail.ts'

export const nativeLoad: Rule<JsDetail> = {
  id: 'js/native-load',
  help: 'Native addons and WebAssembly files that the code loads must be deployed with it, and for the right platform.',
  *check({ detail, path }) {
    const { survey, script } = detail
    for (const { by, target, offset } of survey.nativeLoads.slice(0, 20)) {
      yield {
        severity: 'info',
        message: `${by} loads ${target ?? 'a native addon whose name is computed'}`,
        data: { by, target },
        location: { path, ...script.positions.at(offset) },
      }
    }
  },
}
