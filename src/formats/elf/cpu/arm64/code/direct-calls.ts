import { branchTarget, endsPath, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { Edge } from '../../program/edges.ts'
import { codeOf } from './function-code.ts'
import { isEndingName } from './no-return.ts'
import type { Program } from './program.ts'

/** What the code from an address on, up to the end of its function, calls and jumps to. */
interface Calls {
  readonly targets: readonly number[]
  /** Some are called through pointers. */
  readonly byPointer: boolean
}

/**
 * What code leads to by direct calls, from where it is entered: behind the end of a function there may be others, which only jumps lead to (LLVM's
 * outliner makes such), so that not all of what seems to be one function is run by who calls it.
 */
export class DirectCalls {
  readonly #program: Program
  readonly #known = new Map<number, Calls | undefined>()

  constructor(program: Program) {
    this.#program = program
  }

  /** Does function `index` lead to one of them (by address), or may it, by a pointer or as it calls more than so many? */
  leadsTo(index: number, users: ReadonlySet<number>, most: number): boolean {
    const entered = new Set([this.#program.graph.starts[index]!])
    for (const address of entered) {
      const calls = users.has(address) || entered.size > most ? undefined : this.#of(address)
      if (calls === undefined || calls.byPointer) return true
      for (const target of calls.targets) entered.add(target)
    }
    return false
  }

  /** Undefined where it cannot be told. */
  #of(address: number): Calls | undefined {
    if (!this.#known.has(address)) this.#known.set(address, this.#follow(address))
    return this.#known.get(address)
  }

  #follow(address: number): Calls | undefined {
    const { graph, landingPads, stubs, image } = this.#program
    const code = codeOf(this.#program, graph.functionOf(address))
    if (code === undefined || address >= code.end) return undefined
    const { words, base, start, end } = code
    const seen = new Set<number>()
    const targets = new Set<number>()
    const leaves = (target: number): void => {
      const callee = stubs.get(target)?.address ?? target
      if (image.inCode(callee)) targets.add(callee)
    }
    const work = [address]
    while (work.length > 0) {
      for (let at = work.pop()!; at >= start && at < end && !seen.has(at); at += 4) {
        seen.add(at)
        const word = words[(at - base) / 4]!
        const flow = flowOf(word)
        if (flow === Flow.indirectCall || flow === Flow.indirectJump) return { targets: [], byPointer: true }
        if (flow === Flow.call) {
          const target = branchTarget(word, flow, at)
          const pad = landingPads.of(at)
          if (pad !== undefined) work.push(pad)
          if (isEndingName(stubs.get(target)?.import ?? '')) break
          leaves(target)
        } else if (flow === Flow.jump || (flow >= Flow.condition && flow <= Flow.bit)) {
          const target = branchTarget(word, flow, at)
          if (target >= start && target < end) work.push(target)
          else leaves(target)
        }
        if (endsPath(flow)) break
        // control runs on into the next function
        if (at + 4 >= end) leaves(at + 4)
      }
    }
    // what it takes the address of, and may hand to who calls it
    const index = graph.functionOf(address)
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      if (graph.edgeKind[edge] !== Edge.call && seen.has(graph.edgeAt[edge]!)) targets.add(graph.starts[graph.edgeTo[edge]!]!)
    }
    return { targets: [...targets], byPointer: false }
  }
}
