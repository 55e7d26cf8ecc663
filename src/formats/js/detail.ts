import type { FoundSourceMap } from './read/source-map.ts'
import type { Edition } from './read/syntax-features.ts'
import type { Survey } from './read/survey.ts'
import type { ParsedScript } from './read/parse-script.ts'
import type { Scopes } from './scope/scopes.ts'

/** `script` is also what a file is that runs anywhere: UMD, IIFE. */
export type ModuleKind = 'esm' | 'commonjs' | 'script'

/** What the JavaScript format knows of a file beyond the analysis. */
export interface JsDetail {
  readonly script: ParsedScript
  readonly scopes: Scopes
  readonly survey: Survey
  readonly moduleKind: ModuleKind
  readonly level: Edition
  readonly sourceMap: FoundSourceMap | undefined
  /** Names that importers can see: ESM exports, or what Node's lexer sees in CommonJS. Sorted. */
  readonly exports: readonly string[]
  /** Static import specifiers, sorted, each once. */
  readonly imports: readonly string[]
  /** Directives at the top: `use strict`. */
  readonly directives: readonly string[]
}
