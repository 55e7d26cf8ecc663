import type { Rule } from '../../../core/format.ts'
import type { JsDetail } from '../detail.ts'

export const notMinified: Rule<JsDetail> = {
  id: 'js/not-minified',
  help: 'Code that is shipped as it was written is read, sent and parsed longer than it need be. What goes is measured.',
  *check({ detail, path }) {
    const { savings } = detail
    if (savings === undefined || savings.raw < 0.1 * savings.rawBefore) return
    const percent = Math.round((100 * savings.raw) / savings.rawBefore)
    yield {
      severity: 'info',
      message: `Minifying takes away ${savings.raw} of ${savings.rawBefore} bytes (${percent} %); sent with gzip, ${savings.gzip} of ${savings.gzipBefore}`,
      data: { ...savings },
      location: { path },
      wastedBytes: savings.raw,
      fix: { transform: 'js/minify' },
    }
  },
}
