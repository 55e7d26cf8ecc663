import type { Choices } from './choices.ts'
import type { Refuted } from './refuted.ts'
import type { Guards } from '../checks/guards.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'
import { loopStarts, noStarts } from '../code/fixed-addresses.ts'
import { initializerArrays } from '../../program/initializers.ts'
import type { Kernels } from './kernels.ts'
import { getsNameOfCpu } from './named-objects.ts'
import { NamedRecords } from './named-records.ts'
import type { Program } from '../code/program.ts'
import type { Progress } from './progress.ts'
import { Access } from '../../program/sweep.ts'
import type { Tracer } from './tracer.ts'

/** Operations of a table that is put into an object with the name of a CPU. */
const LEAST_OPERATIONS = 3

/** Callers of what names such a table, and functions around it, that are looked at. */
const FEW_CALLERS = 8
const MOST_AROUND = 200

const MOVSXD = 0x63

export interface KnownForTables {
  readonly evaluations: ReadonlyMap<number, Evaluation>
  readonly chosenEntries: Guards['chosenEntries']
  readonly kernels: Kernels
  readonly choices: Choices
  readonly tracer: Tracer
  /** Does a function return 0 on this CPU, and something else on others? */
  readonly saysNo: (index: number) => boolean
  /** Can the instruction at `at` of function `index` run? */
  readonly runs: (index: number, at: number) => boolean
}

/** Functions that are reached by tables and objects in data: who names one may call what it leads to. */
export class NamedTables {
  readonly #program: Program
  readonly #evaluations: ReadonlyMap<number, Evaluation>
  readonly #chosenEntries: Guards['chosenEntries']
  readonly #kernels: Kernels
  readonly #choices: Choices
  readonly #tracer: Tracer
  readonly #saysNo: (index: number) => boolean
  readonly #runs: (index: number, at: number) => boolean
  readonly #records: NamedRecords
  readonly #refused: { readonly index: number; readonly from: number; readonly target: number }[] = []
  readonly #arrays: readonly { readonly start: number; readonly end: number }[]

  constructor(program: Program, { evaluations, chosenEntries, kernels, choices, tracer, saysNo, runs }: KnownForTables) {
    this.#program = program
    this.#evaluations = evaluations
    this.#chosenEntries = chosenEntries
    this.#kernels = kernels
    this.#choices = choices
    this.#tracer = tracer
    this.#saysNo = saysNo
    this.#runs = runs
    this.#records = new NamedRecords(program, evaluations)
    this.#arrays = initializerArrays(program)
  }

