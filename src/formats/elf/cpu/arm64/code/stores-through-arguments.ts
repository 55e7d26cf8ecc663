import { branchTarget, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { memoryAccess, movedRegister, SP } from '../../../../../isa/arm64/operands.ts'
import { ARGUMENTS, type FunctionCode } from '../evaluation/evaluation.ts'
import { functionsWithAddressTaken } from './address-taken.ts'
import { codeOf } from './function-code.ts'
import type { Program } from './program.ts'

/** Bytes of a function that is about what it stores, and calls that it hands a pointer on by. */
const LARGEST = 1200
const DEPTH = 2
/** Bytes of one that may be called through a pointer. */
const CALLED_BACK = 512

const none: ReadonlySet<number> = new Set()

/** What functions store through pointers that they are given, told from their instructions in a row. */
export class StoresThroughArguments {
  readonly #program: Program
  readonly #known = new Map<number, ReadonlySet<number>>()
  /** What registers hold in functions that are looked at, by how deep that is. */
  readonly #holds = Array.from({ length: DEPTH + 1 }, () => new Uint8Array(32))
  #calledBack: ReadonlyMap<number, readonly number[]> | undefined

  constructor(program: Program) {
    this.#program = program
  }

  /** Does function `index` store `size` bytes there, behind what it is given in `register`? */
  stores(index: number, register: number, offset: number, size: number): boolean {
    return this.#by(index).has(keyOf(register, offset, size))
  }

  /** Functions that do, of those whose address is taken. */
  calledBack(register: number, offset: number, size: number): readonly number[] {
    this.#calledBack ??= this.#findCalledBack()
    return this.#calledBack.get(keyOf(register, offset, size)) ?? []
  }

  #findCalledBack(): ReadonlyMap<number, readonly number[]> {
    const { graph } = this.#program
    const found = new Map<number, number[]>()
    for (const index of functionsWithAddressTaken(this.#program)) {
      if (graph.ends[index]! - graph.starts[index]! > CALLED_BACK) continue
      for (const key of this.#by(index)) {
        const known = found.get(key)
        if (known === undefined) found.set(key, [index])
        else known.push(index)
      }
    }
    return found
  }

  #by(index: number, depth = 0): ReadonlySet<number> {
    const known = this.#known.get(index)
    if (known !== undefined) return known
    const code = depth > DEPTH ? undefined : codeOf(this.#program, index)
    if (code === undefined || code.end - code.start > LARGEST) return none
    this.#known.set(index, none) // until told: it may call itself
    const keys = this.#look(code, depth)
    this.#known.set(index, keys)
    return keys
  }

  #look({ words, base, start, end }: FunctionCode, depth: number): ReadonlySet<number> {
    let keys: Set<number> | undefined
    /** By register: which argument it holds, plus one. */
    const holds = this.#holds[depth]!.fill(0)
    for (let register = 0; register < ARGUMENTS; register++) holds[register] = register + 1
    /** The same by place in the frame: code without optimization keeps arguments there. */
    let spilled: Map<number, number> | undefined
    for (let at = start; at < end; at += 4) {
      const word = words[(at - base) / 4]!
      const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
      if (operand === undefined) {
        const moved = movedRegister(word)
        if (moved >= 0) holds[word & 31] = holds[moved]!
        const flow = flowOf(word)
        if (flow === Flow.call || flow === Flow.jump) for (const key of this.#handedOn(branchTarget(word, flow, at), holds, depth)) (keys ??= new Set()).add(key)
        if (flow === Flow.call || flow === Flow.indirectCall) holds.fill(0, 0, ARGUMENTS)
        continue
      }
      if (operand.base === SP && operand.register >= 0 && operand.index < 0) {
        if (operand.load) holds[operand.register] = spilled?.get(operand.offset) ?? 0
        else if (holds[operand.register] !== 0 || spilled !== undefined) (spilled ??= new Map()).set(operand.offset, holds[operand.register]!)
      }
      if (operand.load || operand.base === SP || operand.index >= 0 || holds[operand.base] === 0) continue
      for (let piece = 0; piece < (operand.second >= 0 ? 2 : 1); piece++) (keys ??= new Set()).add(keyOf(holds[operand.base]! - 1, operand.offset + piece * operand.size, operand.size))
    }
    return keys ?? none
  }

  /** What a callee stores through what is handed on to it. */
  *#handedOn(to: number, holds: Uint8Array, depth: number): Iterable<number> {
    if (depth === DEPTH || !holdsAny(holds)) return
    const callee = this.#program.graph.functionAt(to)
    if (callee === undefined) return
    for (const key of this.#by(callee, depth + 1)) {
      const argument = holds[registerOf(key)]!
      if (argument !== 0) yield withRegister(key, argument - 1)
    }
  }
}

/** Does an argument's register hold an argument? */
function holdsAny(holds: Uint8Array): boolean {
  for (let register = 0; register < ARGUMENTS; register++) if (holds[register] !== 0) return true
  return false
}

function keyOf(register: number, offset: number, size: number): number {
  return (offset * 32 + size) * ARGUMENTS + register
}

function registerOf(key: number): number {
  return ((key % ARGUMENTS) + ARGUMENTS) % ARGUMENTS
}

function withRegister(key: number, register: number): number {
  return key - registerOf(key) + register
}
