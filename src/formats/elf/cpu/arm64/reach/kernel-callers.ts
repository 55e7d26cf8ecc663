import { Edge } from '../../program/edges.ts'
import type { Program } from '../code/program.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'

/** Bytes of one that only hands on to a kernel, and how many such hand on to one another. */
const WRAPPER = 256
const WRAPPERS = 3
/** Callers of one that is not called everywhere. */
const CALLERS = 64

/** Which functions call kernels, themselves or by small ones that hand on to one. */
export class KernelCallers {
  readonly #program: Program
  readonly #evaluations: ReadonlyMap<number, Evaluation>
  readonly #needs: ReadonlySet<number>
  readonly #calling: Uint8Array

  /** @param needs functions with instructions that the CPU lacks */
  constructor(program: Program, evaluations: ReadonlyMap<number, Evaluation>, needs: ReadonlySet<number>) {
    this.#program = program
    this.#evaluations = evaluations
    this.#needs = needs
    this.#calling = this.#findCalling()
  }

  isCaller(index: number): boolean {
    return this.#calling[index] !== 0
  }

  /** By index. */
  #findCalling(): Uint8Array {
    const { graph } = this.#program
    const calling = new Uint8Array(graph.starts.length)
    for (const kernel of this.#needs) if (!this.isCalledOften(kernel)) this.#markCallers(kernel, calling, 0)
    // those that hand a kernel's address on
    for (let edge = 0; edge < graph.edgeTo.length; edge++) {
      const taker = graph.edgeFrom[edge]!
      if (graph.edgeKind[edge] === Edge.call || !this.#needs.has(graph.edgeTo[edge]!)) continue
      if (this.#isWrapper(taker)) this.#markCallers(taker, calling, 1)
      calling[taker] ||= 1
    }
    return calling
  }

  #markCallers(index: number, calling: Uint8Array, depth: number): void {
    for (const caller of this.callersOf(index)) {
      if (calling[caller]! > WRAPPERS - depth) continue
      calling[caller] = WRAPPERS - depth + 1
      if (depth < WRAPPERS && this.#isWrapper(caller)) this.#markCallers(caller, calling, depth + 1)
    }
  }

  #isWrapper(index: number): boolean {
    const { starts, ends } = this.#program.graph
    return ends[index]! - starts[index]! <= WRAPPER && !this.isCalledOften(index)
  }

  isCalledOften(index: number): boolean {
    const { firstCaller } = this.#program.graph
    return firstCaller[index + 1]! - firstCaller[index]! > CALLERS
  }

  /** Kernels that the function calls, itself or by a small one that hands on. */
  calledBy(index: number): readonly number[] {
    return this.#kernelsOf(index, 0)
  }

  /** The function itself, where it is one, or those that it hands on to. */
  behind(index: number): readonly number[] {
    return this.#kernelsOf(index, 1)
  }

  #kernelsOf(index: number, depth: number): readonly number[] {
    const { graph } = this.#program
    if (depth > 0 && this.#isKernel(index)) return [index]
    if (depth > WRAPPERS || (depth > 0 && !this.#isWrapper(index))) return []
    const kernels: number[] = []
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      const callee = graph.edgeTo[edge]!
      if (graph.edgeKind[edge] === Edge.call) kernels.push(...this.#kernelsOf(callee, depth + 1))
      else if (this.#isKernel(callee)) kernels.push(callee) // its address, for another to call
    }
    return kernels
  }

  /** Helpers of outline atomics ask by themselves, and what everybody calls is not chosen. */
  #isKernel(index: number): boolean {
    return this.#needs.has(index) && !this.isCalledOften(index) && this.#evaluations.get(index)?.decides !== true
  }

  callersOf(index: number): Set<number> {
    const { firstCaller, callerEdge, edgeFrom } = this.#program.graph
    const callers = new Set<number>()
    for (let entry = firstCaller[index]!; entry < firstCaller[index + 1]!; entry++) callers.add(edgeFrom[callerEdge[entry]!]!)
    return callers
  }
}
