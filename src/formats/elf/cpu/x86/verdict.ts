import { DirectFlow } from './reach/direct-flow.ts'
import type { Need } from '../../../../core/requirement.ts'
import { silentFeatures, x86LevelOf, x86Levels } from '../../../../isa/x86/features.ts'
import { featuresByFunction, type Run, runOn, runPast, startedFunctions } from './reach/run-on.ts'
import type { FeatureSets } from './reach/find-kernels.ts'
import { findRefusals, stillRefuse } from './reach/refusals.ts'
import { findGuards } from './checks/guards.ts'
import type { Program } from './code/program.ts'
import { type Counts, countFeatures, hitsOf, isExotic } from './feature-counts.ts'
import { findScattered, isUsedThroughout, isVector, promoteCompanions } from './used-throughout.ts'
import { cpuidModel } from './evaluation/cpuid-model.ts'
import { comesBackTo } from '../program/long-jumps.ts'
import { isEntryOfModule, isLoadedAsModule } from '../program/module-entry.ts'
import { findProven, needsOnEntry } from './reach/proof.ts'
import { findProvenVirtually } from './reach/virtual-calls.ts'
import { type Witness, witnessesOf } from './reach/witnesses.ts'

/** What is known of one feature. */
export interface FeatureVerdict {
  readonly feature: string
  readonly need: Need
  readonly instructions: number
  /** Functions that use it, and how many of them were reached without a check. */
  readonly functions: number
  readonly reached: number
  /** Unguarded ones for `required` and `possible`; any for `guarded`. */
  readonly witnesses: readonly Witness[]
}

export interface X86Verdict {
  readonly features: readonly FeatureVerdict[]
  /** The program leaves at once on a CPU that lacks these. */
  readonly gate: readonly string[]
  readonly detectors: readonly string[]
  /** The search was cut off by its bounds. */
  readonly incomplete: boolean
}

/** Share of the functions that are reached in any program that was understood. */
const LOST = 0.05

/** Functions that tables among code look like by chance. */
const FEW = 10

/** Do some functions seem to use what hardly any program does? Then tables lie among the code, as GHC has them before each function. */
function hasTablesAmongCode(counts: ReadonlyMap<string, Counts>): boolean {
  return [...counts].some(([feature, { functions }]) => isExotic(feature) && functions.size < FEW)
}

