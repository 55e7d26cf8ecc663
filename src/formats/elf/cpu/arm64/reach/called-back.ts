import { Edge } from '../../program/edges.ts'
import { mainOfRust } from '../../program/rust-main.ts'
import { singleAddress } from '../../program/value.ts'
import type { Guards } from '../checks/guards.ts'
import type { Program } from '../code/program.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'

/** Functions of the C library that call what they are given, whatever happens: the argument, by name. */
const callsArgument: ReadonlyMap<string, number> = new Map([
  ['pthread_create', 2],
  ['thrd_create', 1],
  ['pthread_once', 1],
  ['call_once', 1],
  ['atexit', 0],
  ['__cxa_atexit', 0],
])

/**
 * Functions that surely run when the calls in function `index` do that `runs` is asked about: threads, what is done once or at the end, Rust's `main`,
 * and what a resolver of an IFUNC chooses on this CPU. `followed`: the function, followed.
 */
export function* calledBack(program: Program, evaluations: Guards['evaluations'], index: number, runs: (at: number) => boolean, followed: () => Evaluation | undefined): Iterable<number> {
  const { graph } = program
  const main = mainOfRust(program, index)
  if (main !== undefined && runs(main.at)) yield main.target
  for (const { at, name } of graph.importCalls.get(index) ?? []) if (runs(at)) yield* argumentOf(program, followed, at, name)
  for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
    const at = graph.edgeAt[edge]!
    const target = graph.edgeTo[edge]!
    if (graph.edgeKind[edge] === Edge.call) {
      const name = graph.nameOf(target)
      if (callsArgument.has(name) && runs(at)) yield* argumentOf(program, followed, at, name)
    } else if (graph.edgeKind[edge] === Edge.resolver && runs(at)) {
      const chosen = graph.functionAt(singleAddress(evaluations.get(target)?.results.get(0)) ?? -1)
      if (chosen !== undefined) yield chosen
    }
  }
}

function* argumentOf({ graph }: Program, followed: () => Evaluation | undefined, at: number, name: string): Iterable<number> {
  const register = callsArgument.get(name)
  const passed = register === undefined ? undefined : singleAddress(followed()?.passed.get(at)?.[register])
  const target = passed === undefined ? undefined : graph.functionAt(passed)
  if (target !== undefined) yield target
}
