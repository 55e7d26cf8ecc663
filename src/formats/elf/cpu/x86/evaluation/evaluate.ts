import type { X86Decoder } from '../../../../../isa/x86/decode.ts'
import type { FunctionCode } from '../code/function-code.ts'
import type { Value } from '../../program/value.ts'
import { type CallingConvention, systemV } from './calling-convention.ts'
import type { Entries } from './entries.ts'
import type { Evaluation, GlobalStore, Surroundings, TableChoice } from './evaluation.ts'
import { Evaluator } from './evaluator.ts'
import { flagStores } from './flags-of-objects.ts'
import type { Manner } from './machine.ts'
import { skippedStores } from './skipped-stores.ts'
import { Register } from './state.ts'
import { addFields, addWithheld, clearFlags, type Draft, isFlag, settledStores, storesGivingUp } from './stores-of-checks.ts'
import { chosenStores, unconditionalStores } from './unconditional-stores.ts'

/** Bytes of a function that is followed once more to see what it stores on other CPUs. */
const WITHHOLDING = 1200
/** The same of one that stores to variables what no check found out. */
const STORING = 30_000

/** Bytes of a function that is looked at once more for flags in fields: what makes objects is small. */
const LARGEST_MAKER = 4096

/** A function that does next to nothing on this CPU, but to say so: an instruction for so many bytes. */
const LARGEST_GIVING_UP = 20_000
const LITTLE = 32

/** Instructions that may still be evaluated, over all functions. */
export interface StepBudget {
  left: number
}

/**
 * Follows a function on every path that is possible on the CPU of the model. Undefined when that takes too many steps;
 * then every path counts as possible.
 */
export function evaluate(
  decoder: X86Decoder,
  target: FunctionCode,
  parameters: ReadonlyMap<number, Value> | undefined,
  surroundings: Surroundings,
  convention: CallingConvention,
  budget: StepBudget,
  entries?: Entries,
): Evaluation | undefined {
  const follow = (manner: Manner, clear?: ReadonlyMap<number, number>): { evaluator: Evaluator; evaluation: Draft | undefined } => {
    const evaluator = new Evaluator(decoder, target, surroundings, convention, manner)
    evaluator.clear = clear
    const evaluation = evaluator.run(budget.left, parameters, entries)
    budget.left -= evaluator.steps
    return { evaluator, evaluation }
  }
  const first = follow('likely')
  if (first.evaluation === undefined) return undefined
  const { decides, seen } = first.evaluation
  const skippedFlags = decides ? flagStores(target).filter(({ at, isMove }) => !isMove && seen[at - target.from] === 0) : []
  const flags = skippedFlags.filter(({ offset, bits }) => !surroundings.setsFlagElsewhere(offset, bits))
  const mayMake = seen.length <= LARGEST_MAKER && [...first.evaluator.otherWrites.values()].some(({ value }) => isFlag(value))
  const givesUp = seen.length < LARGEST_GIVING_UP && first.evaluator.steps * LITTLE < seen.length
  const storesOther = first.evaluation.globalStores.some(({ value }) => value !== undefined && !value.detected)
  const isOpen = decides && (mayMake || seen.length < WITHHOLDING || flags.length > 0 || (storesOther && seen.length < STORING))
  const regardless = isOpen ? follow('regardless') : undefined
  const known = regardless?.evaluation === undefined ? undefined : regardless.evaluator
  const clear = known === undefined ? new Map() : clearFlags(flags, first.evaluator, known)
  const { evaluator, evaluation } = clear.size === 0 ? first : follow('likely', clear)
  if (evaluation === undefined) return undefined
  // what others set, too, says nothing about the CPU there
  const others = skippedFlags.filter((flag) => !flags.includes(flag)).map(({ field }) => field)
  const settled = decides && givesUp ? storesGivingUp(evaluator, convention) : settledStores(evaluation.seen, evaluator, known, convention)
  addFields(evaluation, { skipped: evaluation.decides ? skippedStores(target, evaluation.seen) : [], ambiguous: [...others, ...evaluator.contradicted], settled }, evaluator.otherWrites, known?.otherWrites)
  addWithheld(evaluation, settled, evaluator, known)
  if (storesOther && regardless?.evaluation !== undefined) {
    const others = { evaluation: regardless.evaluation, sites: regardless.evaluator.sites }
    evaluation.unconditional = unconditionalStores(target, evaluation, evaluator.decided, others)
    evaluation.globalStores = chosenStores(evaluation.globalStores, regardless.evaluation.globalStores)
  }
  if (evaluator.assumed) evaluation.cautious = follow('cautious').evaluation ?? 'unknown'
  return evaluation
}

/** What a function returns whatever checks say. */
export function resultRegardless(
  decoder: X86Decoder,
  target: FunctionCode,
  parameters: ReadonlyMap<number, Value> | undefined,
  surroundings: Surroundings,
  budget: StepBudget,
  entries: Entries,
): Value | undefined {
  const evaluator = new Evaluator(decoder, target, surroundings, systemV, 'regardless')
  const evaluation = evaluator.run(budget.left, parameters, entries)
  budget.left -= evaluator.steps
  return evaluation?.results.get(Register.rax)
}

/** What a function stores to variables on the CPU of the model, and nothing else of it. */
export function storesOf(
  decoder: X86Decoder,
  target: FunctionCode,
  parameters: ReadonlyMap<number, Value> | undefined,
  surroundings: Surroundings,
  budget: StepBudget,
): readonly GlobalStore[] | undefined {
  const evaluator = new Evaluator(decoder, target, surroundings, systemV, 'likely')
  const evaluation = evaluator.run(budget.left, parameters, undefined)
  budget.left -= evaluator.steps
  return evaluation?.globalStores
}

/**
 * Follows a function from the instruction at offset `at`, which reads a variable, straight to a call of what a table holds at the place that
 * the variable says: `call [table + tzcnt(targets & mask) * 8]` of Highway. Undefined where it is anything else: a branch, a store, another
 * call, a target that is not known, or something left in a register that the callee keeps.
 */
export function followTableChoice(decoder: X86Decoder, target: FunctionCode, surroundings: Surroundings, at: number): TableChoice | undefined {
  return new Evaluator(decoder, target, surroundings, systemV, 'likely').runToTableChoice(at)
}
