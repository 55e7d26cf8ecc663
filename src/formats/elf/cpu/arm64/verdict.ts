import type { Need } from '../../../../core/requirement.ts'
import { arm64Features } from '../../../../isa/arm64/scan.ts'
import { DataInCode } from './code/data-in-code.ts'
import { findGuards, type Guards } from './checks/guards.ts'
import { hwcapModel } from './evaluation/hwcap-model.ts'
import type { Program } from './code/program.ts'
import { witnessPath } from '../program/witness-path.ts'
import { comesBackTo } from '../program/long-jumps.ts'
import { isEntryOfModule, isLoadedAsModule } from '../program/module-entry.ts'
import { ReachSearch, Trust } from './reach/reach.ts'
import type { Step } from './reach/steps.ts'
import { AllocatorTags } from './code/allocator-tags.ts'
import { findRefusals } from './reach/refusals.ts'
import { isTrusted } from './code/trusted-code.ts'
import { unavoidableCode } from './reach/unavoidable.ts'
import { Unwinder } from './code/unwinder.ts'

/** An instruction that needs a feature, and how control gets there. */
export interface Witness {
  readonly address: number
  readonly function: string
  readonly word: number
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

export interface Arm64Verdict {
  readonly features: readonly FeatureVerdict[]
  /** The program leaves at once on a CPU that lacks these. */
  readonly gate: readonly string[]
  readonly detectors: readonly string[]
  /** The search was cut off by its bounds. */
  readonly incomplete: boolean
}

/**
 * A feature counts as used throughout when that share of the reached functions has it and most functions that have it are
 * reached, or when nearly all of many functions are; and when they lie scattered among others. A compiler that was told of
 * the feature uses it everywhere; kernels that a check chooses lie together.
 */
const density = { share: 0.01, least: 3, reached: 0.5, called: 0.5 } as const
const scattered = { least: 64, reached: 0.95, alone: 0.5, called: 0.9 } as const

/** Tags of memory are no matter of how something was compiled: an allocator sets them throughout, when it is told to. */
const byHand = 'mte'

const WITNESSES = 3

type Steps = ReadonlyMap<number, Step>

/** What runs on one CPU. */
interface Run {
  readonly guards: Guards
  readonly search: ReachSearch
  readonly data: DataInCode
  readonly unwinder: Unwinder
  readonly allocator: AllocatorTags
  /** By trust. */
  readonly reached: readonly Steps[]
}

interface Uses {
  instructions: number
  readonly functions: Set<number>
  /** Functions reached with an instruction that runs, by trust. */
  readonly reached: readonly Set<number>[]
  /** First instruction that no way leads around. */
  certain: { readonly index: number; readonly at: number } | undefined
}

export function judgeArm64(program: Program, assumed: ReadonlySet<string>): Arm64Verdict {
  const run = runOn(program, assumed)
  const certain = unavoidableCode(program, run.guards, run.search)
  const steps = new Map([...certain].map(([index, { step }]) => [index, step]))
  const uses = countUses(program, assumed, run, certain)
  const gate = passGate(program, assumed, run, uses)
  const required = requiredFeatures(program, run, uses)
  for (const feature of gate) required.add(feature)
  const features: FeatureVerdict[] = []
  for (const [feature, use] of [...uses].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const trust = use.reached.findIndex((set) => set.size > 0)
    if (!required.has(feature) && trust < 0 && !program.detectors.any && !run.search.isForSeveralCpus && ![...use.functions].some((index) => run.search.trapped.has(index))) continue // in functions that nothing leads to
    const need: Need = required.has(feature) ? 'required' : trust >= 0 ? 'possible' : 'guarded'
    const proven = use.certain === undefined ? [] : [witness(program, use.certain.at, use.certain.index, steps)]
    const reached = need === 'guarded' || trust < 0 ? undefined : trust
    features.push({
      feature,
      need,
      instructions: use.instructions,
      functions: use.functions.size,
      reached: trust < 0 ? 0 : use.reached[trust]!.size,
      witnesses: proven.length > 0 && need === 'required' ? proven : witnessesOf(program, run, feature, reached),
    })
  }
  return { features, gate, detectors: describeDetectors(program), incomplete: run.guards.incomplete }
}

function runOn(program: Program, features: ReadonlySet<string>, passed?: ReadonlySet<number>): Run {
  const { graph, sweep } = program
  const needs = new Set<number>()
  const data = new DataInCode(program)
  const unwinder = new Unwinder(program)
  const allocator = new AllocatorTags(program)
  const sets = sweep.hitSet.values()
  for (let index = 0; index < graph.starts.length; index++) {
    for (let hit = graph.firstHit[index]!; hit < graph.firstHit[index + 1]!; hit++) {
      if (!features.has(arm64Features[sets[hit]!]!)) needs.add(index)
    }
  }
  const guards = findGuards(program, hwcapModel(features))
  const search = new ReachSearch(program, guards, needs)
  let all = search.search(Trust.tables)
  while (guards.refine((index) => all.has(index))) all = search.search(Trust.tables)
  if (passed === undefined) return { guards, search, data, unwinder, allocator, reached: [search.search(Trust.calls), search.search(Trust.addresses), all] }
  const past: Guards = {
    ...guards,
    evaluations: new Map([...guards.evaluations].filter(([index]) => !passed.has(index))),
    follow: (index) => (passed.has(index) ? undefined : guards.follow(index)),
  }
  const further = new ReachSearch(program, past, needs)
  return { guards: past, search: further, data, unwinder, allocator, reached: [Trust.calls, Trust.addresses, Trust.tables].map((trust) => further.search(trust)) }
}

function countUses(program: Program, assumed: ReadonlySet<string>, run: Run, certain: ReturnType<typeof unavoidableCode>): Map<string, Uses> {
  const { graph, sweep } = program
  const sets = sweep.hitSet.values()
  const at = sweep.hitAt.values()
  const uses = new Map<string, Uses>()
  for (let index = 0; index < graph.starts.length; index++) {
    const from = graph.firstHit[index]!
    const to = graph.firstHit[index + 1]!
    if (from === to) continue
    const proven = certain.get(index)?.words
    for (let hit = from; hit < to; hit++) {
      const feature = arm64Features[sets[hit]!]!
      const address = at[hit]!
      if (assumed.has(feature) || address < graph.starts[index]! || run.data.has(index, address, feature)) continue
      let use = uses.get(feature)
      if (use === undefined) uses.set(feature, (use = { instructions: 0, functions: new Set(), reached: [new Set(), new Set(), new Set()], certain: undefined }))
      use.instructions++
      use.functions.add(index)
      if (!run.search.instructionRuns(index, address) || isTrusted(program, run, index, wordAt(program, address))) continue
      if (proven?.[(address - graph.starts[index]!) / 4] === 1) use.certain ??= { index, at: address }
      for (let trust = 0; trust < 3; trust++) if (run.reached[trust]!.has(index)) use.reached[trust]!.add(index)
    }
  }
  return uses
}

function requiredFeatures(program: Program, run: Run, uses: ReadonlyMap<string, Uses>): Set<string> {
  const required = new Set<string>()
  for (const [feature, use] of uses) {
    const unguarded = !program.detectors.any && use.reached[2]!.size > 0
    if (unguarded || use.certain !== undefined || isUsedThroughout(feature, use, run)) required.add(feature)
  }
  // where a compiler was told of one feature, what else it uses in the same functions was allowed by the same option
  const users = [...required].filter((feature) => isUsedThroughout(feature, uses.get(feature)!, run)).map((feature) => uses.get(feature)!.reached[2]!)
  for (const [feature, use] of uses) {
    const reached = use.reached[1]!
    const together = [...reached].filter((index) => users.some((set) => set.has(index))).length
    if (together >= 2 && reached.size >= density.reached * use.functions.size) required.add(feature)
  }
  return required
}

function isUsedThroughout(feature: string, { functions, reached }: Uses, run: Run): boolean {
  if (feature === byHand) return false
  const users = reached[Trust.tables]!.size
  const everywhere = users >= density.share * run.reached[Trust.tables]!.size && users >= density.reached * functions.size
  const nearlyAll = users >= scattered.least && users >= scattered.reached * functions.size
  // what is chosen is reached by its address
  const called = [...reached[Trust.tables]!].filter((index) => run.reached[Trust.tables]!.get(index)!.how === 'call').length
  const throughout = (everywhere && called >= density.called * users) || (nearlyAll && called >= scattered.called * users)
  return users >= density.least && throughout && isScattered(functions)
}

function isScattered(functions: ReadonlySet<number>): boolean {
  let alone = 0
  for (const index of functions) if (!functions.has(index - 1) && !functions.has(index + 1)) alone++
  return alone >= scattered.alone * functions.size
}

/** Steps from the entry point within which a check of the CPU is one of the whole program. */
const GATE_DEPTH = 6

/** The features whose absence makes a function near the entry point leave the program, and that run behind that check. */
function passGate(program: Program, assumed: ReadonlySet<string>, run: Run, uses: ReadonlyMap<string, Uses>): string[] {
  if (program.isGo) return []
  const isModule = isLoadedAsModule(program.image)
  if (program.image.isLibrary && !isModule) return []
  const isCalledByHost = (index: number): boolean => isModule && isEntryOfModule(program.graph.nameOf(index))
  const gates = new Set(findRefusals(program, run.guards, run.search))
  for (const index of run.guards.dead) {
    const path: number[] = []
    for (let at = index; path.length < GATE_DEPTH; ) {
      path.push(at)
      const step = run.reached[1]!.get(at)
      if (step === undefined || (step.how === 'export' && !isCalledByHost(at))) break
      if (step.from < 0) {
        for (const place of path) gates.add(place)
        break
      }
      if (run.reached[1]!.get(step.from)?.how === 'call' && !run.guards.dead.has(step.from) && comesBackTo(program.graph, step.from, index, (caller, place) => run.search.instructionRuns(caller, place))) break
      at = step.from
    }
  }
  if (gates.size === 0) return []
  const past = runOn(program, assumed, gates)
  const behind = countUses(program, assumed, past, new Map())
  return [...behind].filter(([feature, use]) => use.reached[1]!.size > (uses.get(feature)?.reached[1]!.size ?? 0)).map(([feature]) => feature).sort()
}

function witnessesOf(program: Program, run: Run, feature: string, trust: number | undefined): Witness[] {
  const { graph, sweep } = program
  const id = arm64Features.indexOf(feature)
  const sets = sweep.hitSet.values()
  const at = sweep.hitAt.values()
  const steps = trust === undefined ? undefined : run.reached[trust]
  const witnesses: Witness[] = []
  let last = -1
  for (let hit = 0; hit < at.length && witnesses.length < WITNESSES; hit++) {
    if (sets[hit] !== id) continue
    const index = graph.functionOf(at[hit]!)
    if (index < 0 || index === last) continue
    if (at[hit]! < graph.starts[index]! || run.data.has(index, at[hit]!, feature)) continue
    if (steps !== undefined && (!steps.has(index) || !run.search.instructionRuns(index, at[hit]!) || isTrusted(program, run, index, wordAt(program, at[hit]!)))) continue
    last = index
    witnesses.push(witness(program, at[hit]!, index, steps))
  }
  return witnesses
}

function wordAt({ codeAt }: Program, address: number): number {
  const code = codeAt(address)
  return code?.words[(address - code.base) / 4] ?? 0
}

function witness(program: Program, address: number, index: number, steps: Steps | undefined): Witness {
  return { address, function: program.graph.nameOf(index), word: wordAt(program, address), path: steps === undefined ? [] : witnessPath(index, (at) => steps.get(at), (at) => program.graph.nameOf(at)) }
}

function describeDetectors({ detectors, graph }: Program): string[] {
  const hex = (value: number): string => `0x${value.toString(16)}`
  const named = (indexes: ReadonlySet<number>, what: string): string[] => [...indexes].sort((a, b) => a - b).map((index) => `${what} ${graph.nameOf(index)} (${hex(graph.starts[index]!)})`)
  return [
    ...detectors.imports.map((name) => `import ${name}`),
    ...named(detectors.auxiliary, 'auxiliary vector read by'),
    ...[...detectors.hwcap].sort((a, b) => a - b).map((address) => `AT_HWCAP kept at ${hex(address)}`),
    ...named(detectors.functions, 'ID registers read by'),
    ...[...detectors.resolvers].sort((a, b) => a - b).map((address) => `IFUNC resolver ${graph.names.get(address) ?? hex(address)}`),
    ...[...detectors.haveLse].sort((a, b) => a - b).map((address) => `outline atomics: flag at ${hex(address)}`),
    ...named(new Set([...detectors.probes, ...detectors.triers]), 'instructions tried with a handler of SIGILL by'),
    ...(detectors.readsVector ? ['/proc/self/auxv'] : []),
    ...(detectors.readsCpuinfo ? ['/proc/cpuinfo'] : []),
  ]
}
