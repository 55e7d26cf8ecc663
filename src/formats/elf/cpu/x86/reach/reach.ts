import { AddressSet } from '../../program/address-set.ts'
import { Edge } from '../../program/edges.ts'
import { addressesIn } from '../../program/value.ts'
import type { ConstantArguments } from '../checks/constant-arguments.ts'
import { isDataAmongCode } from '../code/data-among-code.ts'
import type { Program } from '../code/program.ts'
import { restoredStates } from '../code/restored-states.ts'
import { transactionEnds } from '../code/transaction-ends.ts'
import { instructionsOfTwofold } from '../code/twofold-functions.ts'
import type { Guards } from '../checks/guards.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'
import { Choices } from './choices.ts'
import { callsIn, edgeRunsIn } from './edge-runs.ts'
import { asksByItsObject, isNamedForAny } from './isa-names.ts'
import type { Kernels } from './kernels.ts'
import { NamedTables } from './named-tables.ts'
import { Progress } from './progress.ts'
import type { OtherArguments } from './other-arguments.ts'
import { findRoots, isForSeveralCpus } from './roots.ts'
import type { Selections } from './selections.ts'
import type { Step, Steps } from './steps.ts'
import { threadLocalPointers } from './thread-local-pointers.ts'
import type { Tracer } from './tracer.ts'
import { Trust } from './trust.ts'

/** Functions with some feature from which on it is one that many have: a flag that is handed on decides about few. */
const FEW_USERS = 256

/** Searches after which what was taken for a choice is one. */
const REFUTATIONS = 8

/** How sure one has to be of a search for what is named in some way to be followed. */
const leastTrust = { call: Trust.calls, address: Trust.addresses, table: Trust.tables }

export interface KnownForReach {
  readonly selections: Selections
  /** The user asks about a CPU: what was decided for it is more than a resemblance. */
  readonly asked: boolean
  /** Functions whose checks are taken to succeed, with what they do where those fail: end the program. */
  readonly passed: ReadonlyMap<number, Evaluation>
  readonly chosenEntries: Guards['chosenEntries']
  readonly tracer: Tracer
  readonly others: OtherArguments
  readonly constants: ConstantArguments
  /** Does a function return 0 on this CPU, and something else on others? */
  readonly saysNo: (index: number) => boolean
}

export interface Reach {
  readonly steps: Steps
}

/** Finds what can run on the CPU that the evaluations are about. */
export class ReachSearch {
  readonly #program: Program
  readonly #evaluations: ReadonlyMap<number, Evaluation>
  readonly #chosenEntries: Guards['chosenEntries']
  readonly #passed: ReadonlyMap<number, Evaluation>
  readonly #kernels: Kernels
  readonly #choices: Choices
  readonly #tables: NamedTables
  /** The user asks about a CPU: what was decided for it is more than a resemblance. */
  readonly #asked: boolean
  readonly #tracer: Tracer
  readonly #constants: ConstantArguments
  /** Instructions that need nothing where they run. */
  readonly #needless: Set<number>
  readonly roots: ReadonlyMap<number, Step>
  /** The file asks nothing, and has exports for its callers to choose from. */
  readonly #hasExportsByCpu: boolean

