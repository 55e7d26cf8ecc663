import type { Need } from '../../../../core/requirement.ts'
import { silentFeatures, x86LevelOf, x86Levels } from '../../../../isa/x86/features.ts'
import { featuresByFunction, type Run, runOn } from './run-on.ts'
import type { Program } from './guards.ts'

/** An instruction that needs a feature, and how control gets there. */
export interface Witness {
  readonly address: number
  readonly function: string
  /** Bytes of the instruction. */
  readonly bytes: Uint8Array
  /** From a root to the function. */
  readonly path: readonly string[]
}

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

const WITNESSES = 3

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
  const gate = findGate(program, assumed, needs, run)
  if (gate !== undefined) run = gate.run
  const counts = countFeatures(program, needs, run)
  const present = new Set([...assumed, ...(gate?.features ?? [])])
  const required = new Set(gate?.features ?? [])
  const certain = !program.detectors.any
  for (const [feature, count] of counts) {
    if (certain ? count.reached[2]!.size > 0 : !present.has(feature) && isUsedThroughout(program, feature, count, counts, run)) required.add(feature)
  }
  if (!certain) promoteCompanions(required, counts)
  const features: FeatureVerdict[] = []
  for (const [feature, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (assumed.has(feature)) continue
    const trust = count.reached.findIndex((set) => set.size > 0)
    let need: Need
    if (required.has(feature)) need = 'required'
    else if (trust >= 0) need = 'possible'
    else if (certain) continue // in functions that nothing refers to
    else need = 'guarded'
    features.push({
      feature,
      need,
      instructions: count.instructions,
      functions: count.functions.size,
      reached: trust < 0 ? 0 : count.reached[trust]!.size,
      witnesses: witnessesOf(program, feature, need === 'guarded' ? undefined : { run, trust: Math.max(trust, 0) }),
    })
  }
  return { features, gate: gate?.features ?? [], detectors: describeDetectors(program), incomplete: run.guards.incomplete }
}

function countFeatures(program: Program, needs: ReadonlyMap<number, ReadonlySet<number>>, run: Run): Map<string, Counts> {
  const { graph, sweep, decoder } = program
  const sets = sweep.hitSet.values()
  const at = sweep.hitAt.values()
  const instructions = new Map<string, number>()
  const functions = new Map<string, Set<number>>()
  const reached = new Map<string, Set<number>[]>()
  for (const index of needs.keys()) {
    const reachedBy = run.reached.map((reach) => reach.steps.has(index))
    for (let hit = graph.firstHit[index]!; hit < graph.firstHit[index + 1]!; hit++) {
      const runs = run.search.instructionRuns(index, at[hit]!)
      for (const feature of decoder.tables.featureSets[sets[hit]!]!) {
        if (x86LevelOf(feature) === 0) continue
        instructions.set(feature, (instructions.get(feature) ?? 0) + 1)
        let all = functions.get(feature)
        if (all === undefined) {
          functions.set(feature, (all = new Set()))
          reached.set(feature, [new Set(), new Set(), new Set()])
        }
        all.add(index)
        if (!runs) continue
        for (let trust = 0; trust < 3; trust++) if (reachedBy[trust]) reached.get(feature)![trust]!.add(index)
      }
    }
  }
  return new Map([...functions].map(([feature, all]) => [feature, { instructions: instructions.get(feature)!, functions: all, reached: reached.get(feature)! }]))
}

function isUsedThroughout(program: Program, feature: string, count: Counts, counts: ReadonlyMap<string, Counts>, run: Run): boolean {
  if (silentFeatures.has(feature)) return false
  for (let trust = 0; trust < 3; trust++) {
    const reachedFunctions = run.reached[trust]!.steps.size
    const users = count.reached[trust]!.size
    if (users < density.least) continue
    if (!isVector(feature)) {
      if (x86LevelOf(feature) !== undefined && users >= density.other * reachedFunctions && mostUsersReached(count, trust)) return true
      continue
    }
    if (users < density.vector * reachedFunctions) continue
    const vex = new Set<number>()
    for (const [name, other] of counts) if (isVector(name)) for (const index of other.reached[trust]!) vex.add(index)
    if (vex.size > legacyVectorFunctions(program, run, trust, vex)) return true
  }
  return false
}

