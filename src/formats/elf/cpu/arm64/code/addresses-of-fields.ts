import { branchTarget, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { memoryAccess, SP } from '../../../../../isa/arm64/operands.ts'
import { Edge } from '../../program/edges.ts'
import { reaches } from './field-accesses.ts'
import { codeOf } from './function-code.ts'
import { PartPointers } from './part-pointers.ts'
import type { Program } from './program.ts'
import { registersChanged } from './register-use.ts'
import { type Window, windowOf } from './structure-users.ts'

const fills = /^(?:__)?(?:mem(?:cpy|move|set)|bzero)(?:_chk|_generic)?$/
/** Bytes of a part. */
const PART = 128
/** X2, as a mask: the third argument. */
const LENGTH = 4

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
    return takenIn(window).has(offset)
  }

  /** May function `index`, or what it calls, store to the field by the address of a part? */
  isStoredThroughPart(index: number, offset: number, size: number): boolean {
    const window = this.#windowOf(index)
    if (window === undefined) return true
    if (this.#isStoredInside(window, offset, size) || isReturned(window, offset)) return true
    const distances = new Set([...takenIn(window)].map((distance) => offset - distance).filter((distance) => distance >= 0))
    if (distances.size === 0) return false
    const { graph } = this.#program
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      const callee = graph.edgeKind[edge] === Edge.call ? this.#windowOf(graph.edgeTo[edge]!) : undefined
      if (callee !== undefined && storesAtOneOf(callee, distances, size)) return true
    }
    return false
  }

  /** Does a function store to the field by a register that it has put the address of a part into, further up, or have the C library fill that in? */
  #isStoredInside({ words, base, from, to }: Window, offset: number, size: number): boolean {
    const parts = new PartPointers()
    let length: number | undefined
    for (let at = from; at < to; at++) {
      const word = words[at]!
      const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
      const distance = operand === undefined || operand.load || operand.index >= 0 ? undefined : parts.distanceOf(operand.base)
      if (distance !== undefined && reaches(operand!, offset - distance, size)) return true
      const flow = flowOf(word)
      if (flow === Flow.call || flow === Flow.jump || flow === Flow.indirectCall) {
        const part = parts.distanceOf(0)
        if (part !== undefined && part <= offset && (length === undefined || part + length > offset) && (flow === Flow.indirectCall ? length !== undefined : this.#fills(branchTarget(word, flow, base + at * 4)))) return true
        length = undefined
      }
      parts.step(word)
      if ((registersChanged(word) & LENGTH) !== 0) length = (word & 0x7fe0_0000) === 0x5280_0000 ? (word >>> 5) & 0xffff : undefined
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
    return code === undefined ? undefined : windowOf(code)
  }
}

/** How far behind pointers it is what addresses are taken of. */
function takenIn({ words, from, to }: Window): Set<number> {
  const parts = new PartPointers()
  const found = new Set<number>()
  for (let at = from; at < to; at++) {
    const distance = parts.step(words[at]!)
    if (distance !== undefined) found.add(distance)
  }
  return found
}

/** Is the address of a part returned at once, which the field may be in: `options &all() { return all_; }`? */
function isReturned({ words, from, to }: Window, offset: number): boolean {
  for (let at = from; at + 1 < to; at++) {
    const word = words[at]!
    // ADD X0, X0, #distance; RET
    if ((word & ~(0xfff << 10)) >>> 0 !== 0x9100_0000 || flowOf(words[at + 1]!) !== Flow.return) continue
    const distance = (word >>> 10) & 0xfff
    if (distance <= offset && distance > offset - PART) return true
  }
  return false
}

function storesAtOneOf({ words, from, to }: Window, offsets: ReadonlySet<number>, size: number): boolean {
  for (let at = from; at < to; at++) {
    const operand = ((words[at]! >>> 25) & 5) === 4 ? memoryAccess(words[at]!) : undefined
    if (operand !== undefined && !operand.load && operand.base !== SP && operand.index < 0 && operand.size === size && offsets.has(operand.offset)) return true
  }
  return false
}
