import { ConstantArguments } from '../checks/constant-arguments.ts'
import { cpuidModel } from '../evaluation/cpuid-model.ts'
import { findGuards, type Guards } from '../checks/guards.ts'
import type { Program } from '../code/program.ts'
import { type FeatureSets, findKernels } from './find-kernels.ts'
import { initializers } from '../../program/initializers.ts'
import { OtherArguments } from './other-arguments.ts'
import { saysNo } from './failing-results.ts'
import { ReachSearch, type Reach } from './reach.ts'
import { entryFunctions } from './roots.ts'
import { Selections } from './selections.ts'
import { Tracer } from './tracer.ts'
import { Trust } from './trust.ts'
import { Edge } from '../../program/edges.ts'

/** What runs on one CPU, at each degree of trust. */
export interface Run {
  readonly guards: Guards
  readonly search: ReachSearch
  readonly tracer: Tracer
  readonly selections: Selections
  readonly reached: readonly Reach[]
}

/** Which functions need which feature sets. Functions that need the same share one set. */
export function featuresByFunction({ graph, sweep }: Program): Map<number, ReadonlySet<number>> {
  const sets = sweep.hitSet.values()
  const shared = new Map<string, ReadonlySet<number>>()
  const all = new Map<number, ReadonlySet<number>>()
  const own: number[] = []
  for (let index = 0; index < graph.starts.length; index++) {
    const end = graph.firstHit[index + 1]!
    own.length = 0
    for (let hit = graph.firstHit[index]!; hit < end; hit++) if (!own.includes(sets[hit]!)) own.push(sets[hit]!)
    if (own.length === 0) continue
    const key = own.sort((a, b) => a - b).join()
    let needed = shared.get(key)
    if (needed === undefined) shared.set(key, (needed = new Set(own)))
    all.set(index, needed)
  }
  return all
}

/** Finds what runs on a CPU with `features`. */
export function runOn(program: Program, features: ReadonlySet<string>, needs: FeatureSets): Run {
  const guards = findGuards(program, cpuidModel(features))
  let run = runWith(program, features, needs, guards, new Map())
  while (refine(run)) run = runWith(program, features, needs, guards, new Map())
  return run
}

/** Did what is reached change what is decided? */
function refine({ guards, reached }: Run): boolean {
  return guards.refine((index) => reached[Trust.tables]!.steps.has(index))
}

/** The same where the checks in the functions of `opened` are taken to succeed. */
export function runPast(program: Program, features: ReadonlySet<string>, needs: FeatureSets, run: Run, opened: ReadonlySet<number>): Run {
  for (;;) {
    const evaluations = new Map([...run.guards.evaluations].filter(([index]) => !opened.has(index)))
    const passed = new Map([...run.guards.evaluations].filter(([index]) => opened.has(index)))
    const past = runWith(program, features, needs, { ...run.guards, evaluations }, passed)
    if (!refine(past)) return past
  }
}

function runWith(program: Program, features: ReadonlySet<string>, needs: FeatureSets, guards: Guards, passed: Run['guards']['evaluations']): Run {
  const { kernels, featuresOf } = findKernels(program, features, needs)
  const tracer = new Tracer(program, guards, startedFunctions(program))
  const selections = new Selections(program, featuresOf, (index) => kernels.isKernel(index), (index) => guards.evaluations.get(index)?.decides === true)
  const constants = new ConstantArguments(program, guards, (index) => tracer.isOpen(index))
  const search = new ReachSearch(program, guards.evaluations, kernels, { selections, asked: features.size > 0, passed, chosenEntries: guards.chosenEntries, tracer, others: new OtherArguments(program, guards, tracer), constants, saysNo: (index) => saysNo(guards, index) })
  return { guards, search, tracer, selections, reached: search.searchAll() }
}

/** The entry point, what it hands to the C library to start, and initializers. */
export function startedFunctions(program: Program): Set<number> {
  const { graph } = program
  const started = new Set<number>()
  for (const index of entryFunctions(program)) {
    started.add(index)
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      if (graph.edgeKind[edge] === Edge.taken) started.add(graph.edgeTo[edge]!)
    }
  }
  for (const address of initializers(program)) {
    const index = graph.functionAt(address)
    if (index !== undefined) started.add(index)
  }
  return started
}
