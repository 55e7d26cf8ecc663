import { isZero, type Value } from '../../program/value.ts'
import type { Guards } from '../checks/guards.ts'

/** Does function `index` return 0 on this CPU, and something else on others? */
export function saysNo(guards: Guards, index: number): boolean {
  return refuses(guards, index, (value) => isZero(value) && value!.words.length === 2)
}

/** On this CPU it always returns one number that says that it failed, and on others it does not. */
export function refuses(guards: Guards, index: number, fails: (value: Value | undefined) => boolean): boolean {
  const evaluation = guards.evaluations.get(index)
  const value = evaluation?.results.get(0)
  if (evaluation === undefined || value === undefined || !evaluation.returns || !fails(value)) return false
  return value.detected || (evaluation.decides && guards.returnsOther(index, value))
}
