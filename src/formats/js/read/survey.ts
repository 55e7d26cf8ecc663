import type { Need } from '../../../core/requirement.ts'
import type { NameRead } from './name-reads.ts'
import type { SyntaxFeatureName } from './syntax-features.ts'

/** Offsets are in UTF-16 code units from the start of the text. */
export interface SyntaxUse {
  readonly feature: SyntaxFeatureName
  readonly offset: number
  readonly count: number
}

export type RequestKind = 'import' | 'export' | 'dynamic-import' | 'require' | 'require-resolve' | 'worker' | 'url'

/** A module or file that the code asks for. `specifier` is null where it is computed. */
export interface ModuleRequest {
  readonly kind: RequestKind
  readonly specifier: string | null
  readonly offset: number
  readonly need: Need
}

export interface GlobalUse {
  readonly name: string
  readonly offset: number
  readonly count: number
  readonly need: Need
}

export type DynamicKind = 'eval' | 'Function' | 'with' | 'WebAssembly.compile' | 'process.dlopen' | 'function text'

export interface DynamicUse {
  readonly kind: DynamicKind
  readonly offset: number
}

/** What one walk over the code finds. */
export interface Survey {
  readonly syntax: readonly SyntaxUse[]
  readonly requests: readonly ModuleRequest[]
  readonly globals: readonly GlobalUse[]
  readonly dynamic: readonly DynamicUse[]
  /** Native addons and Wasm files that are loaded by name: bindings(), node-gyp-build, prebuild tables, paths. */
  readonly nativeLoads: readonly { readonly by: string; readonly target: string | null; readonly offset: number }[]
  readonly topLevelAwait: number | undefined
  /** `process.env.NODE_ENV` that a build with a set NODE_ENV would have folded. */
  readonly nodeEnvReads: readonly number[]
  /** Where the code decides by the name of a class. */
  readonly nameReads: readonly NameRead[]
  /** Functions that a compiler put in for older runtimes: `__awaiter`, `_classCallCheck`, … */
  readonly helpers: readonly { readonly name: string; readonly start: number; readonly end: number }[]
  /** String literals of 4 KiB or more. */
  readonly longStrings: readonly { readonly start: number; readonly end: number; readonly kind: 'base64' | 'json' | 'text' }[]
}
