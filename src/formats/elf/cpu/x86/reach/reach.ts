import type { Program } from '../code/program.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'
import type { ConstantArguments } from '../checks/constant-arguments.ts'
import { isDataAmongCode } from '../code/data-among-code.ts'
import type { CallGraph } from '../../program/call-graph.ts'
import { Edge } from '../../program/edges.ts'
import { initializerArrays, initializers } from '../code/initializers.ts'
import type { Selections } from './selections.ts'
import type { Tracer } from './tracer.ts'
import { isEntryOfModule, isLoadedAsModule } from '../../program/module-entry.ts'
import { type Step, Steps } from './steps.ts'
import { Access } from '../../program/sweep.ts'
import { addressesIn } from '../../program/value.ts'
import { transactionEnds } from '../code/transaction-ends.ts'

/** How far a path may be trusted. Each includes the one before. */
export const Trust = { calls: 0, addresses: 1, tables: 2 } as const
export type Trust = (typeof Trust)[keyof typeof Trust]

/** A file of which hardly anything is exported under another name than one of a CPU was made for that CPU as a whole. */
const MOST_NAMED = 0.9

/** Functions with some feature from which on it is one that many have: a flag that is handed on decides about few. */
const FEW_USERS = 256

export interface Reach {
  readonly steps: Steps
}

/** Finds what can run on the CPU that the evaluations are about. */
export class ReachSearch {
  readonly #program: Program
  readonly #evaluations: ReadonlyMap<number, Evaluation>
  readonly #selections: Selections
  readonly #isNamedForIsa: (index: number) => boolean
  /** Does it need features, or hand on to one that does? */
  readonly #needsFeatures: (index: number) => boolean
  /** Does it need features itself? */
  readonly #isKernel: (index: number) => boolean
  /** How many functions need what it needs. */
  readonly #usersOf: (index: number) => number
  readonly #selectable: ReadonlySet<number>
  /** The user asks about a CPU: what was decided for it is more than a resemblance. */
  readonly #asked: boolean
  /** Functions whose checks are taken to succeed, with what they do where those fail: end the program. */
  readonly #passed: ReadonlyMap<number, Evaluation>
  readonly #tracer: Tracer
  readonly #constants: ConstantArguments
  readonly #transactionEnds: ReadonlySet<number>
  readonly #arrays: readonly { readonly start: number; readonly end: number }[]
  readonly roots: ReadonlyMap<number, Step>
  /** The file asks nothing, and has exports for its callers to choose from. */
  readonly #hasExportsByCpu: boolean

  constructor(
    program: Program,
    evaluations: ReadonlyMap<number, Evaluation>,
    selections: Selections,
    isNamedForIsa: (index: number) => boolean,
    needsFeatures: (index: number) => boolean,
    isKernel: (index: number) => boolean,
    usersOf: (index: number) => number,
    asked: boolean,
    passed: ReadonlyMap<number, Evaluation>,
    tracer: Tracer,
    constants: ConstantArguments,
  ) {
    this.#constants = constants
    this.#tracer = tracer
    this.#asked = asked
    this.#passed = passed
    this.#program = program
    this.#evaluations = evaluations
    this.#selections = selections
    this.#isNamedForIsa = isNamedForIsa
    this.#needsFeatures = needsFeatures
    this.#isKernel = isKernel
    this.#usersOf = usersOf
    this.#choices = new Uint8Array(program.graph.edgeTo.length)
    this.#arrays = initializerArrays(program)
    this.#transactionEnds = transactionEnds(program)
    this.#selectable = this.#findSelectable()
    this.#hasExportsByCpu = !program.detectors.any && this.#isForSeveralCpus()
    this.roots = this.#findRoots()
  }

