import { branchTarget, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { memoryAccess, SP } from '../../../../../isa/arm64/operands.ts'
import { Edge } from '../../program/edges.ts'
import { reaches } from './field-accesses.ts'
import { codeOf } from './function-code.ts'
import type { Program } from './program.ts'
import { registersChanged } from './register-use.ts'
import type { Window } from './structure-users.ts'

const fills = /^(?:__)?(?:mem(?:cpy|move|set)|bzero)(?:_chk|_generic)?$/
/** X0 to X18 are the callee's (AAPCS64, 6.1.1). */
const CALLER_SAVED = 19

/** Where an instruction puts the address of what is so far behind a pointer. */
interface Taken {
  readonly register: number
  readonly distance: number
}

/**
 * Stores to a field by another pointer than to the beginning of its object: the field's own address (`read_option(&object->flag)`), or that of a part of the object
 * that the field lies in, which a compiler may keep in a register, or a callee gets.
 */
export class AddressesOfFields {
  readonly #program: Program

  constructor(program: Program) {
    this.#program = program
  }

  /** Is the address of what is `offset` bytes behind a pointer taken there? */
  isTaken(window: Window, offset: number): boolean {
    for (const { distance } of takenIn(window, offset)) if (distance === offset) return true
    return false
  }

  /** May function `index`, or what it calls, store to the field by the address of a part? */
  isStoredThroughPart(index: number, offset: number, size: number): boolean {
    const window = this.#windowOf(index)
    if (window === undefined) return true
    if (this.#storesThroughPart(window, offset, size)) return true
    const parts = [...takenIn(window, offset)]
    const distances = new Set(parts.map(({ distance }) => offset - distance))
    if (distances.size === 0) return false
    const { graph } = this.#program
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      const callee = graph.edgeKind[edge] === Edge.call ? this.#windowOf(graph.edgeTo[edge]!) : undefined
      if (callee !== undefined && storesAtOneOf(callee, distances, size)) return true
    }
    return false
  }

  /** Does a function store to the field by a register that it has put the address of a part into, further up, or have the C library fill that in? */
  #storesThroughPart({ words, base, from, to }: Window, offset: number, size: number): boolean {
    const held = new Map<number, number>()
    let length: number | undefined
    let pages = 0
    for (let at = from; at < to; at++) {
      const word = words[at]!
      const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
      const distance = operand === undefined || operand.load || operand.index >= 0 ? undefined : held.get(operand.base)
      if (distance !== undefined && reaches(operand!, offset - distance, size)) return true
      const flow = flowOf(word)
      if (flow === Flow.call || flow === Flow.jump) {
        const part = held.get(0)
        if (part !== undefined && (length === undefined || part + length > offset) && this.#fills(branchTarget(word, flow, base + at * 4))) return true
        for (const register of held.keys()) if (flow === Flow.call && register < CALLER_SAVED) held.delete(register)
        length = undefined
      }
      const source = (word & 0xffe0_ffe0) >>> 0 === 0xaa00_03e0 ? held.get((word >>> 16) & 31) : undefined
      const taken = partTaken(word, offset, pages)
      pages = pagesBehind(word, pages)
      const changed = registersChanged(word)
      for (const register of changed === 0 ? [] : held.keys()) if (((changed >>> register) & 1) !== 0) held.delete(register)
      if ((changed & 4) !== 0) length = (word & 0x7fe0_0000) === 0x5280_0000 ? (word >>> 5) & 0xffff : undefined
      if (taken !== undefined) held.set(taken.register, taken.distance)
      else if (source !== undefined) held.set(word & 31, source)
    }
    return false
  }

  /** Is it one of the C library that fills in what it is given? A static program chooses those by a resolver. */
  #fills(target: number): boolean {
    const { graph, stubs } = this.#program
    const slot = stubs.get(target)
    const index = graph.functionAt(target)
    return slot?.indirect === true || fills.test(slot?.import ?? (index === undefined ? '' : graph.nameOf(index)))
  }

  #windowOf(index: number): Window | undefined {
    const code = codeOf(this.#program, index)
    return code === undefined ? undefined : { words: code.words, base: code.base, from: (code.start - code.base) / 4, to: (code.end - code.base) / 4 }
  }
}

/** ADD Xd, Xn, #distance, where the distance is no more than `offset`, and Xn neither the stack pointer nor the page of something in the file. */
function partTaken(word: number, offset: number, pages: number): Taken | undefined {
  const source = (word >>> 5) & 31
  if ((word & 0xff80_0000) >>> 0 !== 0x9100_0000 || source === SP || ((pages >>> source) & 1) !== 0) return undefined
  const distance = ((word >>> 10) & 0xfff) * ((word & 0x0040_0000) === 0 ? 1 : 4096)
  return distance > 0 && distance <= offset ? { register: word & 31, distance } : undefined
}

/** Registers that hold pages behind an instruction, as a mask. */
function pagesBehind(word: number, pages: number): number {
  return (pages & ~registersChanged(word)) | ((word & 0x9f00_0000) >>> 0 === 0x9000_0000 ? 1 << (word & 31) : 0)
}

function* takenIn({ words, from, to }: Window, offset: number): Iterable<Taken> {
  let pages = 0
  for (let at = from; at < to; at++) {
    const taken = partTaken(words[at]!, offset, pages)
    if (taken !== undefined) yield taken
    pages = pagesBehind(words[at]!, pages)
  }
}

function storesAtOneOf({ words, from, to }: Window, offsets: ReadonlySet<number>, size: number): boolean {
  for (let at = from; at < to; at++) {
    const operand = ((words[at]! >>> 25) & 5) === 4 ? memoryAccess(words[at]!) : undefined
    if (operand !== undefined && !operand.load && operand.base !== SP && operand.index < 0 && operand.size === size && offsets.has(operand.offset)) return true
  }
  return false
}
