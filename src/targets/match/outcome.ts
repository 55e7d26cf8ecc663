import type { Requirement } from '../../core/requirement.ts'
import type { Fact, Target } from '../target.ts'

/** What the tree that is deployed brings along by itself. */
export interface Provided {
  /** Sonames and file names of the shared libraries in the tree. */
  readonly libraries?: ReadonlySet<string>
}

/** Is one requirement met? `fact`: what the answer rests on. */
export type Outcome =
  | { readonly state: 'met'; readonly fact?: Fact<unknown> | undefined }
  | {
      readonly state: 'unmet' | 'unknown'
      readonly message: string
      readonly hint?: string | undefined
      readonly fact?: Fact<unknown> | undefined
    }

/** `all`: the other requirements of the same artifact, for what only makes sense together (which machine, which libc). */
export type Check = (
  requirement: Requirement,
  target: Target,
  provided: Provided,
  all: readonly Requirement[],
) => Outcome

export function met(fact?: Fact<unknown>): Outcome {
  return { state: 'met', fact }
}

export function unmet(message: string, hint?: string, fact?: Fact<unknown>): Outcome {
  return { state: 'unmet', message, hint, fact }
}

export function unknown(message: string, hint?: string, fact?: Fact<unknown>): Outcome {
  return { state: 'unknown', message, hint, fact }
}

/** ` (symbol __isoc23_strtol)`: the first piece of evidence, for messages. */
export function witness(requirement: Requirement): string {
  const evidence = requirement.evidence[0]
  if (evidence === undefined) return ''
  const where = evidence.function === undefined ? '' : ` in ${evidence.function}`
  return ` (${shorten(evidence.text)}${where})`
}

/** The whole text stands in the evidence; a sentence has room for its beginning. */
export function shorten(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`
}
