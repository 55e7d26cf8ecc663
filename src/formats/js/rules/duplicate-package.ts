import type { Rule } from '../../../core/format.ts'
import { APPLICATION } from '../composition/composition.ts'
import type { JsDetail } from '../detail.ts'

/** Less than this is worth knowing, but no warning. */
const WORTH_A_WARNING = 16 * 1024

export const duplicatePackage: Rule<JsDetail> = {
  id: 'js/duplicate-package',
  help: 'A package that is bundled from several folders is there several times, mostly in different versions.',
  *check({ detail, path }) {
    for (const { name, copies } of detail.composition?.shares ?? []) {
      if (name === APPLICATION || copies.length < 2) continue
      const wasted = copies.slice(1).reduce((sum, copy) => sum + copy.bytes, 0)
      const versions = [...new Set(copies.flatMap(({ version }) => version ?? []))]
      yield {
        severity: wasted < WORTH_A_WARNING ? 'info' : 'warning',
        message: `${name} is bundled ${copies.length} times${versions.length > 1 ? ` (${versions.join(', ')})` : ''}: ${copies.map(({ root, bytes }) => `${root} ${bytes} bytes`).join(', ')}`,
        advice: `Let one version serve all (npm dedupe, or an override of ${name})`,
        data: { package: name, copies: copies.map((copy) => ({ ...copy })) },
        location: { path },
        wastedBytes: wasted,
      }
    }
  },
}