/** Code that was let through by mistake is a small part of what is there. */
function mostUsersReached(count: Counts, trust: number): boolean {
  return count.reached[trust]!.size >= 0.02 * count.functions.size
}

function legacyVectorFunctions(program: Program, run: Run, trust: number, vex: ReadonlySet<number>): number {
  const legacy = new Set<number>()
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

interface Gate {
  readonly features: readonly string[]
  readonly run: Run
}

/** CPUs to try, each with more than the one before. */
const ladder: readonly (readonly string[])[] = [
  x86Levels[1]!.features,
  ['avx', 'xsave', 'aes', 'pclmulqdq'],
  [...x86Levels[2]!.features, 'rdrand', 'fsgsbase'],
  [...x86Levels[3]!.features, 'adx', 'rdseed', 'sha'],
]

/** Does the program leave at the start on the assumed CPU? Then, on which does it not? */
function findGate(program: Program, assumed: ReadonlySet<string>, needs: ReadonlyMap<number, ReadonlySet<number>>, run: Run): Gate | undefined {
  const reachedDead = [...run.guards.dead].some((index) => run.reached[0]!.steps.has(index))
  if (!reachedDead || program.image.isLibrary) return undefined
  const size = (of: Run): number => of.reached[1]!.steps.size
  const everything = runOn(program, new Set([...assumed, ...ladder.flat()]), needs)
  const opened = (of: Run): boolean => size(of) > 0.7 * size(everything)
  if (opened(run) || size(everything) - size(run) < 2) return undefined
  const features = new Set(assumed)
  for (const step of ladder) {
    for (const feature of step) features.add(feature)
    const attempt = runOn(program, features, needs)
    if (!opened(attempt)) continue
    const necessary = step.filter((feature) => {
      if (program.graph.starts.length > 20_000) return true
      const without = new Set(features)
      without.delete(feature)
      return !opened(runOn(program, without, needs))
    })
    return { features: necessary.sort(), run: attempt }
  }
  return undefined
}

function witnessesOf(program: Program, feature: string, reached: { run: Run; trust: number } | undefined): Witness[] {
  const { graph, sweep, decoder, image } = program
  const ids = new Set(decoder.tables.featureSets.flatMap((set, id) => (set.includes(feature) ? [id] : [])))
  const sets = sweep.hitSet.values()
  const at = sweep.hitAt.values()
  const witnesses: Witness[] = []
  let last = -1
  for (let hit = 0; hit < at.length && witnesses.length < WITNESSES; hit++) {
    if (!ids.has(sets[hit]!)) continue
    const index = graph.functionOf(at[hit]!)
    if (index < 0 || index === last) continue
    const steps = reached?.run.reached[reached.trust]!.steps
    if (steps !== undefined && (!steps.has(index) || !reached!.run.search.instructionRuns(index, at[hit]!))) continue
    last = index
    const range = image.code.find((candidate) => at[hit]! >= candidate.address && at[hit]! < candidate.address + candidate.size)!
    const offset = range.offset + at[hit]! - range.address
    const length = decoder.decode(image.file.bytes, offset)
    witnesses.push({
      address: at[hit]!,
      function: graph.nameOf(index),
      bytes: image.file.bytes.slice(offset, offset + length),
      path: steps === undefined ? [] : pathTo(program, steps, index),
    })
  }
  return witnesses
}

function pathTo(program: Program, steps: Run['reached'][number]['steps'], index: number): string[] {
  const path: string[] = []
  let at = index
  for (let depth = 0; depth < 20; depth++) {
    const step = steps.get(at)!
    path.push(program.graph.nameOf(at) + (step.from < 0 ? ` (${step.how})` : ''))
    if (step.from < 0) break
    at = step.from
  }
  return path.reverse()
}

function describeDetectors({ detectors, graph }: Program): string[] {
  const hex = (value: number): string => `0x${value.toString(16)}`
  return [
    ...[...detectors.functions].sort((a, b) => a - b).map((index) => `CPUID in ${graph.nameOf(index)} (${hex(graph.starts[index]!)})`),
    ...[...detectors.resolvers].sort((a, b) => a - b).map((address) => `IFUNC resolver ${graph.names.get(address) ?? hex(address)}`),
    ...detectors.imports.map((name) => `import ${name}`),
  ]
}
