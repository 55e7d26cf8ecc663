import { Edge } from '../../program/edges.ts'
import { isExact, join, plain, untouched, type Value } from '../../program/value.ts'
import type { Guards } from '../checks/guards.ts'
import type { Program } from '../code/program.ts'
import { edgeRunsIn } from './edge-runs.ts'
import type { Tracer } from './tracer.ts'

/** Functions with more callers are helpers. */
const CALLERS = 16

/**
 * Arguments that functions are called with besides those that checks decide: what one caller asks the CPU for, another may demand.
 */
export class OtherArguments {
  readonly #program: Program
  readonly #guards: Guards
  readonly #tracer: Tracer

  constructor(program: Program, guards: Guards, tracer: Tracer) {
    this.#program = program
    this.#guards = guards
    this.#tracer = tracer
  }

  /** What function `index` gets where checks decide what others pass: all of it. Undefined where that is nothing more. */
  of(index: number, isReached: (index: number) => boolean): ReadonlyMap<number, Value> | undefined {
    const { graph } = this.#program
    const detected = this.#guards.parametersOf(index)
    const from = graph.firstCaller[index]!
    const to = graph.firstCaller[index + 1]!
    if (detected === undefined || to - from > CALLERS) return undefined
    let all: Map<number, Value> | undefined
    for (let entry = from; entry < to; entry++) {
      const edge = graph.callerEdge[entry]!
      const caller = graph.edgeFrom[edge]!
      if (graph.edgeKind[edge] !== Edge.call || caller === index || !isReached(caller)) continue
      const passed = this.#passedIn(caller, edge)
      if (passed === undefined) continue
      for (const [register, value] of detected) {
        const other = passed.get(register)
        if (other === undefined || other.detected) continue
        const known = all?.get(register) ?? value
        // what its own caller passes it is not known, either
        const joined = isExact(other) ? (isExact(known) ? join(known, other) : undefined) : other.base === plain ? undefined : untouched
        if (joined === undefined || (joined.base === known.base && joined.words.length === known.words.length)) continue
        all ??= new Map(detected)
        all.set(register, joined)
      }
    }
    return all
  }

  /** What a call passes that runs on this CPU, whatever is not known of it. */
  #passedIn(caller: number, edge: number): ReadonlyMap<number, Value> | undefined {
    const { graph } = this.#program
    const at = graph.edgeAt[edge]!
    const evaluation = this.#guards.evaluations.get(caller)
    if (evaluation !== undefined && !edgeRunsIn(graph, evaluation, edge)) return undefined
    return this.#tracer.passedNear(caller, at)
  }
}
