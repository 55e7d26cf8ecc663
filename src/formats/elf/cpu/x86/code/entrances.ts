import { Edge } from '../../program/edges.ts'
import { lengthsOf } from '../../../../../isa/x86/length.ts'
import { IndexSet } from '../../program/index-set.ts'
import type { Code } from './code.ts'
import { isDataAmongCode } from './data-among-code.ts'

/** A jump from function `from` to the address `to` in the middle of another. */
export interface JumpIntoMiddle {
  readonly from: number
  readonly to: number
}

/**
 * Jumps into the middle of functions. Assembly does that: `bn_mul_mont` looks at the CPU and goes on in `bn_mul4x_mont`, with
 * what it saw in a register. So do parts of functions that a compiler moved away because they are cold.
 */
export class Entrances {
  readonly #program: Pick<Code, 'image' | 'graph' | 'decoder' | 'codeAt'>
  /** Functions whose address is in data or taken by code, or known outside. */
  readonly #referenced: IndexSet
  readonly #holdsData: IndexSet
  /** Edges to each function that lead into its middle. */
  readonly #middle = new Map<number, { readonly edge: number; readonly to: number }[]>()
  /** Those edges. */
  readonly #isMiddle: IndexSet
  readonly #jumps = new Map<number, readonly JumpIntoMiddle[]>()
  readonly #isStarted = new Map<number, boolean>()

  constructor(program: Pick<Code, 'image' | 'graph' | 'sweep' | 'decoder' | 'codeAt'>) {
    this.#program = program
    const { image, graph, sweep } = program
    this.#holdsData = new IndexSet(graph.starts.length)
    for (const address of sweep.undecodableAt.values()) this.#holdsData.add(graph.functionOf(address))
    const referenced = (this.#referenced = new IndexSet(graph.starts.length))
    const refer = (address: number): void => {
      referenced.add(graph.functionAt(address) ?? -1)
    }
    refer(Number(image.file.header.e_entry))
    const { targets } = image.codePointers
    for (let pointer = 0; pointer < targets.length; pointer++) refer(targets[pointer]!)
    for (const { address } of image.slots.values()) if (address !== undefined) refer(address)
    for (const { address, exported } of image.functions) if (exported) refer(address)
    for (let edge = 0; edge < graph.edgeTo.length; edge++) if (graph.edgeKind[edge] !== Edge.call) referenced.add(graph.edgeTo[edge]!)
    this.#isMiddle = new IndexSet(graph.edgeTo.length)
    for (const jump of graph.intoMiddle) {
      const index = graph.edgeTo[jump.edge]!
      this.#isMiddle.add(jump.edge)
      const known = this.#middle.get(index)
      if (known === undefined) this.#middle.set(index, [jump])
      else known.push(jump)
    }
  }

  /** Is an edge what a table among code looks like, of which somebody took the address: a jump into the middle of a function? */
  isOfData(edge: number): boolean {
    if (!this.#isMiddle.has(edge)) return false
    const from = this.#program.graph.edgeFrom[edge]!
    return this.#holdsData.has(from) && isDataAmongCode(this.#program, from)
  }

  /** Functions that are entered in the middle from function `index`. */
  enteredFrom(index: number): number[] {
    const { graph } = this.#program
    const entered = new Set<number>()
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      if (graph.edgeKind[edge] !== Edge.call) continue
      const target = graph.edgeTo[edge]!
      if (this.jumpsInto(target).some(({ from }) => from === index)) entered.add(target)
    }
    return [...entered]
  }

  /** Jumps into the middle of function `index`. */
  jumpsInto(index: number): readonly JumpIntoMiddle[] {
    let known = this.#jumps.get(index)
    if (known !== undefined) return known
    const { graph } = this.#program
    const jumps: JumpIntoMiddle[] = []
    for (const { edge, to } of this.#middle.get(index) ?? []) {
      const from = graph.edgeFrom[edge]!
      // tables among code jump anywhere when they are decoded
      if (to < graph.ends[index]! && !this.#holdsData.has(from)) jumps.push({ from, to })
    }
    known = jumps.length === 0 ? jumps : this.#atInstructions(index, jumps)
    this.#jumps.set(index, known)
    return known
  }

  /** Those that lead to where an instruction of function `index` begins. */
  #atInstructions(index: number, jumps: readonly JumpIntoMiddle[]): readonly JumpIntoMiddle[] {
    const { graph, codeAt, decoder } = this.#program
    const start = graph.starts[index]!
    const range = codeAt(start)
    if (range === undefined) return []
    const { code, base } = range
    const targets = new Set(jumps.map(({ to }) => (to - base) | 0))
    let last = 0
    for (const target of targets) last = Math.max(last, target)
    const from = (start - base) | 0
    const lengths = lengthsOf(decoder, code, from, last + 1)
    const begins = new Set<number>()
    for (let at = from; at <= last; at += lengths[at - from]! || 1) if (targets.has(at)) begins.add(at)
    return jumps.filter(({ to }) => begins.has((to - base) | 0))
  }

  /** Does something call function `index`, or have its address? */
  isEnteredAtStart(index: number): boolean {
    let known = this.#isStarted.get(index)
    if (known === undefined) this.#isStarted.set(index, (known = this.#findStart(index)))
    return known
  }

  #findStart(index: number): boolean {
    const { graph } = this.#program
    if (this.#referenced.has(index) || index === 0) return true
    for (let entry = graph.firstCaller[index]!; entry < graph.firstCaller[index + 1]!; entry++) if (!this.#isMiddle.has(graph.callerEdge[entry]!)) return true
    return this.#runsOnInto(index)
  }

  /** Does what lies before function `index` run on into it? */
  #runsOnInto(index: number): boolean {
    const { graph, image, decoder } = this.#program
    const start = graph.starts[index - 1]!
    const range = image.code.find((candidate) => start >= candidate.address && start < candidate.address + candidate.size)
    if (range === undefined) return true
    const { bytes } = image.file
    const end = (range.offset + graph.starts[index]! - range.address) | 0
    let last = -1
    for (let at = (range.offset + start - range.address) | 0; at < end; ) {
      const length = decoder.decode(bytes, at)
      if (length === 0) return true
      let opcodeAt = at
      while (bytes[opcodeAt] === 0x66 || bytes[opcodeAt] === 0x2e || bytes[opcodeAt] === 0xf2 || bytes[opcodeAt] === 0xf3) opcodeAt++
      const isPadding = bytes[opcodeAt] === 0x90 || bytes[opcodeAt] === 0xcc || (bytes[opcodeAt] === 0x0f && bytes[opcodeAt + 1] === 0x1f)
      if (!isPadding) last = opcodeAt
      at += length
    }
    const opcode = bytes[last]
    const isIndirectJump = opcode === 0xff && ((bytes[last + 1]! >> 3) & 7) === 4
    const isTrap = opcode === 0xf4 || (opcode === 0x0f && bytes[last + 1] === 0x0b)
    return !(opcode === 0xc3 || opcode === 0xeb || opcode === 0xe9 || isIndirectJump || isTrap)
  }
}
