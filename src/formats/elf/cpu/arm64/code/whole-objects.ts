import { branchTarget, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { memoryAccess, SP } from '../../../../../isa/arm64/operands.ts'
import { Edge } from '../../program/edges.ts'
import { Access } from '../../program/sweep.ts'
import { codeOf } from './function-code.ts'
import type { Program } from './program.ts'
import { registersChanged } from './register-use.ts'

/** X0 to X18 are the callee's (AAPCS64, 6.1.1). */
const CALLED = 0x7_ffff
const STACK = 1 << SP

/**
 * Are objects of a class always allocated by themselves? Then whoever has one has a pointer to its beginning, and its fields are as far behind that everywhere. Not so where one is a part of
 * something larger, a variable, or in a frame.
 *
 * @param makers functions that put one of the tables into an object: all its constructors, and where those were inlined
 */
export function areWholeObjects(program: Program, tables: ReadonlySet<number>, makers: ReadonlySet<number>): boolean {
  for (const maker of makers) if (!putsAtBeginning(program, maker, tables) || !isGivenWholes(program, maker)) return false
  return true
}

/** Does the function put tables only where a pointer leads that is no address of a part, a variable, or the frame? */
function putsAtBeginning(program: Program, index: number, tables: ReadonlySet<number>): boolean {
  const { graph, sweep, image } = program
  const code = codeOf(program, index)
  if (code === undefined) return false
  const kind = sweep.accessKind.values()
  const to = sweep.accessTo.values()
  const from = sweep.accessFrom.values()
  const named = new Set<number>()
  for (let access = graph.firstAccess[index]!; access < graph.firstAccess[index + 1]!; access++) {
    const isTable = kind[access] === Access.take && (tables.has(to[access]!) || tables.has(to[access]! + 16))
    const slot = kind[access] === Access.load ? image.slots.get(to[access]!)?.address : undefined
    if (isTable || (slot !== undefined && (tables.has(slot) || tables.has(slot + 16)))) named.add(from[access]!)
  }
  const parts = new PartPointers()
  let held = 0
  for (let at = code.start; at < code.end; at += 4) {
    const word = code.words[(at - code.base) / 4]!
    const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
    if (operand !== undefined && !operand.load && ((held >>> operand.register) & 1) !== 0 && operand.register >= 0 && operand.register !== SP) {
      if ((operand.writeback !== 'after' && operand.offset !== 0) || parts.isPart(operand.base)) return false
    }
    if (operand !== undefined && !operand.load && operand.second >= 0 && operand.second !== SP && ((held >>> operand.second) & 1) !== 0) return false
    // the table lies behind its head: ADD Xd, Xn, #16, or a move
    const isAdded = (word & 0xff80_0000) >>> 0 === 0x9100_0000 && ((held >>> ((word >>> 5) & 31)) & 1) !== 0
    const isMoved = (word & 0xffe0_ffe0) >>> 0 === 0xaa00_03e0 && ((held >>> ((word >>> 16) & 31)) & 1) !== 0
    held &= ~registersChanged(word)
    if (flowOf(word) === Flow.call || flowOf(word) === Flow.indirectCall) held &= ~CALLED
    if (named.has(at) || isAdded || isMoved) held |= (1 << (word & 31)) & ~STACK
    parts.step(word)
  }
  return true
}

/** Does nobody call the function for a part of something, a variable, or what is in a frame? */
function isGivenWholes(program: Program, index: number): boolean {
  const { graph } = program
  const callers = new Set<number>()
  for (let entry = graph.firstCaller[index]!; entry < graph.firstCaller[index + 1]!; entry++) {
    const edge = graph.callerEdge[entry]!
    if (graph.edgeKind[edge] === Edge.call) callers.add(graph.edgeFrom[edge]!)
  }
  for (const caller of callers) {
    const code = codeOf(program, caller)
    if (code === undefined) return false
    const parts = new PartPointers()
    for (let at = code.start; at < code.end; at += 4) {
      const word = code.words[(at - code.base) / 4]!
      const flow = flowOf(word)
      if ((flow === Flow.call || flow === Flow.jump) && branchTarget(word, flow, at) === graph.starts[index] && parts.isPart(0)) return false
      parts.step(word)
    }
  }
  return true
}

/** Registers that hold addresses in the frame or the file, or so far behind another pointer, in the order of the code. */
class PartPointers {
  #held = STACK

  isPart(register: number): boolean {
    return ((this.#held >>> register) & 1) !== 0
  }

  step(word: number): void {
    const flow = flowOf(word)
    const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
    let further = 0
    // ADD, SUB of a number or a register; ADR, ADRP
    if ((word & 0xbf80_0000) >>> 0 === 0x9100_0000 ? ((word >>> 10) & 0xfff) !== 0 || this.isPart((word >>> 5) & 31) : (word & 0xbf00_0000) >>> 0 === 0x8b00_0000) further = word & 31
    else if ((word & 0x1f00_0000) === 0x1000_0000) further = word & 31
    else if ((word & 0xffe0_ffe0) >>> 0 === 0xaa00_03e0 && ((word >>> 16) & 31) !== SP && this.isPart((word >>> 16) & 31)) further = word & 31
    else if (((word >>> 25) & 5) === 4 && (operand === undefined ? (word & 0x0080_0000) !== 0 : operand.writeback !== 'none')) further = (word >>> 5) & 31
    else further = SP
    this.#held = (this.#held & ~registersChanged(word)) | STACK | (1 << further)
    if (flow === Flow.call || flow === Flow.indirectCall) this.#held &= ~CALLED
  }
}
