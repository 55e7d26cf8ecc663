import { isExact, join, type Value } from '../../program/value.ts'
import type { Guards } from '../checks/guards.ts'
import { withoutChoices } from '../checks/known.ts'
import type { Program } from '../code/program.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'

/** Functions with more callers are helpers. */
const CALLERS = 8

export interface SettledCallers {
  isReached(index: number): boolean
  /** Function `index` where what checks find out has been found out; undefined where that is not known. */
  viewOf(index: number): { readonly evaluation: Evaluation } | undefined
}

/**
 * What function `index` is called with once what checks find out has been found out, where that is one of several numbers: all of those that a caller
 * passes occur then, whether a check put them there or another condition did (`if (large) context.level = 2`). Undefined where they are not known.
 */
export function settledArguments({ graph }: Program, guards: Guards, index: number, { isReached, viewOf }: SettledCallers): ReadonlyMap<number, Value> | undefined {
  const known = guards.parametersOf(index)
  const from = graph.firstCaller[index]!
  const to = graph.firstCaller[index + 1]!
  if (known === undefined || to - from > CALLERS) return undefined
  const several = [...known].filter(([, value]) => value.detected && value.hull !== true && value.words.length > 2)
  if (several.length === 0) return undefined
  const settled = new Map(withoutChoices(known))
  for (const [place] of several) {
    let all: Value | undefined
    for (let entry = from; entry < to; entry++) {
      const edge = graph.callerEdge[entry]!
      const caller = graph.edgeFrom[edge]!
      if (!isReached(caller)) continue
      const evaluation = viewOf(caller)?.evaluation
      const at = graph.edgeAt[edge]!
      if (evaluation !== undefined && (evaluation.seen[at - evaluation.start]! & 2) === 0) continue
      const value = evaluation?.passed.get(at)?.get(place)
      if (value === undefined || !isExact(value)) return undefined
      all = all === undefined ? value : join(all, value)
    }
    if (all !== undefined && isExact(all)) settled.set(place, all)
  }
  return settled
}
