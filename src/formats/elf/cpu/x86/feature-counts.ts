import { x86LevelOf } from '../../../../isa/x86/features.ts'
import { IndexSet } from '../program/index-set.ts'
import type { Program } from './code/program.ts'
import type { FeatureSets } from './reach/find-kernels.ts'
import type { Run } from './reach/run-on.ts'

/** Who uses one feature. */
export interface Counts {
  readonly instructions: number
  readonly functions: ReadonlySet<number>
  /** Functions reached with an instruction that runs, by trust. */
  readonly reached: readonly ReadonlySet<number>[]
}

interface MutableCounts {
  instructions: number
  readonly functions: Set<number>
  readonly reached: readonly Set<number>[]
}

/** Uses of each feature beyond the baseline, by name, and what of them can run. `needs`: which functions need which feature sets. */
export function countFeatures(program: Program, needs: FeatureSets, run: Run): Map<string, Counts> {
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
    const trusted = program.isGo && program.isOfRuntimeLibrary(index)
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

/** Addresses of a function's instructions that need `feature`. */
export function hitsOf({ graph, sweep, decoder }: Program, feature: string, index: number): number[] {
  const at = sweep.hitAt.values()
  const sets = sweep.hitSet.values()
  const found: number[] = []
  for (let hit = graph.firstHit[index]!; hit < graph.firstHit[index + 1]!; hit++) {
    if (decoder.tables.featureSets[sets[hit]!]!.includes(feature)) found.push(at[hit]!)
  }
  return found
}

/** What tables in the middle of code look like when they are decoded, and what hardly any program uses. */
export function isExotic(feature: string): boolean {
  return /^(?:apx_f|d3now|cyrix_|invlpgb|lwp|mcommit|rmpquery|tsxldtrk|xop|fma4|tbm|padlock|svm|smx|sgx|sev|tdx|kl$|wide_kl|aeskle|avx512(?:pf|er|_4)|uintr|lkgs|rao|cmpcc|rtm|enqcmd|ptwrite|pku|movdir|pconfig)/.test(feature)
}