  constructor(program: Program, evaluations: ReadonlyMap<number, Evaluation>, kernels: Kernels, { selections, asked, passed, chosenEntries, tracer, others, constants, saysNo }: KnownForReach) {
    this.#program = program
    this.#evaluations = evaluations
    this.#chosenEntries = chosenEntries
    this.#passed = passed
    this.#kernels = kernels
    this.#asked = asked
    this.#tracer = tracer
    this.#constants = constants
    this.#needless = transactionEnds(program)
    for (const at of restoredStates(program)) this.#needless.add(at)
    // of what was evaluated it is known
    for (const at of instructionsOfTwofold(program)) if (evaluations.get(program.graph.functionOf(at))?.decides !== true) this.#needless.add(at)
    const selectable = this.#findSelectable()
    this.#choices = new Choices(program, evaluations, kernels, { selections, tracer, others, passed, selectable })
    this.#tables = new NamedTables(program, { evaluations, chosenEntries, kernels, choices: this.#choices, tracer, saysNo, runs: (index, at) => this.instructionRuns(index, at) })
    this.#hasExportsByCpu = !program.detectors.any && isForSeveralCpus(program, kernels)
    this.roots = findRoots(program, kernels, { selectable, hasExportsByCpu: this.#hasExportsByCpu, handedOutBy: (resolver) => this.handedOutBy(resolver) })
  }

  /** Can the instruction at `at` run? */
  instructionRuns(index: number, at: number): boolean {
    if (this.#isResolver(index) || this.#needless.has(at)) return false
    const evaluation = this.#evaluations.get(index)
    return evaluation === undefined || (evaluation.seen[at - evaluation.start]! & 1) !== 0
  }

  /** Is nothing known of a function that keeps some of it from running? */
  allRun(index: number): boolean {
    return this.#needless.size === 0 && !this.#evaluations.has(index) && !this.#isResolver(index)
  }

  edgeRuns(index: number, edge: number): boolean {
    const { graph } = this.#program
    const evaluation = this.#evaluations.get(index)
    if (this.#isResolver(index)) return false
    if (evaluation === undefined) return true
    if (edgeRunsIn(graph, evaluation, edge)) return true
    // behind a check of a field: what needs no features may run all the same
    const { cautious } = evaluation
    if (cautious === undefined || this.#kernels.needFeatures(graph.edgeTo[edge]!)) return false
    return cautious === 'unknown' || edgeRunsIn(graph, cautious, edge)
  }

  #begin(trust: Trust): Progress {
    const progress = new Progress(trust, this.#program.graph.starts.length, new AddressSet(this.#program.image.data))
    for (const [index, { from, how }] of this.roots) progress.reach(index, from, how)
    if (trust >= Trust.tables) for (const target of threadLocalPointers(this.#program)) if (!this.#kernels.isNamed(target)) progress.reach(target, -1, 'table')
    return progress
  }

  #goOn(progress: Progress): void {
    const { steps, stack } = progress
    const runs = (caller: number, edge: number): boolean => steps.has(caller) && this.edgeRuns(caller, edge)
    for (;;) {
      if (stack.length === 0) this.#release(progress, runs)
      const index = stack.pop()
      if (index === undefined) return
      this.#follow(index, progress)
    }
  }

  /** What is reached, at each degree of trust. */
  searchAll(): readonly Reach[] {
    const searches = [Trust.calls, Trust.addresses, Trust.tables].map((trust) => this.#begin(trust))
    const { steps } = searches[Trust.tables]!
    const isReached = (index: number): boolean => steps.has(index)
    for (let rounds = 0; ; rounds++) {
      for (const progress of searches) this.#goOn(progress)
      const refuted = rounds === REFUTATIONS ? [] : [...this.#choices.refute(isReached), ...this.#tables.refute(isReached)]
      if (refuted.length === 0) return searches
      for (const progress of searches) {
        for (const { from, target, how } of refuted) if (progress.steps.has(from) && progress.trust >= leastTrust[how]) progress.reach(target, from, how)
      }
    }
  }

  /** Follows calls whose caller's callers are known by now. */
  #release(progress: Progress, runs: (caller: number, edge: number) => boolean): void {
    const { graph } = this.#program
    const { steps, pending } = progress
    const { length } = pending
    let kept = 0
    for (let at = 0; at < length; at += 2) {
      const index = pending[at]!
      const edge = pending[at + 1]!
      const target = graph.edgeTo[edge]!
      if (steps.has(target)) continue
      const evaluation = this.#constants.evaluation(index, runs, this.#kernels.usersOf(target) < FEW_USERS)
      if (evaluation === undefined || edgeRunsIn(graph, evaluation, edge) || this.#tracer.runsByEnvironment(index, graph.edgeAt[edge]!)) progress.reach(target, index, 'call')
      else {
        pending[kept++] = index
        pending[kept++] = edge
      }
    }
    pending.length = kept
  }

  #follow(index: number, progress: Progress): void {
    const { trust } = progress
    const evaluated = this.#evaluations.get(index)
    const allRun = evaluated === undefined && !this.#isResolver(index)
    this.#followEdges(index, progress, evaluated, allRun)
    if (trust >= Trust.addresses) {
      // seldom, if ever: no part of what shows how a program was compiled
      for (const { start, end, to } of this.#program.landingPads.leaving(index)) {
        if (allRun || (evaluated !== undefined && callsIn(evaluated, start, end))) progress.reach(to, index, 'call')
      }
      const used = evaluated ?? this.#chosenEntries.get(index)
      if (used !== undefined) this.#followAddresses(index, progress, used.addressesUsed)
    }
    if (trust < Trust.tables) return
    this.#tables.follow(index, progress)
    this.#tables.followCalledVariables(index, progress)
  }

  #followEdges(index: number, progress: Progress, evaluated: Evaluation | undefined, allRun: boolean): void {
    const { graph, detectors } = this.#program
    const { steps, trust } = progress
    const fromEntry = steps.startsAt(index)
    const decided = this.#asked && (evaluated?.decides === true || evaluated?.doubts === true)
    const end = graph.firstEdge[index + 1]!
    for (let edge = graph.firstEdge[index]!; edge < end; edge++) {
      const target = graph.edgeTo[edge]!
      const kind = graph.edgeKind[edge]!
      if (kind === Edge.resolver) for (const kernel of this.handedOutBy(target)) progress.reach(kernel, index, 'call')
      if (kind === Edge.resolver || steps.has(target) || this.#program.entrances.isOfData(edge)) continue
      const taken = kind === Edge.taken || kind === Edge.loaded
      if (taken && trust < Trust.addresses && !fromEntry) continue
      if (taken && (detectors.any || this.#hasExportsByCpu) && this.#kernels.isNamed(target) && !this.#isTakenAnyway(index, edge, target)) {
        this.#choices.refuse(edge)
        continue
      }
      if (taken && detectors.any && this.#kernels.isKernel(target) && isDataAmongCode(this.#program, target)) continue
      if (taken && detectors.any && this.#kernels.needFeatures(target) && this.#choices.isLeft(index, target)) continue
      if (!allRun && !this.edgeRuns(index, edge)) {
        // nobody has to set a variable of the environment, but who does has no check
        if (trust === Trust.tables && kind === Edge.call && this.#kernels.needFeatures(target) && this.#tracer.runsByEnvironment(index, graph.edgeAt[edge]!)) progress.reach(target, index, 'call')
        continue
      }
      if (detectors.any && (this.#kernels.needFeatures(target) || (taken ? this.#kernels.makes(target) : this.#isNamedAbove(target) || this.#kernels.installs(target) || this.#kernels.handsOver(target)))) {
        if (!fromEntry && !decided && (this.#choices.isChoice(index, edge, target, taken) || asksByItsObject(graph.names.get(graph.starts[index]!) ?? ''))) continue
        if (!taken && this.#kernels.needFeatures(target) && !this.#kernels.isKernel(index) && !this.#tracer.isOpen(index) && !this.#passed.has(index)) {
          progress.pending.push(index, edge)
          continue
        }
      }
      progress.reach(target, index, taken ? 'address' : 'call')
    }
  }

  #followAddresses(index: number, progress: Progress, addresses: ReadonlySet<number>): void {
    const { graph, detectors } = this.#program
    for (const address of addresses) {
      const target = graph.functionAt(address)
      if (target === undefined || progress.steps.has(target)) continue
      if (detectors.any && this.#kernels.isKernel(target) && isDataAmongCode(this.#program, target)) continue
      // what is called through the GOT is called, and was looked at
      if (this.#kernels.needFeatures(target) && this.#calls(index, target)) continue
      if (detectors.any && (this.#kernels.needFeatures(target) ? this.#kernels.isNamed(target) || this.#choices.takesTwin(index, target) : this.#isNamedAbove(target))) continue
      if (detectors.any && this.#kernels.makes(target) && this.#isTakenByChoice(index, target)) continue
      if (detectors.any && this.#kernels.needFeatures(target) && this.#isOneOfSeveral(index, target)) continue
      progress.reach(target, index, 'address')
    }
  }

  /** Is the address of a kernel taken whatever checks say, and no other's to choose from? Then its name says nothing. */
  #isTakenAnyway(index: number, edge: number, target: number): boolean {
    return !this.#choices.takesTwin(index, target) && this.#tracer.checksOf(index, this.#program.graph.edgeAt[edge]!)?.length === 0
  }

  /** Is it named for a CPU that has more than any? It may be large, and call kernels for what it needs (`vpx_highbd_idct32x32_135_add_sse4_1`). */
  #isNamedAbove(target: number): boolean {
    return this.#kernels.isNamed(target) && !isNamedForAny(this.#program.graph.nameOf(target))
  }

  #isTakenByChoice(index: number, target: number): boolean {
    const { graph } = this.#program
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      if (graph.edgeTo[edge] === target && graph.edgeKind[edge] === Edge.taken && this.#choices.isChoice(index, edge, target, true)) return true
    }
    return false
  }

  /** Where the function takes the address of a kernel, is it one of several, for several CPUs, each time? Then it is used where it was chosen. */
  #isOneOfSeveral(index: number, target: number): boolean {
    const { graph } = this.#program
    let choices = 0
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      if (graph.edgeTo[edge] !== target || !this.edgeRuns(index, edge)) continue
      if (graph.edgeKind[edge] !== Edge.taken || !this.#choices.isChoice(index, edge, target, true) || !this.#choices.isOneOfSeveral(index, edge, target)) return false
      choices++
    }
    return choices > 0
  }

  #calls(index: number, target: number): boolean {
    const { graph } = this.#program
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      if (graph.edgeTo[edge] === target && graph.edgeKind[edge] === Edge.call) return true
    }
    return false
  }

  readonly #handedOut = new Map<number, readonly number[]>()

  /**
   * What an IFUNC resolver hands out on this CPU, where all of that needs features: it checks for something else, or for nothing.
   * One that may hand out what needs none is taken to choose well.
   */
  handedOutBy(resolver: number): readonly number[] {
    let known = this.#handedOut.get(resolver)
    if (known === undefined) {
      const { graph } = this.#program
      const evaluations = [this.#evaluations.get(resolver) ?? this.#tracer.trace(resolver), this.#tracer.settledAt(resolver, () => true)?.evaluation]
      known = []
      for (const evaluation of evaluations) {
        const targets = addressesIn(evaluation?.results.get(0)).map((address) => graph.functionAt(address) ?? -1)
        if (targets.length > 0 && targets.every((target) => target >= 0 && this.#kernels.isKernel(target))) known = targets
      }
      this.#handedOut.set(resolver, known)
    }
    return known
  }

  #isResolver(index: number): boolean {
    return this.#program.detectors.resolvers.has(this.#program.graph.starts[index]!)
  }

  /** Functions that some evaluated function leads to only on better CPUs. */
  #findSelectable(): Set<number> {
    const { graph, detectors } = this.#program
    const selectable = new Set<number>()
    if (!detectors.any) return selectable
    const sources = new Set<number>()
    // what does not run in others is no matter of the CPU
    for (const [index, { decides, doubts }] of this.#evaluations) if (decides || doubts) sources.add(index)
    for (const address of detectors.resolvers) {
      const index = graph.functionAt(address)
      if (index !== undefined) sources.add(index)
    }
    for (const index of sources) {
      for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
        const target = graph.edgeTo[edge]!
        if (this.#kernels.needFeatures(target) && !this.edgeRuns(index, edge)) selectable.add(target)
      }
    }
    return selectable
  }

  /** May what is not reached be called by those who asked? */
  get leavesChoice(): boolean {
    return this.#hasExportsByCpu
  }
}
