import { Access } from '../../program/sweep.ts'
import type { Evaluation, Leaks } from '../evaluation/evaluation.ts'
import type { Program } from '../code/program.ts'
import type { Variables } from './variables.ts'

/** Bytes of what variables are a part of. */
const STRUCTURE_SIZE = 1024

/** Where what checks found out goes without being followed. `dropped`: as arguments. */
export function findLeaks({ sweep, accesses, graph }: Program, evaluations: ReadonlyMap<number, Evaluation>, variables: Variables, dropped: boolean): Leaks {
  const fields = new Set<number>()
  const stored = new Set<number>()
  const ambiguous = new Set<number>()
  let anywhere = false
  let passed = dropped
  for (const { leaks } of evaluations.values()) {
    for (const offset of leaks.fields) fields.add(offset)
    for (const offset of leaks.stored) stored.add(offset)
    for (const offset of leaks.ambiguous) ambiguous.add(offset)
    anywhere ||= leaks.anywhere
    passed ||= leaks.arguments
  }
  // a variable that is read through a pointer to what it is a part of
  const kind = sweep.accessKind.values()
  const to = sweep.accessTo.values()
  const from = sweep.accessFrom.values()
  const staysInside = (access: number): boolean => {
    const evaluation = evaluations.get(graph.functionOf(from[access]!))
    return evaluation !== undefined && !evaluation.addressesUsed.has(to[access]!)
  }
  for (const at of variables.addresses()) {
    for (const access of accesses.range(at - STRUCTURE_SIZE, at)) {
      if (kind[access] === Access.take && !staysInside(access)) fields.add(at - to[access]!)
    }
  }
  return { fields, stored, ambiguous, anywhere, arguments: passed }
}
