import { Edge } from '../../program/edges.ts'
import { Access } from '../../program/sweep.ts'
import { type TagStore, tagStores } from '../code/tag-stores.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'
import { Register } from '../evaluation/state.ts'
import type { Program } from '../code/program.ts'
import { singleAddress } from '../../program/value.ts'
import type { NumbersStored } from './numbers-stored.ts'

/** Calls on the way to what sets a field, and bytes of such a function. */
const DEPTH = 3
const LARGEST_SETTER = 2048
/** Functions that are looked at, behind one that asks and in all. */
const MOST_BEHIND = 32
const MOST = 2000
/** Functions with more callers make what many use. */
const MOST_CALLERS = 8

/**
 * Offsets of fields in which functions store what a check found out, and others that they call, or that are called where they are, a number that is not
 * zero, without asking: `object->fast = has_avx2(); prepare(object)`, `object = create(); set_parameter(object, USE_AVX2, 1)`. What a branch on such a
 * field decides may be either's. At the beginning of objects many have something.
 */
export class OtherSetters {
  readonly #evaluations: ReadonlyMap<number, Evaluation>
  /** Of each function that stores what a check found out, offsets that others set as well, also in objects in its frame that others are given. */
  readonly #set: ReadonlyMap<number, ReadonlySet<number>>

  constructor(program: Program, evaluations: ReadonlyMap<number, Evaluation>, numbers: NumbersStored) {
    this.#evaluations = evaluations
    const search = new SetterSearch(program, evaluations, numbers)
    const set = new Map<number, ReadonlySet<number>>()
    for (const [index, { leaks }] of evaluations) {
      const stored = new Set(leaks.stored)
      for (const offsets of leaks.frames.values()) for (const offset of offsets) stored.add(offset)
      const found = stored.size === 0 ? stored : search.behind(index, stored)
      if (found.size > 0) set.set(index, found)
    }
    this.#set = set
  }

  /** @param ofFrames do objects in frames count that others are given? */
  offsets(isOwn: (index: number) => boolean, ofFrames = false): ReadonlySet<number> {
    const all = new Set<number>()
    for (const [index, offsets] of this.#set) {
      if (!isOwn(index)) continue
      const { stored } = this.#evaluations.get(index)!.leaks
      for (const offset of offsets) if (ofFrames || stored.has(offset)) all.add(offset)
    }
    return all
  }
}

class SetterSearch {
  #found = new Set<number>()
  readonly #program: Program
  readonly #evaluations: ReadonlyMap<number, Evaluation>
  readonly #numbers: NumbersStored
  readonly #stores = new Map<number, readonly TagStore[]>()

  constructor(program: Program, evaluations: ReadonlyMap<number, Evaluation>, numbers: NumbersStored) {
    this.#program = program
    this.#evaluations = evaluations
    this.#numbers = numbers
  }

  /** Offsets of `stored`, where function `index` stores what it found out, that what it calls sets, and what its callers do beside it. */
  behind(index: number, stored: ReadonlySet<number>): ReadonlySet<number> {
    const { graph } = this.#program
    const found = (this.#found = new Set())
    this.#calledFrom([index], stored)
    const from = graph.firstCaller[index]!
    const to = graph.firstCaller[index + 1]!
    if (to - from > MOST_CALLERS) return found
    const callers = new Set<number>()
    for (let entry = from; entry < to; entry++) callers.add(graph.edgeFrom[graph.callerEdge[entry]!]!)
    callers.delete(index)
    const known = new Set(callers)
    for (const caller of callers) for (const callee of this.#calledBy(caller, known, stored, index)) this.#noteTags(callee, stored)
    return found
  }

  #calledFrom(callers: readonly number[], stored: ReadonlySet<number>): void {
    let behind = callers
    const known = new Set(behind)
    for (let depth = 0; depth < DEPTH && known.size < MOST_BEHIND && this.#stores.size < MOST; depth++) {
      behind = behind.flatMap((caller) => this.#calledBy(caller, known, stored))
      for (const callee of behind) this.#noteTags(callee, stored)
    }
  }

  /** Functions that `caller` calls, and that were not looked at before; what its calls have them store is noted. `asking`: what asks is called beside them. */
  #calledBy(caller: number, known: Set<number>, stored: ReadonlySet<number>, asking = -1): number[] {
    const { graph } = this.#program
    const callees: number[] = []
    for (let edge = graph.firstEdge[caller]!; edge < graph.firstEdge[caller + 1]!; edge++) {
      const callee = graph.edgeTo[edge]!
      if (graph.edgeKind[edge] !== Edge.call || graph.ends[callee]! - graph.starts[callee]! > LARGEST_SETTER || this.#program.isOfRuntimeLibrary(callee) || (asking >= 0 && this.#isGivenAnother(edge, asking))) continue
      // what it stores may be what it found out
      if (this.#evaluations.get(callee)?.decides !== true) for (const offset of this.#numbers.by(edge, stored)) if (offset > 0 && stored.has(offset)) this.#found.add(offset)
      if (known.has(callee)) continue
      known.add(callee)
      callees.push(callee)
    }
    for (const callee of this.#pointedAtBy(caller)) {
      if (known.has(callee) || graph.ends[callee]! - graph.starts[callee]! > LARGEST_SETTER) continue
      known.add(callee)
      callees.push(callee)
    }
    return callees
  }

  /** Is the callee of `edge` given a variable by its address, and function `asking`, which is called beside it, something else? */
  #isGivenAnother(edge: number, asking: number): boolean {
    const { graph } = this.#program
    const caller = graph.edgeFrom[edge]!
    const passed = this.#evaluations.get(caller)?.passed
    const given = singleAddress(passed?.get(graph.edgeAt[edge]!)?.get(Register.rdi))
    if (passed === undefined || given === undefined || given <= 0xfff) return false
    for (let other = graph.firstEdge[caller]!; other < graph.firstEdge[caller + 1]!; other++) {
      if (graph.edgeTo[other] === asking && singleAddress(passed.get(graph.edgeAt[other]!)?.get(Register.rdi)) === given) return false
    }
    return true
  }

  /** Functions that variables which `caller` reads point to: it may call them. */
  *#pointedAtBy(caller: number): Iterable<number> {
    const { graph, image, sweep } = this.#program
    const kind = sweep.accessKind.values()
    const to = sweep.accessTo.values()
    for (let access = graph.firstAccess[caller]!; access < graph.firstAccess[caller + 1]!; access++) {
      const address = kind[access] === Access.load ? image.slots.get(to[access]!)?.address : undefined
      const callee = address === undefined ? undefined : graph.functionAt(address)
      if (callee !== undefined) yield callee
    }
  }

  #noteTags(callee: number, stored: ReadonlySet<number>): void {
    let all = this.#stores.get(callee)
    if (all === undefined) {
      const target = this.#program.functions.get(callee)
      this.#stores.set(callee, (all = target === undefined ? [] : tagStores(target)))
    }
    const evaluation = this.#evaluations.get(callee)
    if (evaluation?.decides === true) return
    for (const { at, offset, tag } of all) if (tag !== 0 && offset > 0 && stored.has(offset) && (evaluation === undefined || (evaluation.seen[at - evaluation.start]! & 1) !== 0)) this.#found.add(offset)
  }
}
