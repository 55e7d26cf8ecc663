import { Edge } from '../../program/edges.ts'
import { Access } from '../../program/sweep.ts'
import type { Program } from '../code/program.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'
import { placeOf } from '../evaluation/state.ts'
import type { Refuted } from './refuted.ts'
import { edgeRunsIn } from './edge-runs.ts'
import type { Kernels } from './kernels.ts'
import { OptionViews } from './option-views.ts'
import type { Tracer, View } from './tracer.ts'

/** Callers of one that says what somebody may have set. */
const MOST_CALLERS = 16

/** Does function `index` name a table that never changes, with kernels of which one is not reached? */
interface NamesKernels {
  namesKernelsInTable(index: number, isReached: (index: number) => boolean): boolean
}

/**
 * What checks decide unless somebody set something else, and somebody does: `options.level.value_or(detect())`, and a pointer to what says what the CPU
 * has, in the place of which users put another.
 */
export class OverriddenChoices {
  readonly #program: Program
  readonly #evaluations: ReadonlyMap<number, Evaluation>
  readonly #kernels: Kernels
  readonly #views: OptionViews
  readonly #tracer: Tracer
  readonly #choices: NamesKernels
  #functions: ReadonlySet<number> | undefined

  constructor(program: Program, evaluations: ReadonlyMap<number, Evaluation>, kernels: Kernels, tracer: Tracer, choices: NamesKernels) {
    this.#choices = choices
    this.#program = program
    this.#evaluations = evaluations
    this.#kernels = kernels
    this.#tracer = tracer
    this.#views = new OptionViews(program, evaluations, tracer)
  }

  /** Edges to kernels that the numbers lead to which others set. */
  refute(isReached: (index: number) => boolean): readonly Refuted[] {
    this.#functions ??= this.#find()
    const refuted: Refuted[] = []
    for (const index of this.#functions) {
      if (!isReached(index) || !(this.#leadsToUnreached(index, isReached) || this.#choices.namesKernelsInTable(index, isReached))) continue
      const view = this.#views.of(index, isReached)
      if (view !== undefined) this.#refuteIn(index, view, isReached, refuted)
    }
    return refuted
  }

  #refuteIn(index: number, { evaluation, control }: View, isReached: (index: number) => boolean, refuted: Refuted[]): void {
    const { graph } = this.#program
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      if (!this.#isToUnreached(edge, isReached) || !edgeRunsIn(graph, evaluation, edge) || control.decidingOf(evaluation.open, graph.edgeAt[edge]!, evaluation.either)?.length !== 0) continue
      refuted.push({ from: index, target: graph.edgeTo[edge]!, how: graph.edgeKind[edge] === Edge.call ? 'call' : 'address' })
    }
    // entries of a table: of what is found in any of them, nothing hangs on a check
    if (evaluation.open.size > 0) return
    const usual = this.#evaluations.get(index)
    for (const address of evaluation.addressesUsed) {
      const target = usual?.addressesUsed.has(address) === true ? undefined : graph.functionAt(address)
      if (target !== undefined && this.#kernels.needFeatures(target) && !isReached(target)) refuted.push({ from: index, target, how: 'address' })
    }
  }

  #leadsToUnreached(index: number, isReached: (index: number) => boolean): boolean {
    const { graph } = this.#program
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) if (this.#isToUnreached(edge, isReached)) return true
    return false
  }

  /** Does it lead to a kernel that is not reached? */
  #isToUnreached(edge: number, isReached: (index: number) => boolean): boolean {
    const { graph } = this.#program
    const target = graph.edgeTo[edge]!
    return (graph.edgeKind[edge] === Edge.call || graph.edgeKind[edge] === Edge.taken) && this.#kernels.needFeatures(target) && !isReached(target)
  }

