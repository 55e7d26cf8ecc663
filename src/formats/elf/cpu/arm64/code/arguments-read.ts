import { branchTarget, endsPath, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { destination, memoryAccess } from '../../../../../isa/arm64/operands.ts'
import { ARGUMENTS } from '../evaluation/evaluation.ts'
import { codeOf } from './function-code.ts'
import type { Program } from './program.ts'

const ALL = (2 << ARGUMENTS) - 1
/** Calls deep, and instructions of one function, that are looked at. */
const DEPTH = 5
const STEPS = 2000

/** Which of X0 to X8 functions read as they were given them: what else stands there at a call is no argument. */
export class ArgumentsRead {
  readonly #program: Program
  readonly #known = new Map<number, number>()

  constructor(program: Program) {
    this.#program = program
  }

  /** As a mask; all of them where that cannot be told. */
  by(index: number, depth = 0): number {
    const known = this.#known.get(index)
    if (known !== undefined) return known
    if (depth > DEPTH) return ALL
    this.#known.set(index, ALL) // until told: a circle of calls may hand on all of them
    const mask = this.#readOnAnyPath(index, depth)
    this.#known.set(index, mask)
    return mask
  }

  #readOnAnyPath(index: number, depth: number): number {
    const code = codeOf(this.#program, index)
    if (code === undefined) return ALL
    const { words, base } = code
    const from = (code.start - base) / 4
    const to = (code.end - base) / 4
    /** By place: registers that are still as they were given on some path. */
    const given = new Map<number, number>([[from, ALL]])
    const work = [from]
    let read = 0
    const reach = (place: number, mask: number): void => {
      const before = given.get(place) ?? 0
      if (mask === 0 || (before | mask) === before) return
      given.set(place, before | mask)
      work.push(place)
    }
    /** Control goes on in the function at `address`. */
    const handOn = (address: number, mask: number): void => {
      const callee = this.#program.graph.functionAt(this.#program.stubs.get(address)?.address ?? address)
      read |= mask & (callee === undefined ? ALL : this.by(callee, depth + 1))
    }
    for (let steps = 0; work.length > 0; steps++) {
      if (steps > STEPS || read === ALL) return ALL
      const place = work.pop()!
      const mask = given.get(place)!
      if (place < from || place >= to) return ALL
      const word = words[place]!
      const flow = flowOf(word)
      read |= mask & registersRead(word, flow)
      if (flow === Flow.call) handOn(base + branchTarget(word, flow, place * 4), mask)
      else if (flow === Flow.indirectCall || flow === Flow.indirectJump) read |= mask
      else if (flow === Flow.next) reach(place + 1, mask & ~registersWritten(word))
      else if (flow === Flow.jump || (flow >= Flow.condition && flow <= Flow.bit)) {
        const target = branchTarget(word, flow, place * 4) / 4
        if (target >= from && target < to) reach(target, mask)
        else handOn(base + target * 4, mask)
        if (!endsPath(flow)) reach(place + 1, mask)
      }
    }
    return read
  }
}

function bit(register: number): number {
  return register <= ARGUMENTS ? 1 << register : 0
}

function registersWritten(word: number): number {
  const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
  if (operand === undefined) return destination(word) < 0 ? 0 : bit(destination(word))
  return operand.load ? (operand.register < 0 ? 0 : bit(operand.register)) | (operand.second < 0 ? 0 : bit(operand.second)) : 0
}

/** General registers in any place where an instruction may read one: rather too many than too few. */
function registersRead(word: number, flow: number): number {
  const [low, first, third, second] = [bit(word & 31), bit((word >>> 5) & 31), bit((word >>> 10) & 31), bit((word >>> 16) & 31)]
  if (flow === Flow.zero || flow === Flow.bit) return low
  if (flow === Flow.indirectCall || flow === Flow.indirectJump) return first
  if (flow !== Flow.next) return 0
  const group = (word >>> 25) & 15
  if (group === 8 || group === 9) {
    const kind = (word >>> 23) & 7
    if (kind < 2) return 0 // ADR, ADRP
    if (kind === 5) return ((word >>> 29) & 3) === 3 ? low : 0 // MOVK reads what it changes
    return kind === 6 && ((word >>> 29) & 3) === 1 ? first | low : first | (kind === 7 ? second : 0) // BFM too
  }
  if (group === 5 || group === 13) return first | second | ((word & 0x1f00_0000) === 0x1b00_0000 ? third : 0)
  if ((group & 5) === 4) {
    const operand = memoryAccess(word)
    if (operand === undefined) return low | first | third | second
    const moved = operand.load && !operand.atomic ? 0 : low | (operand.second < 0 ? 0 : third)
    return first | moved | (operand.index >= 0 || operand.atomic ? second : 0)
  }
  return low | first | second
}