  /** Tables of function pointers (virtual tables, operations) that the function names. */
  follow(index: number, progress: Progress): void {
    const { graph, sweep } = this.#program
    const evaluation = this.#evaluations.get(index)
    const chosen = this.#chosenEntries.get(index)
    const kinds = sweep.accessKind.values()
    const to = sweep.accessTo.values()
    const froms = sweep.accessFrom.values()
    const end = graph.firstAccess[index + 1]!
    const fixed = this.#program.image.positionDependent ? this.#program.codeAt(graph.starts[index]!) : undefined
    for (let access = graph.firstAccess[index]!; access < end; access++) {
      if (kinds[access] === Access.store) continue
      const from = froms[access]!
      const starts = fixed === undefined ? noStarts : loopStarts(fixed, graph.starts[index]!, from, to[access]!)
      if (starts.length > 0 && this.#runs(index, from)) for (const start of starts) this.#followObjects(index, from, start, progress)
      const table = progress.tables.has(to[access]!) ? -1 : this.#namedBy(access)
      // what lies at no multiple of eight is a part of what does, as `PointedFunctions` has it: most of it text
      if (table < 0 || progress.tables.has(table - (table % 8))) continue
      if (this.#endsArray(index, table)) continue
      if (!this.#runs(index, from)) {
        if (this.#tracer.runsByEnvironment(index, from)) this.#followObjects(index, from, table, progress)
        continue
      }
      if (chosen?.isChoice(from) === true) continue
      if (kinds[access] === Access.take && evaluation !== undefined && !this.#usesObject(evaluation, table)) continue
      this.#followObjects(index, from, table, progress)
    }
  }

  /** What variables first hold that the function calls: where that was not followed. */
  followCalledVariables(index: number, progress: Progress): void {
    const evaluated = this.#evaluations.get(index)
    for (const { at, first } of this.#program.graph.calledVariables.get(index) ?? []) {
      if ((evaluated === undefined || evaluated.indirectCalls.has(at)) && this.#runs(index, at)) this.#reachFromTable(index, at, first, progress)
    }
  }

  /** What an access names, or what the slot of the GOT that it names points to, where that is another unit's or exported; or -1. */
  #namedBy(access: number): number {
    const { image, sweep } = this.#program
    const named = sweep.accessTo.values()[access]!
    return image.dataAt(named)?.separate === true ? (image.slots.get(named)?.address ?? -1) : named
  }

  /** What the object at `first`, which the instruction at `from` names, leads to, and what it points to: lists of structures of operations. */
  #followObjects(index: number, from: number, first: number, progress: Progress): void {
    const { detectors, pointed } = this.#program
    const { tables } = progress
    for (const { object, functions, isTable, isBesideRefused } of pointed.from(first, !detectors.any, tables, () => this.#readsDistances(index), this.#saysNo)) {
      const mayBeOfImplementation = detectors.any && functions.length >= LEAST_OPERATIONS && functions.some((target) => this.#kernels.needFeatures(target))
      if (mayBeOfImplementation && object === first && getsNameOfCpu(this.#program, from) && this.#isBesidePlainTable(index, functions)) continue
      if (mayBeOfImplementation && this.#records.besides(object).some((other) => this.#isPlainTable(other, functions, new Set()))) continue
      const isByLevel = detectors.any && isTable && this.#choices.isByLevel(functions) && !this.#tracer.isIndexedByAmbiguousField(index, object)
      for (const target of functions) {
        if (isByLevel && target !== functions[0]) continue
        // each row of the table answered for itself
        if (isBesideRefused && !this.#kernels.isNamed(target)) progress.reach(target, index, 'table')
        else if (object === first || !this.#isOfOneOfObjects(index, target)) this.#reachFromTable(index, from, target, progress)
      }
    }
  }

  /**
   * Is a table of as many functions named for any CPU, too, by function `index`, or by who calls it or what else is called there? Each
   * implementation of simdutf has a function that makes it, once.
   */
  #isBesidePlainTable(index: number, functions: readonly number[]): boolean {
    const { graph, calls } = this.#program
    const callersOf = (callee: number): number[] => {
      const from = graph.firstCaller[callee]!
      const entries = Math.min(graph.firstCaller[callee + 1]! - from, FEW_CALLERS)
      return Array.from({ length: entries }, (_, entry) => graph.edgeFrom[graph.callerEdge[from + entry]!]!)
    }
    const calleesOf = (caller: number): Iterable<number> => calls.of(caller).callees.values()
    // its constructor may be a function of its own
    const callers = callersOf(index)
    const around = new Set([index, ...callers, ...callers.flatMap(callersOf)])
    for (const place of around) if (around.size < MOST_AROUND) for (const callee of calleesOf(place)) around.add(callee)
    return [...around].some((other) => this.#namesPlainTable(other, functions))
  }

  /** Does function `index` name a table of as many functions that need less, but for those that are in both? */
  #namesPlainTable(index: number, functions: readonly number[]): boolean {
    const { graph } = this.#program
    const seen = new Set<number>()
    for (let access = graph.firstAccess[index]!; access < graph.firstAccess[index + 1]!; access++) {
      const table = this.#namedBy(access)
      if (table >= 0 && this.#isPlainTable(table, functions, seen)) return true
    }
    return false
  }

  /** Is it a table of as many functions that need less, but for those that are in both? `seen`: others, which do not count. */
  #isPlainTable(table: number, functions: readonly number[], seen: Set<number>): boolean {
    for (const { object, functions: others } of this.#program.pointed.from(table, false, seen)) {
      if (object !== table || others.length !== functions.length) continue
      const own = others.filter((other) => !functions.includes(other))
      if (own.length > 0 && this.#kernels.areBeyond(functions, own)) return true
    }
    return false
  }

  /** Does it use the object at an address, or a part of it? */
  #usesObject({ addressesUsed, addressesFollowed }: Evaluation, object: number): boolean {
    if (addressesUsed.has(object) || addressesFollowed.has(object)) return true
    const end = this.#program.pointed.endOf(object)
    return [addressesUsed, addressesFollowed].some((addresses) => {
      for (const address of addresses) if (address > object && address < end) return true
      return false
    })
  }

  /** Does function `index` read entries of four bytes, with their signs: `movsxd rax, [table + index * 4]`? */
  #readsDistances(index: number): boolean {
    const { graph, codeAt } = this.#program
    const range = codeAt(graph.starts[index]!)
    if (range === undefined) return false
    const { code, base } = range
    for (let at = graph.starts[index]! - base, end = graph.ends[index]! - base; (at = code.indexOf(MOVSXD, at + 1)) >= 0 && at + 2 < end; ) {
      if ((code[at - 1]! & 0xf8) === 0x48 && (code[at + 1]! & 0xc7) === 4 && code[at + 2]! >> 6 === 2) return true
    }
    return false
  }

  /** Does a function that asks name objects of which one leads to `target`, and another to a like one without its features? */
  #isOfOneOfObjects(index: number, target: number): boolean {
    const { detectors } = this.#program
    return detectors.any && this.#kernels.needFeatures(target) && this.#evaluations.get(index)?.decides === true && this.#namesTwin(index, target)
  }

  /** Does function `index` name an object that leads to what does the same as `target` without its features? */
  #namesTwin(index: number, target: number): boolean {
    const { graph, pointed, sweep } = this.#program
    const seen = new Set<number>()
    for (let access = graph.firstAccess[index]!; access < graph.firstAccess[index + 1]!; access++) {
      const table = sweep.accessKind.values()[access] === Access.store ? -1 : this.#namedBy(access)
      if (table < 0) continue
      for (const { functions } of pointed.from(table, false, seen)) if (!functions.includes(target) && functions.some((other) => this.#choices.isTwin(other, target))) return true
    }
    return false
  }

  #reachFromTable(index: number, from: number, target: number, progress: Progress): void {
    if (this.#program.detectors.any && this.#isChosen(index, from, target) && !this.#isNamedAnyway(index, from, target)) {
      if (this.#evaluations.get(index)?.doubts === true) this.#refused.push({ index, from, target })
      return
    }
    progress.reach(target, index, 'table')
  }

  /** Looks once more at what was taken for chosen from tables: see `Choices.refute`. */
  refute(isReached: (index: number) => boolean): readonly Refuted[] {
    return this.#refused
      .filter(({ index, from, target }) => isReached(index) && !isReached(target) && this.#choices.isLedToTable(index, from, isReached))
      .map(({ index, target }) => ({ from: index, target, how: 'table' }))
  }

  /** Does the table that function `index` names at `from` look like one of implementations, or `target` like one that is chosen? */
  #isChosen(index: number, from: number, target: number): boolean {
    const needsFeatures = this.#kernels.needFeatures(target)
    const evaluation = this.#evaluations.get(index)
    // where it is known what the function asks, that says more than a name
    const isKnown = needsFeatures && evaluation !== undefined && (evaluation.decides || evaluation.doubts)
    if (!isKnown && this.#kernels.isNamed(target)) return true
    return needsFeatures && this.#choices.choosesFromTable(index, from) && !this.#tracer.runsByEnvironment(index, from)
  }

  /** Is the object that leads to `target` named whatever checks say, and no other to choose from? Then there is no choice. */
  #isNamedAnyway(index: number, from: number, target: number): boolean {
    return this.#tracer.checksOf(index, from)?.length === 0 && !this.#namesTwin(index, target) && !this.#choices.takesTwin(index, target)
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
}
