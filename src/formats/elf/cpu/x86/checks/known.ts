import type { Answer } from '../evaluation/answers-by-argument.ts'
import type { Evaluation, Surroundings } from '../evaluation/evaluation.ts'
import type { FlagsOfObjects } from '../evaluation/flags-of-objects.ts'
import type { HandedOutKernels } from './handed-out-kernels.ts'
import type { Settled } from './variables.ts'
import { anything, type Value } from '../../program/value.ts'

/** What the search has found out so far. */
export interface Known extends Pick<Surroundings, 'model' | 'initially'> {
  /** What function `reader` finds in memory. */
  load(at: number, size: number, reader: number): Value | undefined
  /** What the function that begins at `reader` finds at `offset` of some object. */
  loadField(offset: number, size: number, reader: number): Value | undefined
  readonly evaluations: ReadonlyMap<number, Evaluation>
  readonly results: Pick<ReadonlyMap<number, { readonly values: ReadonlyMap<number, Value> }>, 'get'>
  /** What function `index` returns when it is called with `registers`, where that is more than what it always returns. */
  answer(index: number, registers: readonly (Value | undefined)[]): ReadonlyMap<number, Value> | undefined
  /** What it writes then, and where it would on another CPU. */
  written(index: number, registers: readonly (Value | undefined)[]): Pick<Answer, 'writes' | 'withheld'> | undefined
  /** Numbers of which function `callee` returns one, whatever checks say, where `caller` may hand them on to who sets a variable of a check. */
  numbers(caller: number, callee: number): ReadonlyMap<number, Value> | undefined
  readonly flags: FlagsOfObjects
  readonly kernels: HandedOutKernels
}

/** The same where variables hold what `load` says, and nothing else counts that may be one of several numbers. */
export function knownWhenSettled(known: Known, load: Surroundings['load'], others: Settled): Known {
  const { model, flags, initially, evaluations, kernels, numbers, written } = known
  // the same fields in the same order as everywhere: what is compiled for one such object holds for the others
  return {
    model,
    load,
    loadField: () => undefined,
    flags,
    initially,
    evaluations,
    results: {
      get: (callee) => {
        const usual = known.results.get(callee)?.values
        return { values: (isOpen(usual) ? occurring(others.evaluation(callee)) : undefined) ?? withoutChoices(usual) }
      },
    },
    kernels,
    answer: (callee, registers) => {
      const usual = known.answer(callee, registers)
      return usual === undefined ? undefined : ((isOpen(usual) ? occurring(others.answer(callee, registers)) : undefined) ?? withoutChoices(usual))
    },
    numbers,
    written,
  }
}

/**
 * What a function returns where what checks find out has been found out: all of several numbers occur where no branch in it may be a check that was not
 * followed (`static int level = -1`, kept by who asks and set by somebody else).
 */
function occurring(evaluation: Pick<Evaluation, 'results' | 'open'> | undefined): ReadonlyMap<number, Value> | undefined {
  if (evaluation === undefined) return undefined
  return evaluation.open.size === 0 ? evaluation.results : withoutChoices(evaluation.results)
}

/** Is one of them one of several numbers that a check found out? */
function isOpen(values: ReadonlyMap<number, Value> = noValues): boolean {
  return [...values.values()].some((value) => value.detected && (value.words.length > 2 || value.partial === true))
}

const noValues: ReadonlyMap<number, Value> = new Map()

/** Which of several numbers a check found out is not known: one of them may be what was there before it. */
export function withoutChoices(values: ReadonlyMap<number, Value> = noValues): ReadonlyMap<number, Value> {
  const known = new Map<number, Value>()
  for (const [register, value] of values) known.set(register, value.detected && value.words.length > 2 ? anything : value)
  return known
}