  /** Functions that decide by what a check found out where they, or what they call, might have been told something else. */
  #find(): ReadonlySet<number> {
    const { calls } = this.#program
    const functions = this.#readersOfHooks()
    for (const [index, evaluation] of this.#evaluations) {
      const { decides, ignoresOthers, globalStores } = evaluation
      for (const { address, value } of globalStores) {
        if (value?.detected !== true || value.words.length === 0 || (value.partial !== true && !this.#isStoredElsewhere(address))) continue
        functions.add(index)
        this.#addReaders(address, functions)
      }
      if (ignoresOthers || this.#isContested(evaluation) || (decides && [...calls.of(index).callees.values()].some((callee) => this.#views.isOverridden(callee)))) functions.add(index)
    }
    for (const index of this.#tracer.informed()) {
      if (this.#isToldOfContested(index)) functions.add(index)
      if (this.#isToldOtherwise(index)) this.#addCallers(index, functions)
    }
    // who is told by one of them
    for (const index of functions) if (this.#evaluations.get(index)?.results.get(0)?.detected === true) this.#addCallers(index, functions)
    return functions
  }

  /** Is function `index` told what a check stored in an object where others set something else? */
  #isToldOfContested(index: number): boolean {
    for (const [place, { detected }] of this.#tracer.parametersOf(index) ?? []) if (detected && place < 0 && this.#tracer.contested.has(placeOf(place).offset)) return true
    return false
  }

  /** Does function `index` return what its callers tell it of a check, and do some tell it something else, or may others set that before it looks? */
  #isToldOtherwise(index: number): boolean {
    const evaluation = this.#evaluations.get(index)
    if (evaluation?.results.get(0)?.detected !== true) return false
    const { graph } = this.#program
    const from = graph.firstCaller[index]!
    const to = graph.firstCaller[index + 1]!
    for (const [place, { detected }] of this.#tracer.parametersOf(index) ?? []) {
      if (!detected) continue
      const offset = place < 0 ? placeOf(place).offset : -1
      if (this.#tracer.contested.has(offset) || evaluation.numbersStored.has(offset)) return true
      for (let entry = from; entry < Math.min(to, from + MOST_CALLERS); entry++) {
        const edge = graph.callerEdge[entry]!
        const passed = this.#evaluations.get(graph.edgeFrom[edge]!)?.passed.get(graph.edgeAt[edge]!)
        if (passed?.get(place)?.detected !== true) return true
      }
    }
    return false
  }

  /** Does it store what a check found out where others, or it itself in another object, store something else? */
  #isContested({ leaks, numbersStored }: Evaluation): boolean {
    const { contested } = this.#tracer
    for (const offset of leaks.stored) if (contested.has(offset) || numbersStored.has(offset)) return true
    for (const offsets of leaks.frames.values()) for (const offset of offsets) if (contested.has(offset)) return true
    return false
  }

  /** Functions that read a variable which first holds the address of one that says what a check found out, and which somebody stores to. */
  #readersOfHooks(): Set<number> {
    const { accesses, graph, image, sweep } = this.#program
    const readers = new Set<number>()
    const kind = sweep.accessKind.values()
    const asking = new Set<number>()
    for (const [index, { results }] of this.#evaluations) if (results.get(0)?.detected === true) asking.add(graph.starts[index]!)
    const note = (place: number, address: number | undefined): void => {
      if (address === undefined || !asking.has(address) || image.dataAt(place)?.constant !== false) return
      if ([...accesses.range(place, place)].some((access) => kind[access] === Access.store)) this.#addReaders(place, readers)
    }
    for (const [place, { address }] of image.slots) note(place, address)
    // in programs for a fixed address the file says it
    const { places, targets } = image.codePointers
    for (let entry = 0; entry < places.length; entry++) note(places[entry]!, targets[entry])
    // and who calls by the variable
    for (const [index, called] of graph.calledVariables) if (called.some(({ first }) => asking.has(graph.starts[first]!))) readers.add(index)
    return readers
  }

  /** Is the variable at an address stored to in more places than one? */
  #isStoredElsewhere(at: number): boolean {
    const { accesses, sweep } = this.#program
    let stores = 0
    for (const access of accesses.range(at, at)) if (sweep.accessKind.values()[access] === Access.store) stores++
    return stores > 1
  }

  #addCallers(index: number, functions: Set<number>): void {
    const { graph } = this.#program
    this.#views.note(index)
    const from = graph.firstCaller[index]!
    const to = graph.firstCaller[index + 1]!
    if (to - from > MOST_CALLERS) return
    for (let entry = from; entry < to; entry++) functions.add(graph.edgeFrom[graph.callerEdge[entry]!]!)
  }

  /** Adds functions that read the variable at an address. */
  #addReaders(at: number, readers: Set<number>): void {
    const { accesses, graph, sweep } = this.#program
    for (const access of accesses.range(at, at)) {
      const reader = sweep.accessKind.values()[access] === Access.load ? graph.functionOf(sweep.accessFrom.values()[access]!) : -1
      if (reader >= 0) readers.add(reader)
    }
  }
}
