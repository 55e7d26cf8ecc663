import type { Analysis, AnalyzeSettings, FormatId } from './analysis.ts'
import type { Artifact } from './artifact.ts'
import type { Context } from './context.ts'
import type { Finding } from './finding.ts'
import type { JsonValue } from './json.ts'
import type { Transform } from './transform.ts'

/** A check on one artifact. It never throws; what it needs, the analysis has. */
export interface Rule<Detail = unknown> {
  /** `format/name`, stable; every finding carries it. */
  readonly id: string
  /** What it looks for and why that matters, for the documentation. */
  readonly help: string
  check(analysis: Analysis<Detail>): Iterable<Omit<Finding, 'ruleId'>>
}

/** What `shrink explain FILE` can be asked. */
export interface Question {
  /** feature: a CPU or Wasm feature. module: a JS package or module. function: a Wasm function or ELF symbol. */
  readonly kind: 'feature' | 'module' | 'function'
  readonly name: string
}

/** An answer that a person can check: the witnesses, line by line, and the same as data. */
export interface Explanation {
  readonly summary: string
  readonly lines: readonly string[]
  readonly data: JsonValue
}

/** A kind of artifact: how to know it, read it, judge it and rewrite it. */
export interface Format<Detail = unknown> {
  readonly id: FormatId
  /** By content first; `head` holds at least the first 64 KiB, or the whole file. */
  recognizes(path: string, head: Uint8Array): boolean
  /** @throws ShrinkError with the offset or line where the bytes break the format's rules. */
  analyze(artifact: Artifact, settings: AnalyzeSettings, context: Context): Promise<Analysis<Detail>>
  readonly rules: readonly Rule<Detail>[]
  /** In the order in which they are applied. */
  readonly transforms: readonly Transform<Detail>[]
  /** What the rewritten artifact lost that it must have: one sentence each. Empty when it may replace the first. */
  verify(before: Analysis<Detail>, after: Analysis<Detail>): readonly string[]
  /** @throws UsageError when the format has no answer to that kind of question. */
  explain?(artifact: Artifact, question: Question, settings: AnalyzeSettings, context: Context): Promise<Explanation>
}

/** A format before it is needed: enough to tell whether a file is of it. */
export interface KnownFormat extends Pick<Format, 'id' | 'recognizes'> {
  load(): Promise<Format>
}