export function judge(program: Program, assumed: ReadonlySet<string>): X86Verdict {
  const needs = featuresByFunction(program)
  let run = runOn(program, assumed, needs)
  const gate = passGate(program, assumed, needs, run)
  if (gate !== undefined) run = gate.run
  const counts = countFeatures(program, needs, run)
  const present = new Set([...assumed, ...(gate?.features ?? [])])
  const required = new Set(gate?.features ?? [])
  const certain = !program.detectors.any && !run.search.leavesChoice
  // most of the program was not found: what starts it does so in its own way
  const isLost = run.reached[2]!.steps.size < LOST * program.graph.starts.length
  const isDoubtful = certain && hasTablesAmongCode(counts)
  const flow = new DirectFlow(program, (index) => run.reached[2]!.steps.has(index))
  const runs = (index: number, at: number): boolean => run.search.instructionRuns(index, at) && flow.reaches(index, at)
  for (const [feature, count] of counts) {
    if (isDoubtful && count.functions.size < FEW) {
      if (isExotic(feature)) counts.delete(feature)
      continue
    }
    if (certain ? usersAmong(program, feature, count.reached[2]!, runs).size > 0 : !present.has(feature) && isUsedThroughout(program, feature, count, counts, run)) required.add(feature)
  }
  if (!certain) {
    promoteCompanions(required, counts, 0)
    for (const feature of provenFeatures(program, present, counts, run, runs)) required.add(feature)
    const known = Math.max(0, ...[...required, ...present].map((feature) => x86LevelOf(feature) ?? 0))
    for (let level = x86Levels.length - 1; level > known; level--) {
      const everywhere = findScattered(program, level, counts, run)
      if (everywhere === undefined) continue
      required.add(everywhere)
      promoteCompanions(required, counts, 2)
      break
    }
  }
  const features: FeatureVerdict[] = []
  for (const [feature, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (assumed.has(feature)) continue
    const reached = count.reached.map((set) => usersAmong(program, feature, set, runs))
    const trust = reached.findIndex((set) => set.size > 0)
    let need: Need
    if (required.has(feature)) need = 'required'
    else if (trust >= 0) need = 'possible'
    else if (certain && !isLost) continue // in functions that nothing refers to
    else if (certain) need = 'possible'
    else need = 'guarded'
    features.push({
      feature,
      need,
      instructions: count.instructions,
      functions: count.functions.size,
      reached: trust < 0 ? 0 : reached[trust]!.size,
      witnesses: witnessesOf(program, feature, need === 'guarded' || trust < 0 ? undefined : { run, trust, functions: reached[trust]!, runs }),
    })
  }
  return { features, gate: gate?.features ?? [], detectors: describeDetectors(program), incomplete: run.guards.incomplete }
}

/** Functions beyond which nobody looks where in them a feature is used. */
const MOST_FOLLOWED = 256

/** Those of `functions` in which an instruction runs that needs `feature`. */
function usersAmong(program: Program, feature: string, functions: ReadonlySet<number>, runs: (index: number, at: number) => boolean): ReadonlySet<number> {
  if (functions.size > MOST_FOLLOWED) return functions
  return new Set([...functions].filter((index) => hitsOf(program, feature, index).some((at) => runs(index, at))))
}

/** Features that certainly are needed: see `findProven`. */
function provenFeatures(program: Program, present: ReadonlySet<string>, counts: ReadonlyMap<string, Counts>, run: Run, runs: (index: number, at: number) => boolean): string[] {
  const goals = new Set<number>()
  const wanted = [...counts].filter(([feature]) => !present.has(feature) && !silentFeatures.has(feature))
  for (const [, count] of wanted) for (const index of count.reached[1]!) goals.add(index)
  const virtualGoals = new Set<number>()
  for (const [, count] of wanted) for (const index of count.reached[2]!) if (!goals.has(index)) virtualGoals.add(index)
  const proven = new Map(goals.size === 0 ? [] : findProven(program, run, goals))
  for (const [index, step] of virtualGoals.size === 0 ? [] : findProvenVirtually(program, run, virtualGoals)) proven.set(index, step)
  return wanted
    .filter(([feature, count]) => [...count.reached[2]!].some((index) => proven.has(index) && hitsOf(program, feature, index).some((at) => runs(index, at) && needsOnEntry(program, run, index, at, isVector(feature)))))
    .map(([feature]) => feature)
}

/** Steps from the entry point within which a check of the CPU is one of the whole program. */
const GATE_DEPTH = 6

/**
 * Functions near the entry point that do not return on the CPU of the run because of what CPUID says, and what calls
 * them: the program leaves at once where the check fails.
 */
function gateFunctions(program: Program, run: Run): ReadonlySet<number> {
  const { steps } = run.reached[1]!
  const isModule = isLoadedAsModule(program.image)
  const isCalledByHost = (index: number): boolean => isModule && isEntryOfModule(program.graph.nameOf(index))
  const gates = new Set<number>()
  for (const index of run.guards.dead) {
    const path: number[] = []
    for (let at = index; path.length < GATE_DEPTH; ) {
      path.push(at)
      const step = steps.get(at)
      if (step === undefined || (step.from < 0 && step.how === 'export' && !isCalledByHost(at))) break
      if (step.from < 0) {
        for (const place of path) gates.add(place)
        break
      }
      if (isCaught(program, run, step.from, at) || isLeft(program, run, step.from, index)) break
      at = step.from
    }
  }
  return gates
}

/** Does function `index` handle what `callee` throws, and come back? Of `main` that is how it says that it failed. */
function isCaught({ graph, landingPads }: Program, run: Run, index: number, callee: number): boolean {
  if (run.tracer.isStarted(index) || run.guards.dead.has(index)) return false
  for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
    if (graph.edgeTo[edge] === callee && landingPads.of(graph.edgeAt[edge]!) !== undefined) return true
  }
  return false
}

