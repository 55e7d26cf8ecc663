import { Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { Edge } from '../../program/edges.ts'
import { codeOf } from './function-code.ts'
import type { Program } from './program.ts'

/** Functions that one leads to. */
const FUNCTIONS = 48

/**
 * Callees of functions that have instructions tried which lead to a few functions, call nothing through registers, and name nothing
 * that the caller does: what it keeps in variables outlives such a call.
 */
export class ClosedCallees {
  readonly #program: Program
  readonly #callers: ReadonlySet<number>
  readonly #closures = new Map<number, ReadonlySet<number> | undefined>()
  readonly #places = new Map<number, ReadonlySet<number>>()

  constructor(program: Program) {
    this.#program = program
    const { graph, detectors } = program
    const callers = new Set<number>()
    for (const index of detectors.triers) {
      for (let entry = graph.firstCaller[index]!; entry < graph.firstCaller[index + 1]!; entry++) callers.add(graph.edgeFrom[graph.callerEdge[entry]!]!)
    }
    this.#callers = callers
  }

  /** Does it call a function that tries what it is given? */
  hasTried(index: number): boolean {
    return this.#callers.has(index)
  }

  /** @param given what `callee` calls because it was given its address */
  leavesAlone(caller: number, callee: number, given: number | undefined): boolean {
    if (given !== undefined && !this.#isLeftAlone(caller, given, false)) return false
    return this.#isLeftAlone(caller, callee, given !== undefined)
  }

  /** Where the object at `at` ends at the latest: what a slot of the GOT names is one by itself. */
  endOfObject(caller: number, at: number): number {
    let end = Infinity
    for (const { place, isSymbol } of this.#namesOf(caller)) if (isSymbol && place > at && place < end) end = place
    return end
  }

  #isLeftAlone(caller: number, callee: number, callsGiven: boolean): boolean {
    const closure = this.#closureOf(callee, callsGiven)
    if (closure === undefined || closure.has(caller)) return false
    const own = this.#placesOf(caller)
    return [...closure].every((index) => [...this.#placesOf(index)].every((place) => !own.has(place)))
  }

  #closureOf(index: number, callsGiven: boolean): ReadonlySet<number> | undefined {
    if (!this.#closures.has(index)) this.#closures.set(index, this.#follow(index, callsGiven))
    return this.#closures.get(index)
  }

  /** Undefined where it leads to many functions, or to some that nobody knows. */
  #follow(first: number, callsGiven: boolean): ReadonlySet<number> | undefined {
    const { graph, stubs } = this.#program
    const found = new Set([first])
    for (const index of found) {
      const code = codeOf(this.#program, index)
      if (code === undefined || found.size > FUNCTIONS || graph.importCalls.has(index)) return undefined
      for (let at = (code.start - code.base) / 4; at < (code.end - code.base) / 4; at++) {
        const flow = flowOf(code.words[at]!)
        if (flow === Flow.indirectJump || (flow === Flow.indirectCall && !(callsGiven && index === first))) return undefined
      }
      for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) if (graph.edgeKind[edge] === Edge.call) found.add(graph.edgeTo[edge]!)
    }
    return stubs.size > 0 && [...found].some((index) => stubs.has(graph.starts[index]!)) ? undefined : found
  }

  #placesOf(index: number): ReadonlySet<number> {
    let known = this.#places.get(index)
    if (known === undefined) this.#places.set(index, (known = new Set([...this.#namesOf(index)].map(({ place }) => place))))
    return known
  }

  /** What it names, and what slots hold that it names. */
  *#namesOf(index: number): Iterable<{ readonly place: number; readonly isSymbol: boolean }> {
    const { graph, sweep, image } = this.#program
    const to = sweep.accessTo.values()
    for (let access = graph.firstAccess[index]!; access < graph.firstAccess[index + 1]!; access++) {
      const named = to[access]!
      const held = image.slots.get(named)?.address ?? image.dataPointers.get(named)
      const place = held ?? named
      if (image.dataAt(place)?.writable === true) yield { place, isSymbol: held !== undefined && image.dataAt(named)?.separate === true }
    }
  }
}
