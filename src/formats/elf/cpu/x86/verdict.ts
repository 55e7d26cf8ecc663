import { DirectFlow } from './reach/direct-flow.ts'
import { IndexSet } from '../program/index-set.ts'
import type { Need } from '../../../../core/requirement.ts'
import { silentFeatures, x86LevelOf, x86Levels } from '../../../../isa/x86/features.ts'
import { featuresByFunction, type Run, runOn, runPast, startedFunctions } from './reach/run-on.ts'
import { findRefusals, stillRefuse } from './reach/refusals.ts'
import { findGuards } from './checks/guards.ts'
import type { Program } from './code/program.ts'
import { cpuidModel } from './evaluation/cpuid-model.ts'
import { findProven, needsOnEntry } from './reach/proof.ts'
import { findProvenVirtually } from './reach/virtual-calls.ts'
import { Tracer } from './reach/tracer.ts'
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

/**
 * Shares of the reached functions from which on a feature counts as used throughout: a compiler that was told that a CPU
 * has AVX uses it everywhere, while a guard that was overlooked lets through a handful of functions. Measured on the
 * labelled set, see docs/isa.md.
 */
const density = { vector: 0.01, other: 0.008, least: 3 } as const

/** Users among the functions that direct calls reach, by the share among all, from which on it says something that there are none. */
const EXPECTED = 50

/** Share of the functions that are reached in any program that was understood. */
const LOST = 0.05

/** Functions that tables among code look like by chance. */
const FEW = 10

/** Do some functions seem to use what hardly any program does? Then tables lie among the code, as GHC has them before each function. */
function hasTablesAmongCode(counts: ReadonlyMap<string, Counts>): boolean {
  return [...counts].some(([feature, { functions }]) => isExotic(feature) && functions.size < FEW)
}

/** Does the code of `feature` come in VEX or EVEX encoding? */
function isVector(feature: string): boolean {
  return /^(?:avx|fma|f16c|vaes|vpclmul)/.test(feature)
}

