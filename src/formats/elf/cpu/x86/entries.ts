import { Edge } from '../program/call-graph.ts'
import type { Evaluation } from './evaluation.ts'
import type { Program } from './program.ts'
import type { State } from './machine.ts'
import { Places } from './places.ts'
import { joinVectors, noVectors } from './vectors.ts'
import { join } from '../program/value.ts'

/** Where control comes into a function, and what it brings. */
export interface Entries {
  /** Something calls it, or has its address. */
  readonly start: boolean
  /** By address: what registers hold where others jump into its middle. */
  readonly inside: ReadonlyMap<number, State>
}

const onlyStart: Entries = { start: true, inside: new Map() }

/**
 * Jumps into the middle of functions. Assembly does that: `bn_mul_mont` looks at the CPU and goes on in `bn_mul4x_mont`, with
 * what it saw in a register. So do parts of functions that a compiler moved away because they are cold.
 */
export class EntriesOfFunctions {
  readonly #program: Program
  /** Addresses that are in data or taken by code, or known outside. */
  readonly #referenced = new Set<number>()
  readonly #holdsData: ReadonlySet<number>
  readonly #jumps = new Map<number, readonly { readonly from: number; readonly to: number }[]>()
  readonly #isStarted = new Map<number, boolean>()

  constructor(program: Program) {
    this.#program = program
    const { image, graph, sweep } = program
    this.#holdsData = new Set(Array.from(sweep.undecodableAt.values(), (address) => graph.functionOf(address)))
    this.#referenced.add(Number(image.file.header.e_entry))
    for (const [, address] of image.codePointers) this.#referenced.add(address)
    for (const { address } of image.slots.values()) if (address !== undefined) this.#referenced.add(address)
    for (const { address, exported } of image.functions) if (exported) this.#referenced.add(address)
    for (let edge = 0; edge < graph.edgeTo.length; edge++) {
      if (graph.edgeKind[edge] !== Edge.call) this.#referenced.add(graph.starts[graph.edgeTo[edge]!]!)
    }
  }

  /** How function `index` is entered, where `evaluations` tell what those who jump into it know. */
  of(index: number, evaluations: ReadonlyMap<number, Evaluation>): Entries {
    const jumps = this.#jumpsInto(index)
    if (jumps.length === 0) return onlyStart
    const inside = new Map<number, State>()
    for (const { from, to } of jumps) {
      const evaluation = evaluations.get(from)
      const state = evaluation === undefined ? unknownState() : evaluation.exits.get(to)
      if (state === undefined) continue // on this CPU it does not jump there
      const known = inside.get(to)
      inside.set(to, known === undefined ? state : either(known, state))
    }
    return { start: this.#isEnteredAtStart(index), inside }
  }

  /** The same where nothing is known of those who jump into it. */
  anywhere(index: number): Entries {
    const jumps = this.#jumpsInto(index)
    return jumps.length === 0 ? onlyStart : { start: true, inside: new Map(jumps.map(({ to }) => [to, unknownState()])) }
  }

  /** Functions that are entered in the middle from function `index`. */
  enteredFrom(index: number): number[] {
    const { graph } = this.#program
    const entered = new Set<number>()
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      if (graph.edgeKind[edge] !== Edge.call) continue
      const target = graph.edgeTo[edge]!
      if (this.#jumpsInto(target).some(({ from }) => from === index)) entered.add(target)
    }
    return [...entered]
  }

  #jumpsInto(index: number): readonly { readonly from: number; readonly to: number }[] {
    let known = this.#jumps.get(index)
    if (known !== undefined) return known
    const { graph } = this.#program
    const jumps: { from: number; to: number }[] = []
    for (let entry = graph.firstCaller[index]!; entry < graph.firstCaller[index + 1]!; entry++) {
      const edge = graph.callerEdge[entry]!
      const to = this.#targetOf(graph.edgeAt[edge]!)
      const from = graph.edgeFrom[edge]!
      // tables among code jump anywhere when they are decoded
      if (to !== undefined && to > graph.starts[index]! && to < graph.ends[index]! && !this.#holdsData.has(from)) jumps.push({ from, to })
    }
    const begins = jumps.length === 0 ? undefined : this.#instructionsOf(index)
    known = jumps.filter(({ to }) => begins!.has(to))
    this.#jumps.set(index, known)
    return known
  }

  #instructionsOf(index: number): Set<number> {
    const { graph, image, decoder } = this.#program
    const start = graph.starts[index]!
    const begins = new Set<number>()
    const range = image.code.find((candidate) => start >= candidate.address && start < candidate.address + candidate.size)
    if (range === undefined) return begins
    for (let at = start; at < graph.ends[index]!; ) {
      begins.add(at)
      at += decoder.decode(image.file.bytes, range.offset + at - range.address) || 1
    }
    return begins
  }

  #isEnteredAtStart(index: number): boolean {
    let known = this.#isStarted.get(index)
    if (known === undefined) this.#isStarted.set(index, (known = this.#findStart(index)))
    return known
  }

  #findStart(index: number): boolean {
    const { graph } = this.#program
    const start = graph.starts[index]!
    if (this.#referenced.has(start) || index === 0) return true
    for (let entry = graph.firstCaller[index]!; entry < graph.firstCaller[index + 1]!; entry++) {
      const to = this.#targetOf(graph.edgeAt[graph.callerEdge[entry]!]!)
      if (to === undefined || to === start) return true
    }
    return this.#runsOnInto(index)
  }

  /** Does what lies before function `index` run on into it? */
  #runsOnInto(index: number): boolean {
    const { graph, image, decoder } = this.#program
    const start = graph.starts[index - 1]!
    const range = image.code.find((candidate) => start >= candidate.address && start < candidate.address + candidate.size)
    if (range === undefined) return true
    const { bytes } = image.file
    const end = range.offset + graph.starts[index]! - range.address
    let last = -1
    for (let at = range.offset + start - range.address; at < end; ) {
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

  /** Where the direct jump or call at `at` leads. */
  #targetOf(at: number): number | undefined {
    const { image, decoder } = this.#program
    const range = image.code.find((candidate) => at >= candidate.address && at < candidate.address + candidate.size)
    if (range === undefined) return undefined
    const { bytes } = image.file
    const place = range.offset + at - range.address
    const length = decoder.decode(bytes, place)
    let opcodeAt = place
    while (bytes[opcodeAt] === 0x66 || bytes[opcodeAt] === 0x2e || bytes[opcodeAt] === 0xf2 || bytes[opcodeAt] === 0x3e) opcodeAt++
    if ((bytes[opcodeAt]! & 0xf0) === 0x40) opcodeAt++
    const opcode = bytes[opcodeAt]!
    if (opcode === 0xe8 || opcode === 0xe9 || (opcode === 0x0f && (bytes[opcodeAt + 1]! & 0xf0) === 0x80)) return at + length + image.view.getInt32(place + length - 4, true)
    if (opcode === 0xeb || (opcode & 0xf0) === 0x70) return at + length + image.view.getInt8(place + length - 1)
    return undefined
  }
}

/** What holds whichever of the two it is. */
function either(a: State, b: State): State {
  const registers = a.registers.map((value, register) => {
    const other = b.registers[register]
    return value === undefined || other === undefined ? undefined : join(value, other)
  })
  return { registers, memory: new Places(), flags: undefined, vectors: joinVectors(a.vectors, b.vectors) }
}

function unknownState(): State {
  return { registers: Array.from({ length: 16 }), memory: new Places(), flags: undefined, vectors: noVectors }
}
