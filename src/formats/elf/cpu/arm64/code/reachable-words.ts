import { branchTarget, endsPath, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { lastAtMost } from '../../program/number-list.ts'
import { Access } from '../../program/sweep.ts'
import { codeOf } from './function-code.ts'
import type { Program } from './program.ts'

/**
 * Which instructions of a function something leads to, whatever checks say. Assembly without frames or symbols has others
 * behind a RET: functions of their own that nobody is known to call (BoringSSL asks for random numbers there).
 */
export class ReachableWords {
  readonly #program: Program
  /** Places in the middle of functions that code takes the address of, that others jump to, and that data points to. */
  readonly #entered: Float64Array
  readonly #known = new Map<number, Uint8Array | undefined>()

  constructor(program: Program) {
    this.#program = program
    const { graph, sweep, image } = program
    const entered = new Set<number>()
    const to = sweep.accessTo.values()
    const kind = sweep.accessKind.values()
    for (const [access, address] of to.entries()) if (kind[access] === Access.take && image.inCode(address) && graph.functionAt(address) === undefined) entered.add(address)
    for (const jump of graph.intoMiddle) entered.add(jump.to)
    for (const target of image.codePointers.targets) if (graph.functionAt(target) === undefined) entered.add(target)
    this.#entered = Float64Array.from(entered).sort()
  }

  /** True also where it cannot be told. */
  has(index: number, address: number): boolean {
    if (!this.#known.has(index)) this.#known.set(index, this.#follow(index))
    const words = this.#known.get(index)
    return words === undefined || words[(address - this.#program.graph.starts[index]!) / 4] === 1
  }

  #follow(index: number): Uint8Array | undefined {
    const code = codeOf(this.#program, index)
    if (code === undefined) return undefined
    const { words, base, start, end } = code
    const first = (start - base) / 4
    const count = Math.ceil((end - start) / 4)
    const seen = new Uint8Array(count)
    const work = [0]
    const { landingPads } = this.#program
    for (const pad of landingPads.entering(index)) work.push((pad - start) / 4)
    for (let entry = lastAtMost(this.#entered, start) + 1; this.#entered[entry]! < end; entry++) work.push((this.#entered[entry]! - start) / 4)
    while (work.length > 0) {
      for (let at = work.pop()!; at >= 0 && at < count && seen[at] === 0; at++) {
        seen[at] = 1
        const word = words[first + at]!
        const flow = flowOf(word)
        if (flow === Flow.indirectJump) return undefined // a table may lead anywhere
        if (flow === Flow.call || flow === Flow.indirectCall) {
          const pad = landingPads.of(start + at * 4)
          if (pad !== undefined) work.push((pad - start) / 4)
        } else if (flow !== Flow.next && flow !== Flow.return && flow !== Flow.trap) work.push(branchTarget(word, flow, at * 4) / 4)
        if (endsPath(flow)) break
      }
    }
    return seen
  }
}
