import { branchTarget, endsPath, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { lastAtMost } from '../../program/number-list.ts'
import { Access } from '../../program/sweep.ts'
import { codeOf } from './function-code.ts'
import type { Program } from './program.ts'

/** Bytes that a branch on a condition reaches. */
const BRANCHES = 0x10_0000

/**
 * Which instructions of a function something leads to, whatever checks say. Assembly without frames or symbols has others
 * behind a RET: functions of their own that nobody is known to call (BoringSSL asks for random numbers there).
 */
export class ReachableWords {
  readonly #program: Program
  /** Places in the middle of functions that code takes the address of, and that data points to. */
  readonly #entered: Float64Array
  /** Jumps into the middle of each function. */
  readonly #jumps = new Map<number, { readonly edge: number; readonly to: number }[]>()
  readonly #known = new Map<number, Uint8Array | undefined>()
  /** With the jumps that run. */
  readonly #knownWith = new Map<number, Uint8Array | undefined>()

  constructor(program: Program) {
    this.#program = program
    const { graph, sweep, image } = program
    const entered = new Set<number>()
    const to = sweep.accessTo.values()
    const kind = sweep.accessKind.values()
    for (const [access, address] of to.entries()) if (kind[access] === Access.take && image.inCode(address) && graph.functionAt(address) === undefined) entered.add(address)
    for (const jump of graph.intoMiddle) {
      const index = graph.edgeTo[jump.edge]!
      const jumps = this.#jumps.get(index)
      if (jumps === undefined) this.#jumps.set(index, [jump])
      else jumps.push(jump)
    }
    for (const target of image.codePointers.targets) if (graph.functionAt(target) === undefined) entered.add(target)
    this.#entered = Float64Array.from(entered).sort()
  }

  /** True also where it cannot be told. */
  has(index: number, address: number): boolean {
    if (!this.#known.has(index)) this.#known.set(index, this.#follow(index, this.#jumps.get(index) ?? []))
    return this.#isSeen(this.#known.get(index), index, address)
  }

  /**
   * The same, if of what others jump to in the middle of the function only that counts which somebody jumps to who runs.
   *
   * @param runs does the jump or branch run at an address, which is of a function?
   */
  hasWith(index: number, address: number, runs: (at: number, from: number) => boolean): boolean {
    if (!this.has(index, address)) return false
    const all = this.#jumps.get(index)
    if (all === undefined) return true
    if (!this.#knownWith.has(index)) {
      const { edgeAt, edgeFrom } = this.#program.graph
      const jumps = all.filter(({ edge }) => runs(edgeAt[edge]!, edgeFrom[edge]!))
      this.#knownWith.set(index, jumps.length === all.length ? this.#known.get(index) : this.#follow(index, [...jumps, ...this.#branchesInto(index, runs)]))
    }
    return this.#isSeen(this.#knownWith.get(index), index, address)
  }

  /** What branches of other functions lead to, which are too many for the sweep to note. */
  *#branchesInto(index: number, runs: (at: number, from: number) => boolean): Iterable<{ readonly to: number }> {
    const { graph, codeAt } = this.#program
    const [start, end] = [graph.starts[index]!, graph.ends[index]!]
    const code = codeAt(start)
    if (code === undefined) return
    const { words, base } = code
    const last = Math.min(words.length, (end + BRANCHES - base) / 4)
    for (let place = Math.max(0, (start - BRANCHES - base) / 4); place < last; place++) {
      const at = base + place * 4
      const flow = flowOf(words[place]!)
      if (flow < Flow.condition || flow > Flow.bit || (at >= start && at < end)) continue
      const to = branchTarget(words[place]!, flow, at)
      if (to > start && to < end && runs(at, graph.functionOf(at))) yield { to }
    }
  }

  /** Other jumps run than before. */
  forget(): void {
    this.#knownWith.clear()
  }

  #isSeen(words: Uint8Array | undefined, index: number, address: number): boolean {
    return words === undefined || words[(address - this.#program.graph.starts[index]!) / 4] === 1
  }

  #follow(index: number, jumps: readonly { readonly to: number }[]): Uint8Array | undefined {
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
    for (const { to } of jumps) work.push((to - start) / 4)
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
