import { lengthsOf } from '../../../../../isa/x86/length.ts'
import { Edge } from '../../program/edges.ts'
import type { Code } from './code.ts'

/** Second byte of the instruction that is there to trap: `__builtin_trap`. */
const UD2 = 0x0b

/** Cold parts and the like. */
const ENDING_SIZE = 400

/** Which functions do not come back to whoever calls them, by what they look like. */
export class Endings {
  readonly #program: Pick<Code, 'graph' | 'decoder' | 'codeAt'>
  /** By function: 0 where it was not looked at yet, 1 no, 2 yes. */
  readonly #ending: Uint8Array

  constructor(program: Pick<Code, 'graph' | 'decoder' | 'codeAt'>) {
    this.#program = program
    this.#ending = new Uint8Array(program.graph.starts.length)
  }

  /** Is function `index` one without a way back, such as the cold part of another that only calls `abort`? */
  endsProgram(index: number): boolean {
    const known = this.#ending[index]!
    if (known !== 0) return known === 2
    this.#ending[index] = 1 // where it calls itself
    const { graph } = this.#program
    const ends = graph.ends[index]! - graph.starts[index]! < ENDING_SIZE && !this.hasReturn(index) && !this.#jumpsAway(index)
    if (ends) this.#ending[index] = 2
    return ends
  }

  #jumpsAway(index: number): boolean {
    const { graph, decoder } = this.#program
    const { code, base } = this.#program.codeAt(graph.starts[index]!)!
    const from = (graph.starts[index]! - base) | 0
    const to = (graph.ends[index]! - base) | 0
    const lengths = lengthsOf(decoder, code, from, to)
    let last = from
    for (let at = from; at < to; ) {
      const length = lengths[at - from]! || 1
      const byte = code[at]!
      // indirect jumps, and their prefixed forms
      if ((byte === 0xff || code[at + 1] === 0xff) && ((code[at + (byte === 0xff ? 1 : 2)]! >> 3) & 7) === 4) return true
      if (byte !== 0x90 && byte !== 0xcc && byte !== 0x66 && (byte !== 0x0f || code[at + 1] === UD2) && byte !== 0x2e) last = at
      at += length
    }
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      if (graph.edgeKind[edge] === Edge.taken) continue
      if (!isCall(code, graph.edgeAt[edge]! - base) && !this.endsProgram(graph.edgeTo[edge]!)) return true
    }
    const calls = graph.importCalls.get(index) ?? []
    if (calls.some(({ at, name }) => !isCall(code, at - base) && !neverReturns.has(name))) return true
    // what it ends with: a call from which nothing comes back, or it runs on into what follows
    const end = code[last]!
    if (end === 0x0f && code[last + 1] === UD2) return false
    return !isCall(code, last) && end !== 0xf4 && end !== 0xe9 && end !== 0xeb
  }

  /** Is there a return instruction in it, or in what it calls last? */
  mayComeBack(index: number): boolean {
    return this.hasReturn(index) || this.#callsLast(index)
  }

  /** Does it jump to the beginning of a function that returns? */
  #callsLast(index: number): boolean {
    const { graph, codeAt } = this.#program
    const { code, base } = codeAt(graph.starts[index]!)!
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      const opcode = code[graph.edgeAt[edge]! - base]
      if (graph.edgeKind[edge] === Edge.call && (opcode === 0xe9 || opcode === 0xeb) && this.hasReturn(graph.edgeTo[edge]!)) return true
    }
    return false
  }

  /** Is there a return instruction in it? */
  hasReturn(index: number): boolean {
    const { graph, decoder } = this.#program
    const { code, base } = this.#program.codeAt(graph.starts[index]!)!
    const from = (graph.starts[index]! - base) | 0
    const to = (graph.ends[index]! - base) | 0
    const lengths = lengthsOf(decoder, code, from, to)
    for (let at = from; at < to; ) {
      const length = lengths[at - from]!
      if (length > 0 && (code[at] === 0xc3 || (code[at] === 0xf3 && code[at + 1] === 0xc3))) return true
      at += length || 1
    }
    return false
  }
}

/** Of what hands on control: is it a call? Linkers write `addr32 call` for calls through the GOT that need none. */
function isCall(code: Uint8Array, at: number): boolean {
  const opcode = code[at] === 0x67 ? code[at + 1] : code[at]
  return opcode === 0xe8 || opcode === 0xff
}

/** Imports that do not come back. */
export const neverReturns: ReadonlySet<string> = new Set([
  'abort',
  'exit',
  '_exit',
  '_Exit',
  'quick_exit',
  '__stack_chk_fail',
  '__assert_fail',
  '_Unwind_Resume',
  '__cxa_throw',
  '__cxa_rethrow',
  '__cxa_bad_cast',
  'longjmp',
  'siglongjmp',
  'err',
  'errx',
])
