import { lengthAt } from '../../../../../isa/x86/length.ts'
import { Edge } from '../../program/edges.ts'
import type { Code } from './code.ts'
import { displacementOf } from './displacement-of.ts'
import { handoverAt } from './handed-over.ts'
import { opcodeOf } from './opcode-of.ts'

/** Calls on the way to who stores through the address, and functions that are looked at. */
const DEPTH = 3
const MOST = 256
/** Bytes of one of these functions beyond which it may do anything. */
const LARGEST = 30_000

/**
 * May who takes an address, by the LEA at `taken`, or whom it calls, store so many bytes behind that, or copy there what is as long? By the displacements of
 * their stores; what another file's function is given counts as set.
 */
export function mayStoreBehind(program: Code, taken: number, distance: number): boolean {
  const { graph } = program
  const first = graph.functionOf(taken)
  if (first < 0) return true
  const handover = handoverAt(program, taken)
  if (handover !== undefined && !isOwnCall(graph, first, handover.at)) return true
  const seen = new Set([first])
  let last = [first]
  for (let depth = 0; depth <= DEPTH; depth++) {
    const next: number[] = []
    for (const index of last) {
      if (storesBehind(program, index, distance)) return true
      const end = depth < DEPTH ? graph.firstEdge[index + 1]! : 0
      for (let edge = graph.firstEdge[index]!; edge < end; edge++) {
        const callee = graph.edgeTo[edge]!
        if (graph.edgeKind[edge] !== Edge.call || seen.has(callee)) continue
        seen.add(callee)
        next.push(callee)
      }
    }
    if (seen.size > MOST) return true
    last = next
  }
  return false
}

/** Is what function `index` calls at `call` one of this file? */
function isOwnCall({ firstEdge, edgeAt, edgeKind }: Code['graph'], index: number, call: number): boolean {
  for (let edge = firstEdge[index]!; edge < firstEdge[index + 1]!; edge++) if (edgeAt[edge] === call && edgeKind[edge] === Edge.call) return true
  return false
}

/** Does function `index` store `distance` bytes behind where a register points to, or copy or fill memory at once? */
function storesBehind({ graph, codeAt, decoder }: Code, index: number, distance: number): boolean {
  const start = graph.starts[index]!
  const range = codeAt(start)
  if (range === undefined || graph.ends[index]! - start > LARGEST) return true
  const { code, view, base } = range
  const end = (graph.ends[index]! - base) | 0
  for (let at = (start - base) | 0; at < end; at += lengthAt(decoder, code, at) || 1) {
    const opcodeAt = opcodeOf(code, code[at] === 0xf0 ? at + 1 : at)
    const opcode = code[opcodeAt]!
    // REP MOVS, REP STOS
    if (code[at] === 0xf3 && (opcode === 0xa4 || opcode === 0xa5 || opcode === 0xaa || opcode === 0xab)) return true
    const modrmAt = modrmOfChange(code, opcodeAt)
    const displacement = modrmAt === undefined ? undefined : displacementOf(code, view, modrmAt, (code[opcodeAt - 1]! & 0xf0) === 0x40 && opcodeAt > at ? code[opcodeAt - 1]! : 0)
    if (displacement !== undefined && displacement <= distance && displacement > distance - LONGEST_STORE) return true
  }
  return false
}

/** Bytes that one instruction stores. */
const LONGEST_STORE = 64

/** Where the operands are named of an instruction that changes memory, or may; undefined where it does not. */
function modrmOfChange(code: Uint8Array, at: number): number | undefined {
  const opcode = code[at]!
  const slash = (code[at + 1]! >> 3) & 7
  if (opcode < 0x38) return (opcode & 7) < 2 ? at + 1 : opcode === 0x0f ? modrmOfEscaped(code, at + 1) : undefined
  if (opcode === 0x80 || opcode === 0x81 || opcode === 0x83) return slash === 7 ? undefined : at + 1
  if (opcode >= 0x86 && opcode <= 0x89) return at + 1
  if (opcode === 0xc6 || opcode === 0xc7) return at + 1
  return (opcode === 0xfe || opcode === 0xff) && slash < 2 ? at + 1 : undefined
}

function modrmOfEscaped(code: Uint8Array, at: number): number | undefined {
  const opcode = code[at]!
  const isVector = opcode === 0x11 || opcode === 0x13 || opcode === 0x17 || opcode === 0x29 || opcode === 0x2b || opcode === 0x7e || opcode === 0x7f || opcode === 0xd6 || opcode === 0xe7
  const isOther = (opcode & 0xf0) === 0x90 || opcode === 0xb0 || opcode === 0xb1 || opcode === 0xc0 || opcode === 0xc1 || opcode === 0xc3 || opcode === 0xab || opcode === 0xb3 || opcode === 0xba || opcode === 0xbb
  return isVector || isOther ? at + 1 : undefined
}
