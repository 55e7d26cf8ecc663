import { Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { memoryAccess, type MemoryAccess, SP } from '../../../../../isa/arm64/operands.ts'
import type { FramePlace } from '../code/given-frames.ts'
import type { FrameRegisters } from '../code/frame-registers.ts'
import type { Program } from '../code/program.ts'
import type { StructureUsers, Window } from '../code/structure-users.ts'
import { accessesIn, type Field, type FieldStore, isPair, partOf, reaches } from '../code/field-accesses.ts'
import { codeOf } from '../code/function-code.ts'
import { VectorFields } from '../code/vector-fields.ts'
import { WiderFields } from '../code/wider-fields.ts'
import { storesZero } from '../code/zero-stores.ts'
import { CALLER_SAVED, type Evaluation, type FunctionCode } from './evaluation.ts'

/** Functions that store to one field. */
const WRITERS = 24
/** Bytes before a structure in a larger one. */
const BEFORE = 512
/** Callers of a kernel. */
const CALLERS = 32
/** Calls from a function that looks at a field to a kernel. */
const CALLS = 2

/** What is known of a field beside where it is. */
interface Hints {
  /** Stores to it under another offset. */
  readonly stores?: readonly FieldStore[]
  /** Code that may look at a larger field of another structure there. */
  readonly called?: readonly Window[]
  /** Functions that look at it, by address; undefined: any. */
  readonly users?: ReadonlySet<number>
  /** Functions that may be given what it is a field of, by address; undefined: any. */
  readonly readers?: ReadonlySet<number>
}

/** Loads and stores of fields in some code, and which of them have to do with kernels. */
export class FieldsInCode {
  readonly #program: Program
  readonly #evaluations: ReadonlyMap<number, Evaluation>
  readonly #isKernel: (index: number) => boolean
  readonly #users: StructureUsers
  readonly #frames: FrameRegisters

  constructor(program: Program, evaluations: ReadonlyMap<number, Evaluation>, isKernel: (index: number) => boolean, users: StructureUsers, frames: FrameRegisters) {
    this.#program = program
    this.#evaluations = evaluations
    this.#isKernel = isKernel
    this.#users = users
    this.#frames = frames
  }

  /** Offsets behind `offset` of numbers of `size` bytes that are loaded before a kernel is called. */
  flagsIn(window: Window, offset: number, size: number): number[] {
    const found = new Set<number>()
    for (const [at, operand] of accessesIn(window, offset + 8, BEFORE)) {
      if (!operand.load || operand.size !== size || isPair(operand) || operand.register < 0 || (operand.offset - offset) % 8 !== 0) continue
      if (!found.has(operand.offset) && this.leadsToKernel(this.#program.graph.functionOf(at))) found.add(operand.offset)
    }
    return [...found]
  }

  /** The field there; undefined where many store to it. */
  in(windows: readonly Window[], offset: number, size: number, { stores = [], called = [], users, readers }: Hints = {}): Field | undefined {
    const { graph } = this.#program
    const own = new Map<number, FieldStore>()
    const loads = new Set<number>()
    const wider = new WiderFields(offset, size)
    const vectors = new VectorFields(offset)
    for (const window of windows) {
      for (const [at, operand] of accessesIn(window, offset, size)) {
        const index = graph.functionOf(at)
        wider.note(operand, at, index, window)
        vectors.note(operand, at, index, window)
        if (!operand.load) {
          const store = partOf(operand, at, offset)
          if (!this.#isCleared(index, store, operand)) own.set(at, store)
        } else if (operand.offset === offset && operand.size === size && users?.has(graph.starts[index]!) !== false && this.leadsToKernel(index)) loads.add(at)
      }
    }
    // pointers are set everywhere, at any offset
    for (const window of size < 8 ? this.#users.callersOf(windows) : []) {
      for (const [at, operand] of accessesIn(window, offset, size)) if (!operand.load && operand.size === size && operand.offset === offset) own.set(at, partOf(operand, at, offset))
    }
    for (const window of own.size === 0 ? [] : called) for (const [at, operand] of accessesIn(window, offset, size)) if (operand.load) wider.note(operand, at, graph.functionOf(at), window)
    for (const at of own.keys()) {
      const index = graph.functionOf(at)
      // who is given the structure may fill it in like an array
      const isOfArray = vectors.isOfAnother(at, index) && (users === undefined || !this.#isCalledBeside(index, users))
      if (isOfArray || wider.isOfAnother(at, index) || this.#isOfOwnFrame(index, at, readers)) own.delete(at)
    }
    if (new Set([...own.keys()].map((at) => graph.functionOf(at))).size > WRITERS) return undefined
    return { offset, size, stores: [...stores, ...own.values()], loads: [...loads] }
  }

  isLoadedIn(window: Window, offset: number, size: number): boolean {
    for (const [, operand] of accessesIn(window, offset, size)) if (operand.load && operand.offset === offset && operand.size === size) return true
    return false
  }

  /** The field of a structure in a frame, as the function that it is the frame of looks at it, or sets it, itself. */
  inFrame({ code, offset: place }: FramePlace, offset: number, size: number, stores: FieldStore[]): Field {
    const loads: number[] = []
    const leadsToKernel = this.leadsToKernel(this.#program.graph.functionAt(code.start) ?? -1)
    for (const [at, operand] of accessesInFrame(code, place + offset, size)) {
      if (!operand.load) {
        const store = partOf(operand, at, place + offset)
        if (!storesZero(code, at, operand, store.part > at)) stores.push(store)
      }
      if (operand.load && operand.offset === place + offset && operand.size === size && leadsToKernel) loads.push(at)
    }
    return { offset, size, stores, loads }
  }

  /** Does function `index` clear the field there? That is what it holds anyway, as keys are cleared first. */
  #isCleared(index: number, { at, part }: FieldStore, operand: MemoryAccess): boolean {
    const code = codeOf(this.#program, index)
    return code !== undefined && storesZero(code, at, operand, part > at)
  }

  /** Is it stored in an object in the frame that none of `readers` is given? */
  #isOfOwnFrame(index: number, at: number, readers: ReadonlySet<number> | undefined): boolean {
    return readers !== undefined && this.#frames.isInFrame(index, at) && !this.#users.leadsTo(index, readers)
  }

  /** Does one that calls function `index` call one of `users` as well, or is it one of them? */
  #isCalledBeside(index: number, users: ReadonlySet<number>): boolean {
    const { graph } = this.#program
    const callers = (called: number): number[] => {
      const edges = [...graph.callerEdge.subarray(graph.firstCaller[called]!, graph.firstCaller[called + 1]!)]
      return edges.map((edge) => graph.edgeFrom[edge]!)
    }
    const own = new Set(callers(index))
    return [...users].some((user) => user === graph.starts[index] || callers(graph.functionOf(user)).some((caller) => own.has(caller)))
  }

  /** Helpers of outline atomics ask by themselves, and what everybody calls is not chosen. */
  #isChosen(index: number): boolean {
    const { firstCaller } = this.#program.graph
    return this.#isKernel(index) && firstCaller[index + 1]! - firstCaller[index]! <= CALLERS && this.#evaluations.get(index)?.decides !== true
  }

  /** Does a function call what is chosen, itself or by up to so many calls? */
  leadsToKernel(index: number, calls: number = CALLS): boolean {
    const { graph } = this.#program
    if (index < 0) return false
    const seen = new Set([index])
    let level = [index]
    for (let call = 0; ; call++) {
      if (level.some((one) => this.#isChosen(one))) return true
      if (call === calls) return false
      const callees: number[] = []
      for (const one of level) {
        for (let edge = graph.firstEdge[one]!; edge < graph.firstEdge[one + 1]!; edge++) {
          const callee = graph.edgeTo[edge]!
          if (seen.has(callee)) continue
          seen.add(callee)
          callees.push(callee)
        }
      }
      level = callees
    }
  }
}

/** Loads and stores of a function that reach `size` bytes in its frame, in order; registers that it only keeps for its caller are none. */
function* accessesInFrame({ words, base, start, end }: FunctionCode, offset: number, size: number): Iterable<[at: number, operand: MemoryAccess]> {
  let isPrologue = true
  for (let at = start; at < end; at += 4) {
    const word = words[(at - base) / 4]!
    isPrologue &&= flowOf(word) === Flow.next
    const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
    if (operand === undefined || operand.base !== SP || operand.index >= 0 || operand.writeback !== 'none') continue
    if (isPrologue && !operand.load && operand.size === 8 && (operand.register >= CALLER_SAVED || operand.vector >= 8)) continue
    if (reaches(operand, offset, size)) yield [at, operand]
  }
}