/** Does what does not return go on in function `index`, which comes back? */
function isLeft({ graph }: Program, run: Run, index: number, dead: number): boolean {
  return !run.tracer.isStarted(index) && !run.guards.dead.has(index) && comesBackTo(graph, index, dead, (caller, at) => run.search.instructionRuns(caller, at))
}

/** What runs once the program has passed the check it leaves at otherwise, and the features that takes. */
function passGate(program: Program, assumed: ReadonlySet<string>, needs: FeatureSets, run: Run): { features: string[]; run: Run } | undefined {
  if (program.isGo) return undefined
  const refusals = findRefusals(program, run, startedFunctions(program))
  const gates = new Set([...gateFunctions(program, run), ...refusals])
  if (gates.size === 0) return undefined
  const direct = askedByGate(program, assumed, run, refusals)
  const before = countFeatures(program, needs, run)
  // a module is a library: that it asks once does not mean that it asks for all it has
  const gainedBy = (past: Run): string[] =>
    [...(program.image.isLibrary ? [] : countFeatures(program, needs, past))]
      .filter(([feature, count]) => !silentFeatures.has(feature) && count.reached[1]!.size > (before.get(feature)?.reached[1]!.size ?? 0))
      .map(([feature]) => feature)
  let past = runPast(program, assumed, needs, run, gates)
  let features = gainedBy(past)
  // on the least CPU that passes, where that is known, what it chooses behind the gate is a choice like any other
  const passing = new Set([...assumed, ...direct])
  if (direct.length > 0 && features.some((feature) => !passing.has(feature)) && !stopsOn(program, passing, run.guards.dead, refusals)) {
    const least = runOn(program, passing, needs)
    const gained = gainedBy(least)
    if (!features.every((feature) => gained.includes(feature))) past = least
    features = features.filter((feature) => gained.includes(feature))
  }
  const asked = new Set([...features, ...direct])
  return asked.size === 0 && !program.image.isLibrary ? undefined : { features: [...asked].sort(), run: past }
}

/** Evaluations beyond which it is too dear to try CPU after CPU. */
const GATE_WORK = 3000

/** Features that a program leaves without, whether it has instructions that need them or not. */
function askedByGate(program: Program, assumed: ReadonlySet<string>, { guards }: Run, refusals: ReadonlySet<number>): string[] {
  if (guards.work > GATE_WORK) return []
  const stops = (features: ReadonlySet<string>): boolean => stopsOn(program, features, guards.dead, refusals)
  const offered = new Set(assumed)
  for (const { features } of x86Levels) {
    for (const feature of features) offered.add(feature)
    if (stops(offered)) continue
    return [...offered].filter((feature) => !assumed.has(feature) && !silentFeatures.has(feature) && stops(new Set([...offered].filter((other) => other !== feature))))
  }
  return []
}

/** Does one of the functions that do not return, or refuse, do so on a CPU with `features`, too? */
function stopsOn(program: Program, features: ReadonlySet<string>, dead: ReadonlySet<number>, refusals: ReadonlySet<number>): boolean {
  const others = findGuards(program, cpuidModel(features))
  return [...dead].some((index) => others.dead.has(index)) || stillRefuse(program, others, refusals)
}

function describeDetectors({ detectors, graph }: Program): string[] {
  const hex = (value: number): string => `0x${value.toString(16)}`
  return [
    ...[...detectors.functions].sort((a, b) => a - b).map((index) => `CPUID in ${graph.nameOf(index)} (${hex(graph.starts[index]!)})`),
    ...[...detectors.resolvers].sort((a, b) => a - b).map((address) => `IFUNC resolver ${graph.names.get(address) ?? hex(address)}`),
    ...detectors.imports.map((name) => `import ${name}`),
  ]
}
