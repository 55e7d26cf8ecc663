import { Edge } from '../../program/edges.ts'
import { join, sameValue, singleAddress, type Value } from '../../program/value.ts'
import type { Program } from '../code/program.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'

type Passed = ReadonlyMap<number, Value>

export interface HandedCallback {
  readonly callback: number
  /** Where its address is handed over. */
  readonly edge: number
  readonly passed: Passed
}

/** Functions that are given to others, which call them with what they found out: `initialize_hw(init_table)` of crypton. */
export class Callbacks {
  readonly #program: Program
  /** By function that calls what it is given, and the register that it is given that in: what it passes. */
  readonly #passed = new Map<number, Map<number, Passed>>()

  constructor(program: Program) {
    this.#program = program
  }

  /** Notes what function `index` passes to what it is given. True: that is new. */
  note(index: number, { callbacks, passed, leaks }: Evaluation): boolean {
    const before = this.#passed.get(index)
    if (callbacks.size === 0 && before === undefined) return false
    const now = new Map<number, Passed>()
    for (const register of new Set(callbacks.values())) {
      // whoever else gets to know it may call it with anything
      if (leaks.escapedArguments.has(register)) continue
      const found = passedInAllCases([...callbacks].filter(([, from]) => from === register).map(([at]) => passed.get(at)))
      if (found.size > 0) now.set(register, found)
    }
    this.#passed.set(index, now)
    if (now.size !== (before?.size ?? 0)) return true
    return [...now].some(([register, values]) => !areSame(values, before!.get(register)))
  }

  /** Callers of function `index` that take the address of a function which nobody calls. */
  *mayHandTo(index: number): Iterable<number> {
    const { firstCaller, callerEdge, edgeFrom, firstEdge, edgeKind, edgeTo } = this.#program.graph
    for (let entry = firstCaller[index]!; entry < firstCaller[index + 1]!; entry++) {
      const caller = edgeFrom[callerEdge[entry]!]!
      for (let edge = firstEdge[caller]!; edge < firstEdge[caller + 1]!; edge++) {
        const target = edgeTo[edge]!
        if (edgeKind[edge] !== Edge.taken || firstCaller[target] !== firstCaller[target + 1]) continue
        yield caller
        break
      }
    }
  }

  /** Functions that function `index` hands to such, and to nobody else, and that nobody else knows. */
  *handedBy(index: number, evaluation: Evaluation): Iterable<HandedCallback> {
    if (this.#passed.size === 0) return
    const { graph } = this.#program
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      const caller = graph.edgeKind[edge] === Edge.call ? this.#passed.get(graph.edgeTo[edge]!) : undefined
      for (const [register, passed] of caller ?? []) {
        const at = graph.edgeAt[edge]!
        const address = singleAddress(evaluation.passed.get(at)?.get(register))
        const callback = address === undefined ? undefined : graph.functionAt(address)
        if (callback === undefined || evaluation.addressesPassed.get(address!)?.every((call) => call === at) !== true) continue
        const taken = this.#onlyTaken(callback)
        if (taken !== undefined && graph.edgeFrom[taken] === index) yield { callback, edge: taken, passed }
      }
    }
  }

  /** The only edge to a function, where that takes its address, nobody calls it, and no data holds it. */
  #onlyTaken(index: number): number | undefined {
    const { graph, pointed, image } = this.#program
    if (graph.firstCaller[index + 1] !== graph.firstCaller[index] || pointed.placesOf(index).length > 0) return undefined
    if (image.functions.some(({ address, exported }) => exported && address === graph.starts[index])) return undefined
    let taken: number | undefined
    for (let edge = 0; edge < graph.edgeTo.length; edge++) {
      if (graph.edgeTo[edge] !== index) continue
      if (taken !== undefined || graph.edgeKind[edge] !== Edge.taken) return undefined
      taken = edge
    }
    return taken
  }
}

/** What checks found out of what all of several calls pass. */
function passedInAllCases(calls: readonly (Passed | undefined)[]): Passed {
  let common: Map<number, Value> | undefined
  for (const passed of calls) {
    const found = new Map<number, Value>()
    for (const [place, value] of passed ?? []) {
      if (!value.detected || (common !== undefined && !common.has(place))) continue
      const joined = common === undefined ? value : join(common.get(place), value)
      if (joined !== undefined) found.set(place, joined)
    }
    common = found
  }
  return common ?? new Map()
}

function areSame(a: Passed, b: Passed | undefined): boolean {
  return b !== undefined && a.size === b.size && [...a].every(([place, value]) => sameValue(value, b.get(place)))
}
