import { Edge } from '../../program/edges.ts'
import { SP } from '../../../../../isa/arm64/operands.ts'
import { ARGUMENTS, type FunctionCode } from '../evaluation/evaluation.ts'
import type { Callees } from './callees.ts'
import type { Container, CopiedStructure } from './copied-structures.ts'
import { codeOf } from './function-code.ts'
import { baseAt, pointersPassed } from './pointers-passed.ts'
import type { Program } from './program.ts'

/** Callers of what fills an object in, functions that put a method into a table, and methods of a table. */
const CALLERS = 8
const TABLES = 8
const METHODS = 16
/** Callers up from who fills a table. */
const DEPTH = 3
/** In no register: who calls has the object itself. */
const ITSELF = -1

/**
 * Methods of objects: BoringSSL makes a key in `init` of a table of methods, which a function fills with their addresses, and works with
 * it in `seal`, which lies in another file. Both are given the object in the same register.
 */
export class MethodTables {
  readonly #program: Program
  readonly #callees: Callees
  /** Who takes the address of a function. */
  #takers: Map<number, Set<number>> | undefined

  constructor(program: Program, callees: Callees) {
    this.#program = program
    this.#callees = callees
  }

  /**
   * Objects that the store at `place` is to a part of, as methods are given them whose tables have one that calls the function of the store,
   * and those who call it.
   */
  objects(place: number): CopiedStructure[] {
    const { graph } = this.#program
    const index = graph.functionOf(place)
    const code = codeOf(this.#program, index)
    const base = code === undefined ? undefined : baseAt(code, place, this.#callees)
    if (base === undefined || base.base >= ARGUMENTS || base.offset !== 0) return []
    const [first, behind] = [graph.firstCaller[index]!, graph.firstCaller[index + 1]!]
    if (behind - first > CALLERS) return []
    const objects: CopiedStructure[] = []
    let hasMethods = false
    for (const caller of this.#callersOf(index)) {
      const code = codeOf(this.#program, caller)
      const methods = code === undefined ? undefined : this.#methodsBeside(caller)
      if (code === undefined || methods === undefined) return []
      hasMethods ||= methods.length > 0
      objects.push(...this.#objectsOf(code, methods, graph.starts[index]!, base.base))
    }
    return hasMethods ? objects : []
  }

  /** @param register in which `callee` is given the part */
  #objectsOf(code: FunctionCode, methods: readonly number[], callee: number, register: number): CopiedStructure[] {
    const objects: CopiedStructure[] = []
    for (const { target, pointerIn } of pointersPassed(code, this.#callees)) {
      if (target !== callee) continue
      const { base, offset } = pointerIn(register)
      const isGiven = base < ARGUMENTS
      const containers: Container[] = [{ before: isGiven ? offset : 0, user: code.start, register: ITSELF }]
      if (isGiven) containers.push(...methods.map((method) => ({ before: offset, user: method, register: base })))
      objects.push({ code, inFrame: base === SP ? offset : undefined, containers })
    }
    return objects
  }

  /** Functions that have to do with the tables that a method of such objects is in: who fills them, those who ask for that, and what these call. */
  around(objects: readonly CopiedStructure[]): ReadonlySet<number> {
    const { graph } = this.#program
    const fillers = objects.flatMap(({ code }) => [...this.#takersOf(graph.functionAt(code.start) ?? -1)])
    const found = new Set(fillers)
    let last: Iterable<number> = fillers
    for (let depth = 0; depth < DEPTH; depth++) {
      const callers = new Set([...last].flatMap((index) => [...this.#callersOf(index), ...this.#takersOf(index)]))
      for (const index of callers) found.add(index)
      last = callers
    }
    const called = new Set<number>()
    for (const index of found) {
      for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) if (graph.edgeKind[edge] === Edge.call) called.add(graph.edgeTo[edge]!)
    }
    return new Set([...found, ...called])
  }

  #callersOf(index: number): Set<number> {
    const { graph } = this.#program
    return new Set([...graph.callerEdge.subarray(graph.firstCaller[index], graph.firstCaller[index + 1])].map((edge) => graph.edgeFrom[edge]!))
  }

  /** Other functions, by address, whose addresses are taken where one of function `index` is; undefined where there are too many. */
  #methodsBeside(index: number): number[] | undefined {
    const { graph } = this.#program
    const found = new Set<number>()
    const takers = this.#takersOf(index)
    if (takers.size > TABLES) return undefined
    for (const taker of takers) {
      const taken = new Set<number>()
      for (let edge = graph.firstEdge[taker]!; edge < graph.firstEdge[taker + 1]!; edge++) if (graph.edgeKind[edge] === Edge.taken) taken.add(graph.edgeTo[edge]!)
      if (taken.size > METHODS) return undefined
      for (const method of taken) if (method !== index) found.add(graph.starts[method]!)
    }
    return [...found]
  }

  #takersOf(index: number): ReadonlySet<number> {
    const { edgeKind, edgeFrom, edgeTo } = this.#program.graph
    if (this.#takers === undefined) {
      this.#takers = new Map()
      for (let edge = 0; edge < edgeKind.length; edge++) {
        if (edgeKind[edge] !== Edge.taken) continue
        const known = this.#takers.get(edgeTo[edge]!)
        if (known === undefined) this.#takers.set(edgeTo[edge]!, new Set([edgeFrom[edge]!]))
        else known.add(edgeFrom[edge]!)
      }
    }
    return this.#takers.get(index) ?? new Set()
  }
}
