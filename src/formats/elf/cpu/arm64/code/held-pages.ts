import { branchTarget, endsPath, Flow, flowOf, pageAddress } from '../../../../../isa/arm64/control-flow.ts'
import { memoryAccess, SP } from '../../../../../isa/arm64/operands.ts'
import { ARGUMENTS, CALLER_SAVED, type FunctionCode } from '../evaluation/evaluation.ts'
import { codeOf } from './function-code.ts'
import type { Program } from './program.ts'
import { registersChanged } from './register-use.ts'

/**
 * Does the page that an ADRP puts into a register get to the load that the sweep saw it at? The sweep goes by addresses, and keeps what
 * registers hold behind an unconditional branch, as compilers lay out blocks that they hoisted the ADRP for. Where another block has
 * something else in that register, it sees a load of what nobody means: a slot of the GOT that leads to a kernel.
 */
export class HeldPages {
  readonly #program: Program
  readonly #known = new Map<number, boolean>()

  constructor(program: Program) {
    this.#program = program
  }

  /** True also where it cannot be told, and of anything but a load from a page. */
  reaches(index: number, load: number): boolean {
    const code = codeOf(this.#program, index)
    const word = code?.words[(load - code.base) / 4] ?? 0
    const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
    if (code === undefined || operand?.load !== true || operand.base === SP) return true
    const from = this.#pageBefore(code, load, operand.base)
    if (from === undefined) return true
    let known = this.#known.get(load)
    if (known === undefined) {
      known = this.#flows(code, from, load, operand.base)
      this.#known.set(load, known)
    }
    return known
  }

  /** The last ADRP of `register` before `load`, where nothing else sets that in between and a path ends there. */
  #pageBefore({ words, base, start }: FunctionCode, load: number, register: number): number | undefined {
    let isBehindEnd = false
    for (let at = load - 4; at >= start; at -= 4) {
      const word = words[(at - base) / 4]!
      isBehindEnd ||= endsPath(flowOf(word))
      if (((registersChanged(word) >>> register) & 1) !== 0) return isBehindEnd && pageAddress(word, at) !== undefined && word < 0 ? at : undefined
    }
    return undefined
  }

  /** Along branches, and handlers of exceptions, until something else sets the register. */
  #flows({ words, base, start, end }: FunctionCode, page: number, load: number, register: number): boolean {
    const { landingPads, graph } = this.#program
    const seen = new Set<number>()
    const work = [page + 4]
    while (work.length > 0) {
      for (let at = work.pop()!; !seen.has(at); at += 4) {
        if (at === load) return true
        if (at < start || at >= end) {
          // a tail call, or a part of the function that lies elsewhere and may come back
          if (at === end || graph.functionAt(at) === undefined || graph.intoMiddle.some(({ to }) => to > start && to < end)) return true
          break
        }
        seen.add(at)
        const word = words[(at - base) / 4]!
        const flow = flowOf(word)
        if (flow === Flow.indirectJump) return true // a table may lead anywhere
        if (flow === Flow.call || flow === Flow.indirectCall) {
          const pad = landingPads.of(at)
          if (pad !== undefined && register >= CALLER_SAVED) work.push(pad)
          // as the sweep has it: what LLVM's outliner calls leaves more alone than the convention says
          if (register < (flow === Flow.call ? ARGUMENTS : CALLER_SAVED)) break
        } else if (flow !== Flow.next && flow !== Flow.return && flow !== Flow.trap) work.push(branchTarget(word, flow, at))
        if (endsPath(flow) || ((registersChanged(word) >>> register) & 1) !== 0) break
      }
    }
    return false
  }
}
