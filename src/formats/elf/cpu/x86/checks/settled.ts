import type { Evaluation } from '../evaluation/evaluation.ts'
import type { Value } from '../../program/value.ts'

/** What is known once what checks find out has been found out. */
export interface Settled {
  isReached(index: number): boolean
  /** What function `index` does then. */
  evaluation(index: number): Evaluation | undefined
  /** The same where it is called with `registers`. */
  answer(index: number, registers: readonly (Value | undefined)[]): Evaluation | undefined
  /** Given where numbers count that others put into variables which no check stores to, and that they return. */
  readonly options?: SettledOptions | undefined
}

export interface SettledOptions {
  /** May function `index` return something else than what a check found out, as somebody may set that? */
  isOverridden(index: number): boolean
  /** See `Surroundings`. */
  readonly contested: ReadonlySet<number>
  /** What function `index` does, also where it is just being followed. */
  evaluation(index: number): Evaluation | undefined
}
