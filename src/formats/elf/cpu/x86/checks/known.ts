import type { Answer } from '../evaluation/answers-by-argument.ts'
import type { Evaluation, ParameterStore, Surroundings } from '../evaluation/evaluation.ts'
import type { FlagsOfObjects } from '../evaluation/flags-of-objects.ts'
import type { HandedOutKernels } from './handed-out-kernels.ts'
import type { Settled } from './settled.ts'
import { anything, isExact, type Value } from '../../program/value.ts'

/** What the search has found out so far. */
export interface Known extends Pick<Surroundings, 'model' | 'initially'> {
  /** What function `reader` finds in memory. */
  load(at: number, size: number, reader: number): Value | undefined
  /** What the function that begins at `reader` finds at `offset` of some object. */
  loadField(offset: number, size: number, reader: number): Value | undefined
  readonly evaluations: ReadonlyMap<number, Evaluation>
  /** What function `index` stores behind its parameters. */
  stores(index: number): readonly ParameterStore[] | undefined
  readonly results: Pick<ReadonlyMap<number, { readonly values: ReadonlyMap<number, Value> }>, 'get'>
  /** What function `index` returns when it is called with `registers`, where that is more than what it always returns. */
  answer(index: number, registers: readonly (Value | undefined)[]): ReadonlyMap<number, Value> | undefined
  /** The same of one that a pointer leads to, which does not ask: only where it counts what others put in the place of what checks say. */
  answerOfOther?: ((index: number, registers: readonly (Value | undefined)[]) => ReadonlyMap<number, Value> | undefined) | undefined
  /** What it writes then, and where it would on another CPU. */
  written(index: number, registers: readonly (Value | undefined)[]): Pick<Answer, 'writes' | 'withheld'> | undefined
  /** Numbers of which function `callee` returns one, whatever checks say, where `caller` may hand them on to who sets a variable of a check. */
  numbers(caller: number, callee: number): ReadonlyMap<number, Value> | undefined
  /** The same whoever calls it. */
  numbersOfAny(callee: number): ReadonlyMap<number, Value> | undefined
  /** See `Surroundings`. */
  readonly contested: ReadonlySet<number> | undefined
  readonly flags: FlagsOfObjects
  readonly kernels: HandedOutKernels
}

/** The same where variables hold what `load` says, and nothing else counts that may be one of several numbers. */
export function knownWhenSettled(known: Known, load: Surroundings['load'], others: Settled): Known {
  const { options } = others
  const { model, flags, initially, evaluations, kernels, numbers, written } = known
  // the same fields in the same order as everywhere: what is compiled for one such object holds for the others
  return {
    model,
    load,
    loadField: () => undefined,
    contested: options?.contested,
    flags,
    initially,
    evaluations,
    stores: (callee) => {
      const usual = known.stores(callee)
      if (usual?.some(({ value }) => isOneOfSeveral(value)) !== true) return usual
      const settled = occurring(others.evaluation(callee))?.parameterStores
      // what is no check's may be stored there as well, and is not known
      return settled === undefined ? usual : usual.map((store) => settled.find(({ register, offset, size, value }) => register === store.register && offset === store.offset && size === store.size && isExact(value)) ?? store)
    },
    results: {
      get: (callee) => {
        const usual = known.results.get(callee)?.values
        if (options !== undefined && usual === undefined) return undefined
        return { values: (isOpen(usual) || options?.isOverridden(callee) === true ? resultsOccurring(others.evaluation(callee)) : undefined) ?? withoutChoices(usual) }
      },
    },
    kernels,
    answer: (callee, registers) => {
      const usual = known.answer(callee, registers)
      return usual === undefined ? undefined : ((isOpen(usual) ? resultsOccurring(others.answer(callee, registers)) : undefined) ?? withoutChoices(usual))
    },
    answerOfOther: options === undefined ? undefined : (callee, registers) => (known.results.get(callee) === undefined ? others.answer(callee, registers)?.results : undefined),
    numbers: options === undefined ? numbers : (_caller, callee) => known.numbersOfAny(callee),
    numbersOfAny: known.numbersOfAny,
    written,
  }
}

/**
 * What a function returns where what checks find out has been found out: all of several numbers occur where no branch in it may be a check that was not
 * followed (`static int level = -1`, kept by who asks and set by somebody else).
 */
function resultsOccurring(evaluation: Pick<Evaluation, 'results' | 'open'> | undefined): ReadonlyMap<number, Value> | undefined {
  return evaluation && (occurring(evaluation)?.results ?? withoutChoices(evaluation.results))
}

function occurring<Part extends Pick<Evaluation, 'open'>>(evaluation: Part | undefined): Part | undefined {
  return evaluation?.open.size === 0 ? evaluation : undefined
}

/** Is one of them one of several numbers that a check found out? */
function isOpen(values: ReadonlyMap<number, Value> = noValues): boolean {
  return [...values.values()].some(isOneOfSeveral)
}

function isOneOfSeveral({ detected, words, partial }: Value): boolean {
  return detected && (words.length > 2 || partial === true)
}

const noValues: ReadonlyMap<number, Value> = new Map()

/** Which of several numbers a check found out is not known: one of them may be what was there before it. */
export function withoutChoices(values: ReadonlyMap<number, Value> = noValues): ReadonlyMap<number, Value> {
  const known = new Map<number, Value>()
  for (const [register, value] of values) known.set(register, value.detected && value.words.length > 2 ? anything : value)
  return known
}
