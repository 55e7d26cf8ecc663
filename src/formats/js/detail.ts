import type { Composition } from './composition/composition.ts'
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
  readonly composition: Composition | undefined
  /** What minifying takes away, measured; undefined where the file is minified, or was not asked. */
  readonly savings: Savings | undefined
  /** Names that importers can see: ESM exports, or what Node's lexer sees in CommonJS. Sorted. */
  readonly exports: readonly string[]
  /** Static import specifiers with their attributes, sorted, each once. */
  readonly imports: readonly string[]
  /** Directives at the top: `use strict`. */
  readonly directives: readonly string[]
}

/** The code alone, minified at level `fast`: comments and the source map are left out on both sides. */
export interface Savings {
  readonly raw: number
  readonly gzip: number
  readonly rawBefore: number
  readonly gzipBefore: number
}
