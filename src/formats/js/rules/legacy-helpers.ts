import type { Rule } from '../../../core/format.ts'
import { bytesOfModules } from '../composition/composition.ts'
import type { JsDetail } from '../detail.ts'
import { helperKinds } from '../read/helpers.ts'

/** Less is not worth a change of the build. */
const WORTH_SAYING = 512

export const legacyHelpers: Rule<JsDetail> = {
  id: 'js/legacy-helpers',
  help: 'Polyfills and helper functions stand in for what runtimes of today have. A newer compile target drops them.',
  *check({ detail, path }) {
    const { composition, survey, script } = detail
    for (const { title, node, matches } of composition === undefined ? [] : helperKinds) {
      const bytes = bytesOfModules(composition!, matches)
      if (bytes < WORTH_SAYING) continue
      yield {
        severity: 'info',
        message: `${title}: ${bytes} bytes that Node ${node} and later need not have`,
        advice: 'Raise the compile target, or replace the package by what the runtime has',
        data: { kind: title, bytes },
        location: { path },
        wastedBytes: bytes,
      }
    }
    const { helpers } = survey
    const bytes = helpers.reduce((sum, { start, end }) => sum + script.positions.byteOffset(end) - script.positions.byteOffset(start), 0)
    if (bytes < WORTH_SAYING) return
    const names = [...new Set(helpers.map(({ name }) => name))].sort()
    yield {
      severity: 'info',
      message: `${helpers.length} helper functions of a compiler (${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}): ${bytes} bytes`,
      advice: 'Raise the compile target (TypeScript target, Babel targets) to what the runtime has, or share them with importHelpers',
      data: { names, bytes },
      location: { path, ...script.positions.at(helpers[0]!.start) },
      wastedBytes: bytes,
    }
  },
}
