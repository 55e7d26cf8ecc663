import { silentFeatures, x86LevelOf } from '../../../../isa/x86/features.ts'
import { IndexSet } from '../program/index-set.ts'
import type { Program } from './code/program.ts'
import { type Counts, hitsOf } from './feature-counts.ts'
import { type Run, startedFunctions } from './reach/run-on.ts'
import { Tracer } from './reach/tracer.ts'

/**
 * Shares of the reached functions from which on a feature counts as used throughout: a compiler that was told that a CPU
 * has AVX uses it everywhere, while a guard that was overlooked lets through a handful of functions. Measured on the
 * labelled set, see docs/isa.md.
 */
const density = { vector: 0.01, other: 0.008, least: 3 } as const

/** Users among the functions that direct calls reach, by the share among all, from which on it says something that there are none. */
const EXPECTED = 50

/** Do so many of the functions that are reached use `feature` that a compiler was told that any CPU has it? */
export function isUsedThroughout(program: Program, feature: string, count: Counts, counts: ReadonlyMap<string, Counts>, run: Run): boolean {
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

/**
 * Kernels of a library lie together, whatever reaches them, and are found in tables: of those that were possible and not needed in 600 files, in four
 * of these stretches of code at most, but for Chromium, where 24 were reached, with a sixteenth of all that there are. What a compiler was told may be
 * used is called as all else is, and lies in as many as functions are there (workerd's CRC32 in the hash tables of kj: 35 to 57), and a quarter and more of
 * it is reached.
 */
const scattered = { stretch: 0x10000, stretches: 24, functions: 32, share: 1 / 6, untold: 6, asked: 256 } as const

/**
 * A feature of the level `level` that is used all over what tables and objects lead to, in some of it whatever truth values there are: that
 * is as good as any way that can be proved. Of several the one with the fewest users, as each has to be asked.
 */
export function findScattered(program: Program, level: number, counts: ReadonlyMap<string, Counts>, run: Run): string | undefined {
  const { starts, ends } = program.graph
  const { steps } = run.reached[2]!
  const stretchOf = (index: number): number => Math.floor(starts[index]! / scattered.stretch)
  const sizeOf = (index: number): number => ends[index]! - starts[index]!
  // all share what may be traced; most files have nothing to ask it about
  let tracer: Tracer | undefined
  const isScattered = (feature: string, users: readonly number[]): boolean => {
    tracer ??= new Tracer(program, run.guards, startedFunctions(program))
    const untold = new Set<number>()
    let left = scattered.asked
    for (const [index, isUntold] of untoldUsers(program, feature, users, 2, run, tracer)) {
      if (isUntold === true) untold.add(stretchOf(index))
      if (untold.size >= scattered.untold || --left === 0) break
    }
    return untold.size >= scattered.untold
  }
  /** Those that are called by who uses it not, small ones first, which take few steps. */
  const usersOf = (users: ReadonlySet<number>): number[] => {
    const isCalled = (index: number): boolean => {
      const step = steps.get(index)!
      return step.how === 'call' && !users.has(step.from)
    }
    return [...users].filter(isCalled).sort((a, b) => sizeOf(a) - sizeOf(b) || a - b)
  }
  return [...counts]
    .filter(([feature, { functions, reached }]) => x86LevelOf(feature) === level && !silentFeatures.has(feature) && reached[2]!.size >= scattered.share * functions.size)
    .map(([feature, { reached }]) => ({ feature, users: usersOf(reached[2]!) }))
    .filter(({ users }) => users.length >= scattered.functions && new Set(users.map(stretchOf)).size >= scattered.stretches)
    .sort((a, b) => a.users.length - b.users.length)
    .find(({ feature, users }) => isScattered(feature, users))?.feature
}

/** Functions that are asked what a feature hangs on. */
const MOST_ASKED = 64

/**
 * Is `feature` used by some of `users` whatever truth values they are told, and whoever calls the file's exports? Where a kernel stands
 * beside code for any CPU in one function, behind a flag of some object, it is no sign of what the compiler was told.
 */
function isUsedUntold(program: Program, feature: string, users: ReadonlySet<number>, trust: number, run: Run): boolean {
  let untold = 0
  let undecided = 0
  let left = MOST_ASKED
  // the search may have used up what may be traced
  const tracer = new Tracer(program, run.guards, startedFunctions(program))
  for (const [, isUntold] of untoldUsers(program, feature, users, trust, run, tracer)) {
    if (isUntold === true) untold++
    else if (isUntold === undefined) undecided++
    // what cannot be told of some that direct calls reach is what is told of another
    if (untold > 0 && untold + (trust === 0 ? undecided : 0) >= density.least) return true
    if (--left === 0) break
  }
  return false
}

/** Those of `users` that no caller of the file chooses, and whether they use `feature` whatever truth values they are told; undefined: that cannot be told. */
function* untoldUsers(
  program: Program,
  feature: string,
  users: Iterable<number>,
  trust: number,
  run: Run,
  tracer: Tracer,
): Generator<readonly [index: number, isUntold: boolean | undefined]> {
  for (const index of users) {
    // whoever calls what a library exports may have asked
    if (run.search.roots.get(index)?.how !== 'export') yield [index, isUntold(program, feature, index, trust, run, tracer)]
  }
}

function isUntold(program: Program, feature: string, index: number, trust: number, run: Run, tracer: Tracer): boolean | undefined {
  if (isTakenBehindCheck(program, index, trust, run)) return false
  let isKnown = false
  for (const at of hitsOf(program, feature, index)) {
    if (!run.search.instructionRuns(index, at)) continue
    const checks = run.tracer.checksOf(index, at) ?? tracer.checksOf(index, at)
    if (checks === undefined) return undefined
    if (!run.selections.tests.testsTruth(index, checks)) return true
    isKnown = true
  }
  return isKnown ? false : undefined
}

/** Was it reached by its address, which is taken only behind what may be a check: to put it in the place of another? */
function isTakenBehindCheck({ graph }: Program, index: number, trust: number, run: Run): boolean {
  const step = run.reached[trust]!.steps.get(index)
  if (step === undefined || step.how !== 'address' || step.from < 0) return false
  let isTaken = false
  for (let edge = graph.firstEdge[step.from]!; edge < graph.firstEdge[step.from + 1]!; edge++) {
    if (graph.edgeTo[edge] !== index) continue
    if (!run.tracer.dependsOnCheck(step.from, graph.edgeAt[edge]!)) return false
    isTaken = true
  }
  return isTaken
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

/** Where a compiler uses AVX throughout, what else it uses in the same functions, of those reached with that `trust`, was allowed by the same option. */
export function promoteCompanions(required: Set<string>, counts: ReadonlyMap<string, Counts>, trust: number): void {
  const users = [...required].map((feature) => counts.get(feature)?.reached[2] ?? new Set<number>())
  for (const [feature, count] of counts) {
    if (required.has(feature) || silentFeatures.has(feature) || x86LevelOf(feature) === undefined) continue
    const together = [...count.reached[trust]!].filter((index) => users.some((set) => set.has(index))).length
    if (together >= 2 && count.reached[trust]!.size >= 0.1 * count.functions.size) required.add(feature)
  }
}

/** Does the code of `feature` come in VEX or EVEX encoding? */
export function isVector(feature: string): boolean {
  return /^(?:avx|fma|f16c|vaes|vpclmul)/.test(feature)
}
