import type { Rule } from '../../../core/format.ts'
import type { JsDetail } from '../detail.ts'
import { classNames } from './class-names.ts'
import { computedRequest } from './computed-request.ts'
import { developmentCode } from './development-code.ts'
import { duplicatePackage } from './duplicate-package.ts'
import { functionText } from './function-text.ts'
import { inlinedAsset } from './inlined-asset.ts'
import { legacyHelpers } from './legacy-helpers.ts'
import { nativeLoad } from './native-load.ts'
import { notMinified } from './not-minified.ts'
import { inlineSourceMap } from './inline-source-map.ts'
import { sourceMapUnreadable } from './source-map-unreadable.ts'

/** Every check of a script, in the order of the report. */
export const jsRules: readonly Rule<JsDetail>[] = [
  duplicatePackage,
  notMinified,
  inlineSourceMap,
  inlinedAsset,
  legacyHelpers,
  developmentCode,
  nativeLoad,
  computedRequest,
  functionText,
  classNames,
  sourceMapUnreadable,
]