interface Counts {
  readonly instructions: number
  readonly functions: ReadonlySet<number>
  /** Functions reached with an instruction that runs, by trust. */
  readonly reached: readonly ReadonlySet<number>[]
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
  for (const [feature, count] of counts) {
    if (isDoubtful && count.functions.size < FEW) {
      if (isExotic(feature)) counts.delete(feature)
      continue
    }
    if (certain ? count.reached[2]!.size > 0 : !present.has(feature) && isUsedThroughout(program, feature, count, counts, run)) required.add(feature)
  }
  if (!certain) {
    promoteCompanions(required, counts)
    for (const feature of provenFeatures(program, present, counts, run)) required.add(feature)
  }
  const features: FeatureVerdict[] = []
  const flow = new DirectFlow(program, (index) => run.reached[2]!.steps.has(index))
  for (const [feature, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (assumed.has(feature)) continue
    const isProved = certain || required.has(feature)
    const runs = (index: number, at: number): boolean => run.search.instructionRuns(index, at) && (isProved || flow.reaches(index, at))
    const reached = isProved ? count.reached : count.reached.map((set) => usersAmong(program, feature, set, runs))
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
function provenFeatures(program: Program, present: ReadonlySet<string>, counts: ReadonlyMap<string, Counts>, run: Run): string[] {
  const goals = new Set<number>()
  const wanted = [...counts].filter(([feature]) => !present.has(feature) && !silentFeatures.has(feature))
  for (const [, count] of wanted) for (const index of count.reached[1]!) goals.add(index)
  const virtualGoals = new Set<number>()
  for (const [, count] of wanted) for (const index of count.reached[2]!) if (!goals.has(index)) virtualGoals.add(index)
  const proven = new Map(goals.size === 0 ? [] : findProven(program, run, goals))
  for (const [index, step] of virtualGoals.size === 0 ? [] : findProvenVirtually(program, run, virtualGoals)) proven.set(index, step)
  return wanted
    .filter(([feature, count]) => [...count.reached[2]!].some((index) => proven.has(index) && hitsOf(program, feature, index).some((at) => run.search.instructionRuns(index, at) && needsOnEntry(program, run, index, at, isVector(feature)))))
    .map(([feature]) => feature)
}

/** Addresses of a function's instructions that need `feature`. */
function hitsOf({ graph, sweep, decoder }: Program, feature: string, index: number): number[] {
  const at = sweep.hitAt.values()
  const sets = sweep.hitSet.values()
  const found: number[] = []
  for (let hit = graph.firstHit[index]!; hit < graph.firstHit[index + 1]!; hit++) {
    if (decoder.tables.featureSets[sets[hit]!]!.includes(feature)) found.push(at[hit]!)
  }
  return found
}

interface MutableCounts {
  instructions: number
  readonly functions: Set<number>
  readonly reached: readonly Set<number>[]
}

function countFeatures(program: Program, needs: ReadonlyMap<number, ReadonlySet<number>>, run: Run): Map<string, Counts> {
  const { graph, sweep, decoder } = program
  const sets = sweep.hitSet.values()
  const at = sweep.hitAt.values()
  const counts = new Map<string, MutableCounts>()
  const countOf = (feature: string): MutableCounts => {
    let count = counts.get(feature)
    if (count === undefined) counts.set(feature, (count = { instructions: 0, functions: new Set(), reached: [new Set(), new Set(), new Set()] }))
    return count
  }
  const beyond = decoder.tables.featureSets.map((set) => set.filter((feature) => x86LevelOf(feature) !== 0))
  const countsOfSets: (readonly MutableCounts[] | undefined)[] = beyond.map(() => undefined)
  // XGETBV is a part of a check: who asks what the system saves has asked CPUID for OSXSAVE
  const asks = new Set(sweep.detectorAt.values())
  const dataBearing = new IndexSet(graph.starts.length)
  for (const address of sweep.undecodableAt.values()) dataBearing.add(graph.functionOf(address))
  for (const index of needs.keys()) {
    const trusted = program.isGo && isGoStandardLibrary(graph.nameOf(index))
    const doubtful = dataBearing.has(index)
    const allRun = run.search.allRun(index)
    const reachedBy = run.reached.map((reach) => !trusted && reach.steps.has(index))
    let last = -1
    let lastRan = false
    for (let hit = graph.firstHit[index]!; hit < graph.firstHit[index + 1]!; hit++) {
      if (asks.has(at[hit]!)) continue
      const runs = allRun || run.search.instructionRuns(index, at[hit]!)
      const isNew = sets[hit] !== last || (runs && !lastRan)
      last = sets[hit]!
      lastRan = runs
      const held = doubtful ? beyond[last]!.filter((feature) => !isExotic(feature)).map(countOf) : (countsOfSets[last] ??= beyond[last]!.map(countOf))
      for (const count of held) {
        count.instructions++
        if (!isNew) continue
        count.functions.add(index)
        for (let trust = 0; trust < 3; trust++) if (runs && reachedBy[trust] === true) count.reached[trust]!.add(index)
      }
    }
  }
  return counts
}

/** Go's own packages (no dot before the first slash) check for what GOAMD64 does not grant; its tests see to that. */
function isGoStandardLibrary(name: string): boolean {
  return !/^[^/]*\.[^/]*\//.test(name) && !name.startsWith('main.') && !name.startsWith('_cgo')
}

/** What tables in the middle of code look like when they are decoded, and what hardly any program uses. */
function isExotic(feature: string): boolean {
  return /^(?:apx_f|d3now|cyrix_|invlpgb|lwp|mcommit|rmpquery|tsxldtrk|xop|fma4|tbm|padlock|svm|smx|sgx|sev|tdx|kl$|wide_kl|aeskle|avx512(?:pf|er|_4)|uintr|lkgs|rao|cmpcc|rtm|enqcmd|ptwrite|pku|movdir|pconfig)/.test(feature)
}

function isUsedThroughout(program: Program, feature: string, count: Counts, counts: ReadonlyMap<string, Counts>, run: Run): boolean {
  if (silentFeatures.has(feature)) return false
  // where hardly anything is called directly (Rust's main is a pointer), addresses have to do
  const last = run.reached[0]!.steps.size < 0.3 * run.reached[1]!.steps.size ? 1 : 0
  for (let trust = 0; trust <= last; trust++) {
    const reachedFunctions = run.reached[trust]!.steps.size
    const users = count.reached[trust]!.size
    if (users < density.least || isForSeveralMakers(counts, trust)) continue
    // code that direct calls reach would be compiled like what only addresses lead to
    if (trust > 0 && count.reached[0]!.size === 0 && run.reached[0]!.steps.size * users >= EXPECTED * reachedFunctions) continue
    if (!isVector(feature)) {
      // BMI and MOVBE without AVX are a dispatched kernel; with it they follow from it (promoteCompanions)
      if (x86LevelOf(feature) === 1 && users >= density.other * reachedFunctions && mostUsersReached(count, trust) && isUsedUntold(program, feature, count.reached[trust]!, trust, run)) return true
      continue
    }
    if (users < density.vector * reachedFunctions) continue
    const vex = new Set<number>()
    for (const [name, other] of counts) if (isVector(name)) for (const index of other.reached[trust]!) vex.add(index)
    if (vex.size > legacyVectorFunctions(program, run, trust, vex)) return true
  }
  return false
}

/** Functions that are asked what a feature hangs on. */
const MOST_ASKED = 64

/**
 * Is `feature` used by some of `users` whatever truth values they are told, and whoever calls the file's exports? Where a kernel stands
 * beside code for any CPU in one function, behind a flag of some object, it is no sign of what the compiler was told.
 */
function isUsedUntold(program: Program, feature: string, users: ReadonlySet<number>, trust: number, run: Run): boolean {
  // the search may have used up what may be traced
  const tracer = new Tracer(program, run.guards, startedFunctions(program))
  // true: whatever it is told; undefined: that cannot be told
  const isUntold = (index: number): boolean | undefined => {
    let isKnown = false
    for (const at of hitsOf(program, feature, index)) {
      if (!run.search.instructionRuns(index, at)) continue
      const checks = run.tracer.checksOf(index, at) ?? tracer.checksOf(index, at)
      if (checks === undefined) return undefined
      if (!run.selections.testsTruth(index, checks)) return true
      isKnown = true
    }
    return isKnown ? false : undefined
  }
  let untold = 0
  let undecided = 0
  let left = MOST_ASKED
  for (const index of users) {
    // whoever calls what a library exports may have asked
    if (run.search.roots.get(index)?.how === 'export') continue
    const answer = isUntold(index)
    if (answer === true) untold++
    else if (answer === undefined) undecided++
    // what cannot be told of some that direct calls reach is what is told of another
    if (untold > 0 && untold + (trust === 0 ? undecided : 0) >= density.least) return true
    if (--left === 0) break
  }
  return false
}

/** No CPU has AMD's old extensions and AVX-512: where both are reached, a table of kernels for all CPUs is. */
function isForSeveralMakers(counts: ReadonlyMap<string, Counts>, trust: number): boolean {
  const isReached = (name: RegExp): boolean => [...counts].some(([feature, { reached }]) => name.test(feature) && reached[trust]!.size > 0)
  return isReached(/^(?:fma4|xop|tbm)$/) && isReached(/^avx512/)
}

/** Code that was let through by mistake is a small part of what is there. */
function mostUsersReached(count: Counts, trust: number): boolean {
  return count.reached[trust]!.size >= 0.02 * count.functions.size
}

function legacyVectorFunctions(program: Program, run: Run, trust: number, vex: ReadonlySet<number>): number {
  const legacy = new IndexSet(program.graph.starts.length)
  for (const at of program.sweep.legacyVectorAt.values()) {
    const index = program.graph.functionOf(at)
    if (index >= 0 && !vex.has(index) && run.reached[trust]!.steps.has(index)) legacy.add(index)
  }
  return legacy.size
}

/** Where a compiler uses AVX throughout, what else it uses in the same functions was allowed by the same option. */
function promoteCompanions(required: Set<string>, counts: ReadonlyMap<string, Counts>): void {
  const users = [...required].map((feature) => counts.get(feature)?.reached[2] ?? new Set<number>())
  for (const [feature, count] of counts) {
    if (required.has(feature) || silentFeatures.has(feature) || x86LevelOf(feature) === undefined) continue
    const together = [...count.reached[0]!].filter((index) => users.some((set) => set.has(index))).length
    if (together >= 2 && count.reached[0]!.size >= 0.1 * count.functions.size) required.add(feature)
  }
}

/** Steps from the entry point within which a check of the CPU is one of the whole program. */
const GATE_DEPTH = 6

/**
 * Functions near the entry point that do not return on the CPU of the run because of what CPUID says, and what calls
 * them: the program leaves at once where the check fails.
 */
function gateFunctions(run: Run): ReadonlySet<number> {
  const { steps } = run.reached[1]!
  const gates = new Set<number>()
  for (const index of run.guards.dead) {
    const path: number[] = []
    for (let at = index; path.length < GATE_DEPTH; ) {
      path.push(at)
      const step = steps.get(at)
      if (step === undefined || (step.from < 0 && step.how === 'export')) break
      if (step.from < 0) {
        for (const place of path) gates.add(place)
        break
      }
      at = step.from
    }
  }
  return gates
}

/** What runs once the program has passed the check it leaves at otherwise, and the features that takes. */
function passGate(program: Program, assumed: ReadonlySet<string>, needs: ReadonlyMap<number, ReadonlySet<number>>, run: Run): { features: string[]; run: Run } | undefined {
  if (program.isGo) return undefined
  const refusals = findRefusals(program, run, startedFunctions(program))
  const gates = program.image.isLibrary ? refusals : new Set([...gateFunctions(run), ...refusals])
  if (gates.size === 0) return undefined
  const past = runPast(program, assumed, needs, run, gates)
  const before = countFeatures(program, needs, run)
  // a module is a library: that it asks once does not mean that it asks for all it has
  const features = [...(program.image.isLibrary ? [] : countFeatures(program, needs, past))]
    .filter(([feature, count]) => !silentFeatures.has(feature) && count.reached[1]!.size > (before.get(feature)?.reached[1]!.size ?? 0))
    .map(([feature]) => feature)
  const asked = new Set([...features, ...askedByGate(program, assumed, run, refusals)])
  return asked.size === 0 && !program.image.isLibrary ? undefined : { features: [...asked].sort(), run: past }
}

/** Evaluations beyond which it is too dear to try CPU after CPU. */
const GATE_WORK = 3000

/** Features that a program leaves without, whether it has instructions that need them or not. */
function askedByGate(program: Program, assumed: ReadonlySet<string>, { guards }: Run, refusals: ReadonlySet<number>): string[] {
  if (guards.work > GATE_WORK) return []
  const stops = (features: ReadonlySet<string>): boolean => {
    const others = findGuards(program, cpuidModel(features))
    return [...guards.dead].some((index) => others.dead.has(index)) || stillRefuse(program, others, refusals)
  }
  const offered = new Set(assumed)
  for (const { features } of x86Levels) {
    for (const feature of features) offered.add(feature)
    if (stops(offered)) continue
    return [...offered].filter((feature) => !assumed.has(feature) && !silentFeatures.has(feature) && stops(new Set([...offered].filter((other) => other !== feature))))
  }
  return []
}

function describeDetectors({ detectors, graph }: Program): string[] {
  const hex = (value: number): string => `0x${value.toString(16)}`
  return [
    ...[...detectors.functions].sort((a, b) => a - b).map((index) => `CPUID in ${graph.nameOf(index)} (${hex(graph.starts[index]!)})`),
    ...[...detectors.resolvers].sort((a, b) => a - b).map((address) => `IFUNC resolver ${graph.names.get(address) ?? hex(address)}`),
    ...detectors.imports.map((name) => `import ${name}`),
  ]
}
