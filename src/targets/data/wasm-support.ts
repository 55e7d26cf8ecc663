import type { Engine } from '../target.ts'
import { nodeRelease } from './node-releases.ts'

/** First Chrome release with the feature on by default; `null`: none yet. @mdn/browser-compat-data 8.1.9. */
const chromeSince: Readonly<Record<string, string | null>> = {
  'mutable-globals': '74',
  'sign-extensions': '74',
  threads: '74',
  'bulk-memory': '75',
  'saturated-float-to-int': '75',
  'big-int': '85',
  'multi-value': '86',
  simd: '91',
  exceptions: '95',
  'reference-types': '96',
  'tail-call': '112',
  'extended-const': '114',
  'relaxed-simd': '114',
  gc: '119',
  'typed-function-references': '119',
  'multi-memory': '120',
  'js-string-builtins': '130',
  memory64: '133',
  'exceptions-final': '137',
  jspi: '137',
  'branch-hinting': '137',
  'stack-switching': null,
  'shared-everything-threads': null,
}

/** Features that came with another one. */
const partOf: Readonly<Record<string, string>> = {
  'bulk-memory-opt': 'bulk-memory',
  'call-indirect-overlong': 'reference-types',
  'exception-tags': 'exceptions',
}

export interface WasmSupport {
  /** First version that has it; `null`: none has. */
  readonly since: string | null
  /** The version in question, in the same numbering; undefined when the engine gives none. */
  readonly has: string | undefined
  readonly source: string
  readonly date: string
}

const source = '@mdn/browser-compat-data 8.1.9'
const date = '2026-11-20'

/** Since when `engine` has `feature`; undefined: not known. */
export function wasmFirstVersion(engine: Engine, feature: string): WasmSupport | undefined {
  const since = chromeSince[partOf[feature] ?? feature]
  if (since === undefined) return undefined
  switch (engine.name) {
    case 'chrome':
    case 'edge':
      return { since, has: engine.version, source, date }
    case 'node': {
      // V8 11.3 is the V8 of Chrome 113.
      const v8 = nodeRelease(engine.version)?.v8.split('.')
      return { since, has: v8 === undefined ? undefined : `${v8[0]}${v8[1]}`, source, date }
    }
    default:
      return undefined
  }
}
