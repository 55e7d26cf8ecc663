import { Edge } from '../../program/edges.ts'
import { IndexSet } from '../../program/index-set.ts'
import { callsItsArgument, handoverAt, registerTakenInto } from '../code/handed-over.ts'
import type { Program } from '../code/program.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'
import { AskedThroughPointers } from './asked-through-pointers.ts'
import { CheckedTags } from './checked-tags.ts'
import { edgeRunsIn } from './edge-runs.ts'
import type { Kernels } from './kernels.ts'
import { NamedFunctions, Said } from './named-functions.ts'
import type { Selections } from './selections.ts'
import { OverriddenChoices } from './overridden-choices.ts'
import type { Refuted } from './refuted.ts'
import type { OtherArguments } from './other-arguments.ts'
import type { Tracer, View } from './tracer.ts'

/** Levels of the CPU that a table is for. */
const LEAST_LEVELS = 3

/** Which edges look like those of a choice that is for better CPUs. */
export class Choices {
  readonly #program: Program
  readonly #evaluations: ReadonlyMap<number, Evaluation>
  readonly #kernels: Kernels
  readonly #selections: Selections
  readonly #tracer: Tracer
  readonly #others: OtherArguments
  /** Functions whose checks are taken to succeed, with what they do where those fail: end the program. */
  readonly #passed: ReadonlyMap<number, Evaluation>
  readonly #selectable: ReadonlySet<number>
  readonly #tags: CheckedTags
  readonly #asked: AskedThroughPointers
  readonly #overridden: OverriddenChoices
  /** By edge: 0 where it is not known yet, 1 no, 2 yes. */
  readonly #choices: Uint8Array
  /** Those taken for choices, in the order in which that was found. */
  #refused: number[] = []
  readonly #isRefused: IndexSet
  readonly #named: NamedFunctions

  constructor(program: Program, evaluations: ReadonlyMap<number, Evaluation>, kernels: Kernels, { selections, tracer, others, passed, selectable }: KnownForChoices) {
    this.#program = program
    this.#evaluations = evaluations
    this.#kernels = kernels
    this.#selections = selections
    this.#tracer = tracer
    this.#others = others
    this.#passed = passed
    this.#selectable = selectable
    this.#tags = new CheckedTags(program, evaluations)
    this.#asked = new AskedThroughPointers(program, evaluations)
    this.#overridden = new OverriddenChoices(program, evaluations, kernels, tracer, this)
    this.#choices = new Uint8Array(program.graph.edgeTo.length)
    this.#named = new NamedFunctions(program.graph)
    this.#isRefused = new IndexSet(program.graph.edgeTo.length)
  }

  /** Does `edge` look like the one of a choice that is for better CPUs, made on what may be what CPUID says? */
  isChoice(index: number, edge: number, target: number, taken: boolean): boolean {
    let known: boolean | undefined = this.#choices[edge] === 0 ? undefined : this.#choices[edge] === 2
    if (known !== undefined) return known
    const at = this.#program.graph.edgeAt[edge]!
    known = this.#looksLikeChoice(index, at, target, taken)
    known ||= !taken && this.#tags.ruleOut(index, at)
    this.#choices[edge] = known ? 2 : 1
    if (known) this.refuse(edge)
    return known
  }

