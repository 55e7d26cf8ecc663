import { Access } from '../../program/sweep.ts'
import type { Program } from '../code/program.ts'
import { findProven } from './proof.ts'
import type { Step } from './steps.ts'
import type { Run } from './run-on.ts'

/** Bytes from where code names a virtual table to the function's place in it. */
const TABLE_SIZE = 512
/** Functions that make objects of the classes concerned: where there are more, it is a large program, and none is looked at. */
const MAKERS = 200

/**
 * Functions of `goals` that certainly run because an object of their class is certainly made, and a virtual function of
 * it called: both on ways as in `findProven`.
 */
export function findProvenVirtually(program: Program, run: Run, goals: ReadonlySet<number>): Map<number, Step> {
  const { graph } = program
  const found = new Map<number, Step>()
  const makers = makersOf(program, goals)
  if (makers.size === 0 || makers.size > MAKERS) return found
  for (const index of findProven(program, run, makers).keys()) {
    const evaluation = run.tracer.trace(index)
    for (const [at, address] of evaluation?.tableCalls ?? []) {
      const target = graph.functionAt(address)
      if (target === undefined || !goals.has(target) || evaluation!.indirectCalls.has(at)) continue
      if (!run.tracer.dependsOnCheck(index, at)) found.set(target, { from: index, how: 'table' })
    }
  }
  return found
}

/** Functions that name a table with one of `goals` in it. */
function makersOf({ graph, image, accesses, sweep }: Program, goals: ReadonlySet<number>): Set<number> {
  const makers = new Set<number>()
  const { places, targets } = image.codePointers
  for (let pointer = 0; pointer < targets.length; pointer++) {
    const target = graph.functionAt(targets[pointer]!)
    if (target === undefined || !goals.has(target)) continue
    const place = places[pointer]!
    for (const access of accesses.range(place - TABLE_SIZE, place)) {
      if (sweep.accessKind.values()[access] !== Access.take) continue
      const index = graph.functionOf(sweep.accessFrom.values()[access]!)
      if (index >= 0) makers.add(index)
    }
  }
  return makers
}
