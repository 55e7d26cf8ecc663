// What a file keeps of a check that it never makes: a byte that is 255 as long as nobody has asked, of which 1 would say that the CPU has something. So do Rust's crates
// (`cpufeatures`) where what asks first, the maker of a key, was left out, and what works with keys was not.
import { lengthAt } from '../../../../../isa/x86/length.ts'
import { Edge } from '../../program/edges.ts'
import { Access } from '../../program/sweep.ts'
import { opcodeOf } from './opcode-of.ts'
import { handoverAt } from './handed-over.ts'
import { operandSize } from './operand-size.ts'
import { bytesReadThrough } from './pointer-reads.ts'
import type { Code } from './code.ts'
import { pointsToItself } from './own-handle.ts'

const NOT_ASKED = 0xff
/** Instructions from the load of it to the comparison. */
const BEHIND = 4
/** What lies before it may be stored together with it. */
const BEFORE = 7
/** It may be a part of what begins so many bytes before it at most, and be stored to by who has the address of that. */
const STRUCTURE = 128
/** Larger functions store through many pointers; in those it is near the instruction that takes the address. */
const WHOLE = 4096
const NEAR = 1024

/** Addresses of bytes that are 255 in the file, that nobody stores to or takes the address of but to read them, and that all who read them compare with 1. */
export function unsetTokens(program: Code): number[] {
  const { image, accesses, sweep, codeAt } = program
  const from = sweep.accessFrom.values()
  const kind = sweep.accessKind.values()
  const to = sweep.accessTo.values()
  const { addresses, order } = accesses
  const found: number[] = []
  for (let position = 0; position < addresses.length; position++) {
    const at = addresses[position]!
    const isFirst = position === 0 || addresses[position - 1] !== at
    if (!isFirst || kind[order[position]!] === Access.store) continue
    const range = image.dataAt(at)
    if (range?.offset === undefined || range.constant || !range.writable || image.view.getUint8(range.offset + at - range.address) !== NOT_ASKED) continue
    const isCompared = [...accesses.range(at, at)].every((access) => (kind[access] === Access.load ? comparesWithOne(program, from[access]!) : kind[access] === Access.take && isTakenToCompare(program, from[access]!)))
    const isStoredWith = [...accesses.range(at - BEFORE, at - 1)].some((access) => {
      const place = codeAt(from[access]!)
      return kind[access] === Access.take || place === undefined || operandSize(place.code, from[access]! - place.base) > at - to[access]!
    })
    if (isCompared && !isStoredWith && !isStoredAsPart(program, at)) found.push(at)
  }
  return found
}

/** Does one who takes an address a little before `at`, or whom that hands it to at once, store a byte so far behind some pointer? */
function isStoredAsPart(program: Code, at: number): boolean {
  const { accesses, sweep, graph, image } = program
  const from = sweep.accessFrom.values()
  const kind = sweep.accessKind.values()
  const to = sweep.accessTo.values()
  for (const { address } of image.slots.values()) if (address !== undefined && !pointsToItself(image, address) && address <= at && address > at - STRUCTURE) return true
  return [...accesses.range(at - STRUCTURE, at - 1)].some((access) => {
    if (kind[access] !== Access.take || pointsToItself(image, to[access]!)) return false
    const taker = graph.functionOf(from[access]!)
    return [taker, ...(handoverAt(program, from[access]!) === undefined ? [] : [calledBehind(program, taker, from[access]!)])].some((index) => index >= 0 && storesByteAt(program, index, at - to[access]!, index === taker ? from[access]! : graph.starts[index]!))
  })
}

/** The function that function `index` calls next behind the instruction at an address, or -1. */
function calledBehind({ graph }: Pick<Code, 'graph'>, index: number, at: number): number {
  let [callee, place] = [-1, Infinity]
  for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
    if (graph.edgeKind[edge] === Edge.call && graph.edgeAt[edge]! > at && graph.edgeAt[edge]! < place) [callee, place] = [graph.edgeTo[edge]!, graph.edgeAt[edge]!]
  }
  return callee
}

/** Does function `index`, or a large one near `address`, store a byte at a distance from where a register points to: MOV, SETcc, XCHG, CMPXCHG, OR? */
function storesByteAt({ graph, codeAt, decoder }: Pick<Code, 'graph' | 'codeAt' | 'decoder'>, index: number, distance: number, address: number): boolean {
  const range = codeAt(graph.starts[index]!)
  if (range === undefined) return false
  const { code, view, base } = range
  const isLarge = graph.ends[index]! - graph.starts[index]! > WHOLE
  const end = ((isLarge ? Math.min(address + NEAR, graph.ends[index]!) : graph.ends[index]!) - base) | 0
  for (let place = ((isLarge ? address : graph.starts[index]!) - base) | 0; place < end; place += lengthAt(decoder, code, place) || 1) {
    let at = opcodeOf(code, code[place] === 0xf0 ? place + 1 : place)
    const isEscaped = code[at] === 0x0f
    if (isEscaped) at++
    const opcode = code[at]!
    const isStore = isEscaped ? (opcode & 0xf0) === 0x90 || opcode === 0xb0 || opcode === 0xc0 : opcode === 0x88 || opcode === 0xc6 || opcode === 0x86 || opcode === 0x08 || opcode === 0x80
    const modrm = code[at + 1]!
    if (!isStore || (modrm >> 6 !== 1 && modrm >> 6 !== 2)) continue
    const isOnStack = (modrm & 7) === 4 && (code[at + 2]! & 7) === 4
    if (isOnStack) continue
    const displacementAt = at + ((modrm & 7) === 4 ? 3 : 2)
    if ((modrm >> 6 === 1 ? view.getInt8(displacementAt) : view.getInt32(displacementAt, true)) === distance) return true
  }
  return false
}

/** Is the address taken by the instruction at `taken` to compare the byte there with 1, and for nothing else? In loops, it stays in a register. */
function isTakenToCompare(program: Code, taken: number): boolean {
  const reads = bytesReadThrough(program, taken)
  return reads !== undefined && reads.length > 0 && reads.every((read) => comparesWithOne(program, read))
}

/** Does the instruction at an address load a byte, and one behind it compare that with 1, or does it so by itself? */
function comparesWithOne({ codeAt, decoder }: Pick<Code, 'codeAt' | 'decoder'>, from: number): boolean {
  const range = codeAt(from)
  if (range === undefined) return false
  const { code, base } = range
  let place = (from - base) | 0
  const at = opcodeOf(code, place)
  const next = place + lengthAt(decoder, code, place)
  if (code[at] === 0x80) return ((code[at + 1]! >> 3) & 7) === CMP && code[next - 1] === 1
  const isLoad = code[at] === 0x8a || (code[at] === 0x0f && code[at + 1] === 0xb6)
  if (!isLoad) return false
  const register = (code[code[at] === 0x8a ? at + 1 : at + 2]! >> 3) & 7
  place = next
  for (let steps = 0; steps < BEHIND; steps++) {
    const opcodeAt = opcodeOf(code, place)
    const end = place + (lengthAt(decoder, code, place) || 1)
    if (code[opcodeAt] === 0x3c && register === 0) return code[end - 1] === 1
    if (code[opcodeAt] === 0x80 && code[opcodeAt + 1]! >= 0xc0 && ((code[opcodeAt + 1]! >> 3) & 7) === CMP && (code[opcodeAt + 1]! & 7) === register) return code[end - 1] === 1
    place = end
  }
  return false
}

const CMP = 7
