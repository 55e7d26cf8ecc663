import { branchTarget, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { Edge } from '../../program/edges.ts'
import { join, sameValue, type Value } from '../../program/value.ts'
import { functionsWithAddressTaken } from '../code/address-taken.ts'
import type { Agenda } from './agenda.ts'
import { Base, type Evaluation } from '../evaluation/evaluation.ts'
import type { AllocatedObjects } from './objects.ts'
import type { Program } from '../code/program.ts'

const limits = {
  /** Of a function whose arguments are known. */
  callers: 400,
  /** Callers that are followed for what they pass beside one that passes what a check says. */
  awaited: 24,
} as const

type Values = readonly (Value | undefined)[]

/** What is known of the search that arguments are part of. */
interface Search {
  readonly evaluations: ReadonlyMap<number, Evaluation>
  readonly objects: AllocatedObjects
  readonly agenda: Agenda
  /** Was it followed before, whatever came of it? */
  wasFollowed(index: number): boolean
}

/** Arguments of functions that are only called directly, from where each call was followed. */
export class ArgumentsPassed {
  readonly #program: Program
  readonly #search: Search
  readonly #parameters = new Map<number, Values>()
  /** Functions whose arguments hang on callers that were not followed before. */
  readonly #awaited = new Set<number>()
  readonly #addressTaken: ReadonlySet<number>
  /** What the loader gives resolvers is known. */
  readonly #declared = new Set<number>()

  constructor(program: Program, search: Search) {
    this.#program = program
    this.#search = search
    this.#addressTaken = functionsWithAddressTaken(program)
  }

  declare(index: number, values: Values): void {
    this.#declared.add(index)
    this.#parameters.set(index, values)
  }

  of(index: number): Values | undefined {
    return this.#parameters.get(index)
  }

  /** What the evaluation of function `index` passes to others. */
  spread(index: number, evaluation: Evaluation, distance: number): void {
    const { graph } = this.#program
    if (this.#parameters.has(index)) this.#passTo(index, distance) // it may call itself
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      const target = graph.edgeTo[edge]!
      if (graph.edgeKind[edge] !== Edge.call) continue
      const passed = evaluation.passed.get(graph.edgeAt[edge]!)
      const isAbout = this.#parameters.has(target) || this.#awaited.has(target) || passed?.some((value) => this.#tells(value)) === true
      if (passed !== undefined && isAbout) this.#passTo(target, distance)
    }
  }

  /** Nothing is known of what function `index` passes. */
  forgetThoseOf(index: number, distance: number): void {
    const { graph } = this.#program
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) this.#forget(graph.edgeTo[edge]!, distance)
  }

  #forget(target: number, distance: number): void {
    if (!this.#declared.has(target) && this.#parameters.delete(target)) this.#search.agenda.add(target, distance + 1)
  }

  #passTo(target: number, distance: number): void {
    if (this.#declared.has(target)) return
    const parameters = this.#joined(target, distance)
    if (parameters === undefined) {
      this.#forget(target, distance)
      return
    }
    const known = this.#parameters.get(target)
    if (known !== undefined && parameters.every((value, register) => sameValue(value, known[register]))) return
    this.#parameters.set(target, parameters)
    this.#search.agenda.add(target, distance + 1)
  }

  #tells(value: Value | undefined): boolean {
    return value !== undefined && (value.detected || (value.base >= Base.firstObject && this.#search.objects.tells(value.base)))
  }

  #joined(target: number, distance: number): Values | undefined {
    const { graph, live } = this.#program
    const { evaluations, agenda } = this.#search
    if (this.#addressTaken.has(target)) return undefined
    const from = graph.firstCaller[target]!
    const to = graph.firstCaller[target + 1]!
    if (to - from > limits.callers) return undefined
    let parameters: Values | undefined
    for (let entry = from; entry < to; entry++) {
      const edge = graph.callerEdge[entry]!
      const source = graph.edgeFrom[edge]!
      if (!live.has(source)) continue // dead code passes nothing
      const caller = evaluations.get(source)
      if (caller === undefined) {
        // it may pass anything, until it has been followed as well
        if (to - from <= limits.awaited && !this.#search.wasFollowed(source)) {
          this.#awaited.add(target)
          agenda.add(source, distance + 1)
        }
        return undefined
      }
      // a call that cannot run passes nothing
      const passed = caller.passed.get(graph.edgeAt[edge]!)
      if (passed !== undefined) parameters = parameters === undefined ? passed : joinAll(parameters, passed)
    }
    // without arguments it was followed for nothing that it could pass on; with them it is asked again
    const own = this.#parameters.has(target) ? passedToItself(this.#program, target, evaluations.get(target)) : undefined
    // what changes from call to call of itself would take many times to tell
    const agrees = (value: Value | undefined, register: number): boolean => own === undefined || sameValue(own[register], value) || own[register]?.detected === true
    const all = parameters?.map((value, register) => (agrees(value, register) ? join(value, own === undefined ? value : own[register]) : undefined))
    return all?.map((value) => (value?.partial === true ? undefined : value))
  }
}

function joinAll(a: Values, b: Values): Values {
  return a.map((value, register) => join(value, b[register]))
}

/** What a function passes where it calls itself: no edge of the graph. */
function passedToItself({ graph, codeAt }: Program, index: number, evaluation: Evaluation | undefined): Values | undefined {
  const start = graph.starts[index]!
  const code = codeAt(start)
  let parameters: Values | undefined
  for (const [at, passed] of evaluation?.passed ?? []) {
    const word = code?.words[(at - code.base) / 4] ?? 0
    if (flowOf(word) === Flow.call && branchTarget(word, Flow.call, at) === start) parameters = parameters === undefined ? passed : joinAll(parameters, passed)
  }
  return parameters
}
