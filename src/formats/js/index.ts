import type { Format } from '../../core/format.ts'
import { analyze } from './analyze.ts'
import type { JsDetail } from './detail.ts'
import { jsRules } from './rules/index.ts'
import { minify } from './transforms/minify.ts'
import { verify } from './verify.ts'

/** ECMAScript modules and scripts. */
export const js: Format<JsDetail> = {
  id: 'js',
  recognizes(path, head) {
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (/\.[cm]?js$/i.test(name)) return true
    return !name.slice(1).includes('.') && runsNode(head)
  },
  analyze,
  rules: jsRules,
  transforms: [minify],
  verify: (before, after) => verify(before, after),
}

/** `#!/usr/bin/env node` and its relatives. */
function runsNode(head: Uint8Array): boolean {
  if (head[0] !== 0x23 || head[1] !== 0x21) return false
  const end = head.indexOf(0x0a)
  const line = new TextDecoder().decode(head.subarray(2, end === -1 ? 256 : Math.min(end, 256)))
  return /(?:^|[\s/])(?:node|nodejs|bun|deno)(?:\s|$)/.test(line)
}