  /** Can the instruction at `at` run? */
  instructionRuns(index: number, at: number): boolean {
    if (this.#isResolver(index) || this.#transactionEnds.has(at)) return false
    const evaluation = this.#evaluations.get(index)
    return evaluation === undefined || (evaluation.seen[at - evaluation.start]! & 1) !== 0
  }

  edgeRuns(index: number, edge: number): boolean {
    const { graph } = this.#program
    const evaluation = this.#evaluations.get(index)
    if (this.#isResolver(index)) return false
    if (evaluation === undefined) return true
    if (edgeRunsIn(graph, evaluation, edge)) return true
    // behind a check of a field: what needs no features may run all the same
    const { cautious } = evaluation
    if (cautious === undefined || this.#needsFeatures(graph.edgeTo[edge]!)) return false
    return cautious === 'unknown' || edgeRunsIn(graph, cautious, edge)
  }

  search(trust: Trust): Reach {
    const progress = new Progress(trust, this.#program.graph.starts.length)
    const { steps, stack } = progress
    for (const [index, { from, how }] of this.roots) progress.reach(index, from, how)
    const runs = (caller: number, edge: number): boolean => steps.has(caller) && this.edgeRuns(caller, edge)
    for (;;) {
      if (stack.length === 0) this.#release(progress, runs)
      const index = stack.pop()
      if (index === undefined) return { steps }
      this.#follow(index, progress)
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
      const evaluation = this.#constants.evaluation(index, runs, this.#usersOf(target) < FEW_USERS)
      if (evaluation === undefined || edgeRunsIn(graph, evaluation, edge)) progress.reach(target, index, 'call')
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
      if (evaluated !== undefined) this.#followAddresses(index, progress, evaluated)
    }
    if (trust >= Trust.tables) this.#tables(index, progress)
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
      if (kind === Edge.resolver || steps.has(target)) continue
      const taken = kind === Edge.taken || kind === Edge.loaded
      if (taken && trust < Trust.addresses && !fromEntry) continue
      if (taken && (detectors.any || this.#hasExportsByCpu) && this.#isNamedForIsa(target)) continue
      if (taken && detectors.any && this.#isKernel(target) && isDataAmongCode(this.#program, target)) continue
      if (!allRun && !this.edgeRuns(index, edge)) continue
      if (detectors.any && (this.#needsFeatures(target) || (!taken && this.#isNamedForIsa(target)))) {
        if (!fromEntry && !decided && this.#isChoice(index, edge, target, taken)) continue
        if (!taken && this.#needsFeatures(target) && !this.#isKernel(index) && !this.#tracer.isOpen(index)) {
          progress.pending.push(index, edge)
          continue
        }
      }
      progress.reach(target, index, taken ? 'address' : 'call')
    }
  }

  #followAddresses(index: number, progress: Progress, evaluated: Evaluation): void {
    const { graph, detectors } = this.#program
    for (const address of evaluated.addressesUsed) {
      const target = graph.functionAt(address)
      if (target === undefined || progress.steps.has(target)) continue
      if (detectors.any && this.#isKernel(target) && isDataAmongCode(this.#program, target)) continue
      // what is called through the GOT is called, and was looked at
      if (this.#needsFeatures(target) && this.#calls(index, target)) continue
      if (detectors.any && this.#needsFeatures(target) && (this.#isNamedForIsa(target) || this.#takesTwin(index, target))) continue
      progress.reach(target, index, 'address')
    }
  }

  /** By edge: 0 where it is not known yet, 1 no, 2 yes. */
  readonly #choices: Uint8Array

  /** Does `edge` look like the one of a choice that is for better CPUs, made on what may be what CPUID says? */
  #isChoice(index: number, edge: number, target: number, taken: boolean): boolean {
    let known: boolean | undefined = this.#choices[edge] === 0 ? undefined : this.#choices[edge] === 2
    if (known !== undefined) return known
    const at = this.#program.graph.edgeAt[edge]!
    const ending = this.#passed.get(index)
    const checks = this.#tracer.checksOf(index, at)
    known =
      (checks === undefined || checks.length > 0) && // what it is made on is something else
      (taken
        ? this.#selections.testsMask(index, checks ?? [], ending) || this.#takesTwin(index, target)
        : // a function that bears the name of a CPU, or is called behind a check elsewhere, or one of two that do the same
          (checks !== undefined && this.#isNamedForIsa(target)) || this.#selectable.has(target) || this.#selections.hasTwin(index, at, target, ending)) &&
      // what is reached past a check that ends the program counts as required: there, what may be a choice is one
      (this.#passed.size > 0 || !this.#tracer.hangsOnAmbiguousFields(index, at)) &&
      !this.#isDecidedFor(index, target) &&
      (this.#passed.size > 0 || !this.#tracer.hangsOnNothingNear(index, at)) &&
      !(checks !== undefined && this.#selections.measures(index, checks))
    this.#choices[edge] = known ? 2 : 1
    return known
  }

  /** Is it known of function `index` that on this CPU it calls `target`, and no other that does the same? */
  #isDecidedFor(index: number, target: number): boolean {
    const { graph } = this.#program
    const evaluation = this.#evaluations.get(index)
    if (evaluation?.decides !== true) return false
    let twins = 0
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      const other = graph.edgeTo[edge]!
      if (other === target || this.#needsFeatures(other) || !this.#selections.isTwin(other, target)) continue
      if (edgeRunsIn(graph, evaluation, edge)) return false
      twins++
    }
    return twins > 0
  }

  /** Tables of function pointers (virtual tables, operations) that the function names. */
  #tables(index: number, progress: Progress): void {
    const { graph, image, pointed, sweep } = this.#program
    const evaluation = this.#evaluations.get(index)
    const kinds = sweep.accessKind.values()
    const end = graph.firstAccess[index + 1]!
    for (let access = graph.firstAccess[index]!; access < end; access++) {
      if (kinds[access] === Access.store) continue
      // what a slot of the GOT points to, where the table is another unit's or exported
      const named = sweep.accessTo.values()[access]!
      const table = image.dataAt(named)?.separate === true ? image.slots.get(named)?.address : named
      if (table === undefined) continue
      const from = sweep.accessFrom.values()[access]!
      if (progress.tables.has(table) || this.#endsArray(index, table) || !this.instructionRuns(index, from)) continue
      if (kinds[access] === Access.take && evaluation !== undefined && !evaluation.addressesUsed.has(table)) continue
      progress.tables.add(table)
      const functions = pointed.tableAt(table)
      for (let place = 0; place < functions.length; place++) this.#reachFromTable(index, from, functions[place]!, progress)
    }
  }

  #reachFromTable(index: number, from: number, target: number, progress: Progress): void {
    if (this.#program.detectors.any && this.#needsFeatures(target)) {
      // what names the table asks about the CPU: the table is one of implementations
      if (this.#choosesFromTable(index, from) || this.#isNamedForIsa(target) || this.#selectable.has(target)) return
    }
    progress.reach(target, index, 'table')
  }

  /** The end of an array of initializers, beside its beginning, is a bound and no table. */
  #endsArray(index: number, place: number): boolean {
    const array = this.#arrays.find(({ end }) => end === place)
    if (array === undefined) return false
    const { graph, sweep } = this.#program
    const to = sweep.accessTo.values()
    for (let access = graph.firstAccess[index]!; access < graph.firstAccess[index + 1]!; access++) if (to[access] === array.start) return true
    return false
  }

  /** Does function `index`, which names a table at `at`, call what is in there only behind checks? */
  #choosesFromTable(index: number, at: number): boolean {
    const evaluation = this.#evaluations.get(index)
    if (evaluation === undefined || !(evaluation.decides || evaluation.doubts)) return false
    const uses = evaluation.indirectCalls.size > 0 ? [...evaluation.indirectCalls] : [at]
    return uses.every((use) => this.#tracer.dependsOnCheck(index, use))
  }

  #calls(index: number, target: number): boolean {
    const { graph } = this.#program
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      if (graph.edgeTo[edge] === target && graph.edgeKind[edge] === Edge.call) return true
    }
    return false
  }

  /** Does the function that takes the address of `target` take that of a function without its features as well? */
  #takesTwin(index: number, target: number): boolean {
    const { graph } = this.#program
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      const other = graph.edgeTo[edge]!
      if (graph.edgeKind[edge] === Edge.taken && other !== target && this.#selections.isTwin(other, target)) return true
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
      const evaluation = this.#evaluations.get(resolver) ?? this.#tracer.trace(resolver)
      const targets = addressesIn(evaluation?.results.get(0)).map((address) => graph.functionAt(address) ?? -1)
      known = targets.every((target) => target >= 0 && this.#isKernel(target)) ? targets : []
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
    const sources = new Set(this.#evaluations.keys())
    for (const address of detectors.resolvers) {
      const index = graph.functionAt(address)
      if (index !== undefined) sources.add(index)
    }
    for (const index of sources) {
      for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
        const target = graph.edgeTo[edge]!
        if (this.#needsFeatures(target) && !this.edgeRuns(index, edge)) selectable.add(target)
      }
    }
    return selectable
  }

  #findRoots(): Map<number, Step> {
    const { image, graph, detectors, isGo } = this.#program
    const roots = new Map<number, Step>()
    const add = (address: number, how: Step['how']): void => {
      const index = graph.functionAt(address)
      if (index !== undefined && !roots.has(index)) roots.set(index, { from: -1, how })
    }
    for (const index of entryFunctions(this.#program)) add(graph.starts[index]!, 'entry')
    for (const address of initializers(this.#program)) add(address, 'initializer')
    if (isGo) return roots
    const callersChoose = detectors.any || this.#hasExportsByCpu
    const isModule = isLoadedAsModule(image)
    for (const named of image.functions) {
      if (!named.exported || (detectors.any && !this.#program.isEntered(named.name))) continue
      const index = graph.functionAt(named.address)
      // nobody looks it up; what else the module exports shows how it was compiled
      if (isModule && index !== undefined && this.#needsFeatures(index) && !isEntryOfModule(named.name)) continue
      if (named.indirect) {
        for (const kernel of index === undefined || !image.isLibrary ? [] : this.handedOutBy(index)) add(graph.starts[kernel]!, 'export')
        continue
      }
      if (index === undefined || this.#isResolver(index)) continue
      if (!image.isLibrary && !roots.has(index) && detectors.any) continue // an executable's exports serve its plugins
      if (callersChoose && (this.#isNamedForIsa(index) || this.#selectable.has(index))) continue
      add(named.address, 'export')
    }
    return roots
  }

  /** May what is not reached be called by those who asked? */
  get leavesChoice(): boolean {
    return this.#hasExportsByCpu
  }

  /** A library that asks nothing about the CPU, and exports functions by CPU beside others: who calls them asks. */
  #isForSeveralCpus(): boolean {
    const { image, graph } = this.#program
    if (!image.isLibrary) return false
    let exported = 0
    let named = 0
    for (const { address, exported: isExported } of image.functions) {
      const index = isExported ? graph.functionAt(address) : undefined
      if (index === undefined) continue
      exported++
      if (this.#isNamedForIsa(index)) named++
    }
    return named > 0 && named <= MOST_NAMED * exported
  }
}

/** Bytes of a function that does nothing but to start the program. */
const START_SIZE = 128

/** The entry point, and where that is a few instructions that call the start of the program (musl: `_start_c`), this as well. */
export function entryFunctions({ graph, image }: Program): number[] {
  const entry = graph.functionAt(Number(image.file.header.e_entry))
  if (entry === undefined || Number(image.file.header.e_entry) === 0) return []
  const functions = [entry]
  if (graph.ends[entry]! - graph.starts[entry]! > START_SIZE) return functions
  for (let edge = graph.firstEdge[entry]!; edge < graph.firstEdge[entry + 1]!; edge++) {
    const target = graph.edgeTo[edge]!
    if (graph.edgeKind[edge] === Edge.call && graph.ends[target]! - graph.starts[target]! <= START_SIZE) functions.push(target)
  }
  return functions
}

/** How far a search has got. */
class Progress {
  readonly trust: Trust
  readonly steps: Steps
  readonly stack: number[] = []
  /** Tables that were looked at. */
  readonly tables: Set<number> = new Set()
  /** Calls of what needs features, until it is known who calls the function that they are in: function and edge of each. */
  readonly pending: number[] = []

  constructor(trust: Trust, functions: number) {
    this.trust = trust
    this.steps = new Steps(functions)
  }

  reach(index: number, from: number, how: Step['how']): void {
    if (this.steps.add(index, from, how)) this.stack.push(index)
  }
}

/** Does a call in [start, end) run? */
function callsIn({ seen, start: base }: Evaluation, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if ((seen[at - base]! & 2) !== 0) return true
  return false
}

function edgeRunsIn(graph: CallGraph, evaluation: Evaluation, edge: number): boolean {
  const seen = evaluation.seen[graph.edgeAt[edge]! - evaluation.start]!
  if ((seen & 1) === 0) return false
  if (graph.edgeKind[edge] === Edge.loaded) return true
  if (graph.edgeKind[edge] === Edge.taken) return evaluation.addressesUsed.has(graph.starts[graph.edgeTo[edge]!]!)
  return (seen & 2) !== 0
}