  /** Takes `edge` for one of a choice, by the name of what it leads to, until more is known: see `refute`. */
  refuse(edge: number): void {
    if (this.#isRefused.add(edge)) this.#refused.push(edge)
  }

  #looksLikeChoice(index: number, at: number, target: number, taken: boolean): boolean {
    const ending = this.#passed.get(index)
    const installs = this.#kernels.installs(target)
    const makes = taken && this.#kernels.makes(target)
    // what its shape says comes first: to tell which checks it hangs on takes steps, of which there are so many for a file
    const hasShape = !makes && !installs && (this.#kernels.handsOver(target) ? !taken && this.#selections.switches.isInOneOfCases(index, at, target) : taken ? this.#isTakenAsOne(index, at, target) : this.#selectable.has(target) || this.#hasTwin(index, target, ending))
    if (!hasShape && (installs ? taken : !taken && !this.#kernels.isNamed(target))) return false
    const checks = this.#kernels.isNamed(target) ? this.#tracer.checksOfNamed(index, at) : this.#tracer.checksOf(index, at)
    if (checks === undefined ? this.#tracer.runsByEnvironment(index, at) : checks.length === 0) return false // what it is made on is something else
    if (this.#isDoneAnyway(index, target, taken)) return false
    // whoever calls what a library exports may have asked, and say so (x265's `cpuMask`)
    const isToldByOthers = this.#program.image.isLibrary && this.#tracer.isOpen(index)
    const isMade =
      hasShape ||
      (makes
        ? this.#selections.tests.testsMask(index, checks ?? [], ending)
        : installs
        ? // no other function does the same as one that puts kernels in the place of others
          checks !== undefined && (this.#asked.decide(index, checks) || (isToldByOthers && this.#selections.tests.testsMask(index, checks, ending)))
        : taken
        ? !this.#isHandedOver(index, at, target) && this.#selections.tests.testsMask(index, checks ?? [], ending)
        : // a function that bears the name of a CPU
          checks !== undefined)
    return (
      isMade &&
      !this.#isDecidedFor(index, target) &&
      !(checks !== undefined && this.#selections.tests.measures(index, checks)) &&
      !(checks !== undefined && this.#selections.switches.isAmongOperations(index, at, target)) &&
      // what is reached past a check that ends the program counts as required: there, what may be a choice is one
      (this.#passed.size > 0 || !(this.#tracer.hangsOnAmbiguousFields(index, at) || this.#tracer.hangsOnNothingNear(index, at)))
    )
  }

  /** Is it one of several that do the same, of which others need features, too, or on the way to another? */
  isOneOfSeveral(index: number, edge: number, target: number): boolean {
    return this.#isOneOfSeveralAt(index, this.#program.graph.edgeAt[edge]!, target)
  }

  /** Does it take the address of one of several that do the same? */
  #isTakenAsOne(index: number, at: number, target: number): boolean {
    return !this.#isHandedOver(index, at, target) && (this.takesTwin(index, target) || this.#isOneOfSeveralAt(index, at, target))
  }

  #isOneOfSeveralAt(index: number, at: number, target: number): boolean {
    const { switches } = this.#selections
    return switches.isInOneOfCases(index, at, target) || this.#selections.isOnTheWayToKernel(index, at, target, this.#passed.get(index)) || this.#isForChosenCall(index, at, target)
  }

  /** Is what is taken at `at` at hand where a kernel is called that is one of two, and nowhere else? */
  #isForChosenCall(index: number, at: number, target: number): boolean {
    const { graph } = this.#program
    const call = this.#selections.callAlongWith(index, at, target)
    if (call === undefined) return false
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      if (graph.edgeAt[edge] === call && graph.edgeKind[edge] === Edge.call) return this.isChoice(index, edge, graph.edgeTo[edge]!, false)
    }
    return false
  }

  /** Is it one of two that do the same, here or where else the function calls it? For a few bytes the other may be built in. */
  #hasTwin(index: number, target: number, ending: Evaluation | undefined): boolean {
    const named = this.#named.of(index, Edge.call)
    if (named.hasTwin[target] === Said.nothing) {
      const hasTwin = named.placesOf(target).some((place) => this.#selections.hasTwin(index, place, target, ending))
      named.hasTwin[target] = hasTwin ? Said.yes : Said.no
    }
    return named.hasTwin[target] === Said.yes
  }

  /**
   * Looks once more at what was taken for choices, with what is reached: edges that are none, as numbers lead there that the
   * checks were seen to find out on this CPU.
   */
  refute(isReached: (index: number) => boolean): readonly Refuted[] {
    const refuted: Refuted[] = []
    const kept: number[] = []
    for (const edge of this.#refused) {
      if (!this.#isLedTo(edge, isReached)) {
        kept.push(edge)
        continue
      }
      this.#choices[edge] = 1
      refuted.push(refutedEdge(this.#program, edge))
    }
    this.#refused = kept
    this.#refuteByArguments(isReached, refuted)
    return [...refuted, ...this.#overridden.refute(isReached)]
  }

  /** Do numbers that are known lead to what `edge` leads to, and is not reached? */
  #isLedTo(edge: number, isReached: (index: number) => boolean): boolean {
    const { graph } = this.#program
    const index = graph.edgeFrom[edge]!
    const at = graph.edgeAt[edge]!
    if (!isReached(index) || isReached(graph.edgeTo[edge]!) || !this.#tracer.isLedTo(index, at, isReached)) return false
    // an address that is taken in any case is one of those that are chosen from
    return graph.edgeKind[edge] === Edge.call || (this.#tracer.checksOf(index, at) ?? []).length > 0
  }

  /** What checks decide for one caller, and another demands. */
  #refuteByArguments(isReached: (index: number) => boolean, refuted: Refuted[]): void {
    const { graph } = this.#program
    for (const index of this.#tracer.informed()) {
      const usual = this.#evaluations.get(index)
      if (usual === undefined || !isReached(index)) continue
      let view: View | undefined
      for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
        const target = graph.edgeTo[edge]!
        if ((graph.edgeKind[edge] !== Edge.call && graph.edgeKind[edge] !== Edge.taken) || !this.#kernels.needFeatures(target) || isReached(target)) continue
        view ??= this.#givenOthers(index, isReached)
        if (view === undefined) break
        if (edgeRunsIn(graph, view.evaluation, edge) && view.control.decidingOf(view.evaluation.open, graph.edgeAt[edge]!, view.evaluation.either)?.length === 0) refuted.push(refutedEdge(this.#program, edge))
      }
      if (this.namesKernelsInTable(index, isReached)) view ??= this.#givenOthers(index, isReached)
      // entries of a table that a number takes: of what is found in any of them, nothing hangs on a check
      for (const address of view?.evaluation.open.size === 0 ? view.evaluation.addressesUsed : []) {
        const target = usual.addressesUsed.has(address) ? undefined : graph.functionAt(address)
        if (target !== undefined && this.#kernels.needFeatures(target) && !isReached(target)) refuted.push({ from: index, target, how: 'address' })
      }
    }
  }

  /** Does function `index` name a table that never changes, with kernels of which one is not reached? */
  namesKernelsInTable(index: number, isReached: (index: number) => boolean): boolean {
    const { graph, image, pointed, sweep } = this.#program
    const to = sweep.accessTo.values()
    for (let access = graph.firstAccess[index]!; access < graph.firstAccess[index + 1]!; access++) {
      const at = to[access]!
      if (image.dataAt(at)?.constant === true && pointed.tableAt(at).some((target) => this.#kernels.needFeatures(target) && !isReached(target))) return true
    }
    return false
  }

  /** Function `index` with what others than checks pass as well. */
  #givenOthers(index: number, isReached: (index: number) => boolean): View | undefined {
    const passed = this.#others.of(index, isReached)
    return passed && this.#tracer.givenOthers(index, passed, isReached)
  }

  /** Does function `index` call `target`, or take its address, on all sides of what may be a check? */
  #isDoneAnyway(index: number, target: number, taken: boolean): boolean {
    const named = this.#named.of(index, taken ? Edge.taken : Edge.call)
    if (!named.namesAgain(target)) return false
    if (named.isDoneAnyway[target] === Said.nothing) named.isDoneAnyway[target] = this.#tracer.hangsOnNoneOf(index, named.placesOf(target)) ? Said.yes : Said.no
    return named.isDoneAnyway[target] === Said.yes
  }

  /** Is it known of function `index` that on this CPU it calls `target`, and no other that does the same? */
  #isDecidedFor(index: number, target: number): boolean {
    const { graph } = this.#program
    const evaluation = this.#evaluations.get(index)
    if (evaluation?.decides !== true) return false
    let twins = 0
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      const other = graph.edgeTo[edge]!
      if (other === target || this.#kernels.needFeatures(other) || !this.#selections.likeness.isTwin(other, target)) continue
      if (edgeRunsIn(graph, evaluation, edge)) return false
      twins++
    }
    return twins > 0
  }

  /** Did function `index` take the address of `target`, ask the CPU, and use another on this one: what CMOV took instead, or what does the same? */
  isLeft(index: number, target: number): boolean {
    const { graph } = this.#program
    const evaluation = this.#evaluations.get(index)
    if (evaluation?.decides !== true || evaluation.addressesUsed.has(graph.starts[target]!)) return false
    if (evaluation.addressesRefused.has(graph.starts[target]!)) return true
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      const other = graph.edgeTo[edge]!
      if (graph.edgeKind[edge] === Edge.taken && other !== target && evaluation.addressesUsed.has(graph.starts[other]!) && this.#selections.likeness.isTwin(other, target)) return true
    }
    return false
  }

  /** Does function `index`, which names a table at `at`, call what is in there only behind checks? */
  choosesFromTable(index: number, at: number): boolean {
    const evaluation = this.#evaluations.get(index)
    if (evaluation === undefined || !(evaluation.decides || evaluation.doubts)) return false
    return usesOfTable(evaluation, at).every((use) => this.#tracer.dependsOnCheck(index, use) && !this.#tracer.hangsOnNothingNear(index, use))
  }

  /** Do numbers that are known lead to where it does so? See `refute`. */
  isLedToTable(index: number, at: number, isReached: (index: number) => boolean): boolean {
    const evaluation = this.#evaluations.get(index)
    if (evaluation?.doubts !== true) return false
    // as of functions: one that is named in any case is one of those that are chosen from
    return usesOfTable(evaluation, at).some((use) => (this.#tracer.checksOf(index, use) ?? []).length > 0 && this.#tracer.isLedTo(index, use, isReached))
  }

  /**
   * Is it a table of variants of one function by the level of the CPU: what runs on any, once or more, then kernels? A variant that
   * stands there twice is the best for two levels (Opus, `XXX_IMPL[arch & OPUS_ARCHMASK]`).
   */
  isByLevel(functions: readonly number[]): boolean {
    const [plain] = functions
    if (plain === undefined || functions.length < LEAST_LEVELS || this.#kernels.needFeatures(plain) || new Set(functions).size === functions.length) return false
    // no level has less than the one before: what tells operations apart has the plain one here and there
    const kernels = functions.slice(functions.findIndex((index) => index !== plain))
    return functions[1] === plain && kernels.every((index) => this.#kernels.isKernel(index) && this.#selections.likeness.isTwin(plain, index))
  }

  /** Do both do the same, as far as their sizes say, and `other` without the features of `target`? */
  isTwin(other: number, target: number): boolean {
    return this.#selections.likeness.isTwin(other, target)
  }

  /**
   * Does what starts the program, and has to do with no check but what it hands over to, take the address of `target` for a call at once, and no
   * other like it for the same argument? What Rust puts in front of main does so where all of it was built into one function.
   */
  #isHandedOver(index: number, at: number, target: number): boolean {
    if (!this.#tracer.isStarted(index)) return false
    const handover = handoverAt(this.#program, at)
    if (handover === undefined || (this.#evaluations.has(index) && !callsItsArgument(this.#program, handover))) return false
    return !this.takesTwin(index, target, handover.register)
  }

  /** Does the function that takes the address of `target` take that of a function without its features as well, into `register` where that is given? */
  takesTwin(index: number, target: number, register = -1): boolean {
    const { graph } = this.#program
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      const other = graph.edgeTo[edge]!
      if (graph.edgeKind[edge] !== Edge.taken || other === target || !this.#selections.likeness.isTwin(other, target)) continue
      if (register < 0 || registerTakenInto(this.#program, graph.edgeAt[edge]!) === register) return true
    }
    return false
  }
}

/** Where a function calls what is in a table that it names at `at`, as far as that is known. */
function usesOfTable({ indirectCalls }: Evaluation, at: number): readonly number[] {
  return indirectCalls.size > 0 ? [...indirectCalls] : [at]
}

function refutedEdge({ graph }: Program, edge: number): Refuted {
  return { from: graph.edgeFrom[edge]!, target: graph.edgeTo[edge]!, how: graph.edgeKind[edge] === Edge.call ? 'call' : 'address' }
}

export interface KnownForChoices {
  readonly selections: Selections
  readonly tracer: Tracer
  readonly others: OtherArguments
  readonly passed: ReadonlyMap<number, Evaluation>
  /** Functions that some evaluated function leads to only on better CPUs. */
  readonly selectable: ReadonlySet<number>
}
