import type { Format } from '../../core/format.ts'
import { analyze } from './analyze.ts'
import type { JsDetail } from './detail.ts'
import { recognizesJs } from './recognizes.ts'
import { jsRules } from './rules/index.ts'
import { minify } from './transforms/minify.ts'
import { verify } from './verify.ts'

/** ECMAScript modules and scripts. */
export const js: Format<JsDetail> = {
  id: 'js',
  recognizes: recognizesJs,
  analyze,
  rules: jsRules,
  transforms: [minify],
  verify: (before, after) => verify(before, after),
}
