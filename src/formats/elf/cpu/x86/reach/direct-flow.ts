import { lengthAt } from '../../../../../isa/x86/length.ts'
import { opcodeOf } from '../code/opcode-of.ts'
import type { CodeRange } from '../code/code.ts'
import type { Program } from '../code/program.ts'

/** Bytes of functions that are followed together. */
const LARGEST = 500_000
/** Instructions before a jump through a register in which what it holds is looked for. */
const LOOK_BACK = 8

/**
 * What of a function runs, where neither a frame nor a symbol says where it ends: up to the next function that is known,
 * there may be others that nothing refers to, and data. A way of direct jumps from where it is entered has to lead there, or
 * a table of jumps. (What interpreters in assembly jump to they compute, or look up in a table that is filled in when they
 * start.)
 */
export class DirectFlow {
  readonly #program: Program
  /** Is a function known to run? */
  readonly #runs: (index: number) => boolean
  readonly #known = new Map<number, Uint8Array | undefined>()
  #jumping: ReadonlyMap<number, readonly number[]> | undefined

  constructor(program: Program, runs: (index: number) => boolean) {
    this.#program = program
    this.#runs = runs
  }

  /** Does a way lead to the instruction of function `index` at `at`? */
  reaches(index: number, at: number): boolean {
    if (this.#program.isBounded(index)) return true
    if (!this.#known.has(index)) this.#follow(index)
    const reached = this.#known.get(index)
    return reached === undefined || reached[at - this.#program.graph.starts[index]!] === 1
  }

  /** Follows function `index` together with those that jump into its middle, and those that jump into theirs. */
  #follow(index: number): void {
    const { graph } = this.#program
    const together = new Map<number, Uint8Array>()
    let bytes = 0
    const add = (member: number): void => {
      if (together.has(member)) return
      const size = Math.max(0, graph.ends[member]! - graph.starts[member]!)
      together.set(member, new Uint8Array(size))
      bytes += size
      if (bytes > LARGEST) return
      for (const from of this.#jumpers().get(member) ?? []) add(from)
    }
    add(index)
    const work = [...together.keys()].filter((member) => this.#runs(member)).map((member) => graph.starts[member]!)
    this.#known.set(index, bytes <= LARGEST && this.#followAll(together, work) ? together.get(index) : undefined)
  }

  /** False where one of the functions has a switch, which may lead anywhere in it. */
  #followAll(together: ReadonlyMap<number, Uint8Array>, work: number[]): boolean {
    for (let at = work.pop(); at !== undefined; at = work.pop()) {
      const member = this.#program.graph.functionOf(at)
      const reached = together.get(member)
      if (reached !== undefined && !this.#followFrom(member, at, reached, work)) return false
    }
    return true
  }

  /** Functions that jump into the middle of a function, by that function. */
  #jumpers(): ReadonlyMap<number, readonly number[]> {
    if (this.#jumping !== undefined) return this.#jumping
    const { graph } = this.#program
    const jumping = new Map<number, number[]>()
    for (const { edge } of graph.intoMiddle) {
      const known = jumping.get(graph.edgeTo[edge]!)
      if (known === undefined) jumping.set(graph.edgeTo[edge]!, [graph.edgeFrom[edge]!])
      else known.push(graph.edgeFrom[edge]!)
    }
    return (this.#jumping = jumping)
  }

  /** Notes what is reached in a function from `address`, and in `work` where branches lead. False where it may be anything. */
  #followFrom(index: number, address: number, reached: Uint8Array, work: number[]): boolean {
    const { graph, codeAt, decoder } = this.#program
    const range = codeAt(address)
    if (range === undefined) return true
    const { code, view, base } = range
    const from = graph.starts[index]! - base
    const to = from + reached.length
    const before: number[] = []
    for (let at = address - base; at >= from && at < to && reached[at - from] === 0; ) {
      const length = lengthAt(decoder, code, at)
      if (length === 0) return true
      reached[at - from] = 1
      const next: number = at + length
      const opcodeAt = opcodeOf(code, at)
      const byte = code[opcodeAt]!
      const second = code[opcodeAt + 1]!
      if (byte >= 0x70 && byte < 0x80) work.push(base + next + view.getInt8(next - 1))
      else if (byte === 0x0f && (second & 0xf0) === 0x80) work.push(base + next + view.getInt32(next - 4, true))
      else if (byte === 0xeb || byte === 0xe9) {
        work.push(base + next + (byte === 0xeb ? view.getInt8(next - 1) : view.getInt32(next - 4, true)))
        return true
      } else if (byte === 0xff && ((second >> 3) & 7) === 4) return !this.#isThroughTable(range, opcodeAt, before)
      else if (byte === 0xc3 || byte === 0xc2 || byte === 0xcc || byte === 0xf4 || (byte === 0x0f && second === 0x0b)) return true
      before.push(at)
      at = next
    }
    return true
  }

  /** May the jump FF /4 with its opcode there go to any case of a switch? `before`: instructions on the way to it. */
  #isThroughTable(range: CodeRange, opcodeAt: number, before: readonly number[]): boolean {
    const { code, view, base } = range
    const modrm = code[opcodeAt + 1]!
    const rex = (code[opcodeAt - 1]! & 0xf0) === 0x40 ? code[opcodeAt - 1]! : 0
    const sib = code[opcodeAt + 2]!
    const isIndexed = modrm < 0xc0 && (modrm & 7) === 4
    if (modrm < 0xc0 && !isIndexed) return (modrm & 0xc7) !== 5 // a variable, such as a slot of the GOT
    if (isIndexed && (sib & 7) === 5 && modrm < 0x40) return this.#isConstant(view.getInt32(opcodeAt + 3, true))
    const register = ((isIndexed ? sib : modrm) & 7) | ((rex & 1) << 3)
    let isComputed = false
    for (const at of before.slice(-LOOK_BACK).reverse()) {
      const place = opcodeOf(code, at)
      const prefix = place > at && (code[place - 1]! & 0xf0) === 0x40 ? code[place - 1]! : 0
      const named = ((code[place + 1]! >> 3) & 7) | ((prefix & 4) << 1)
      const isLoad = (code[place] === 0x8b || code[place] === 0x63 || code[place] === 0x03) && code[place + 1]! < 0xc0
      if (isLoad && named === register) return true
      if (code[place] !== 0x8d || (code[place + 1]! & 0xc7) !== 5) continue
      const address = base + place + 6 + view.getInt32(place + 2, true)
      if (isIndexed && named === register) return this.#isConstant(address)
      // an address of code that something is added to
      if (!isIndexed && this.#program.image.inCode(address)) isComputed = true
    }
    return !isComputed
  }

  #isConstant(address: number): boolean {
    const range = this.#program.image.dataAt(address)
    return range === undefined || range.constant || !range.writable
  }
}
