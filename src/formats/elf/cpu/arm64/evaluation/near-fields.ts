import { memoryAccess, SP } from '../../../../../isa/arm64/operands.ts'
import { detectedAs, join, number, plain, type Value, withWords } from '../../program/value.ts'
import type { Evaluation } from './evaluation.ts'
import { CopiedFields } from '../code/copied-fields.ts'
import { codeOf } from '../code/function-code.ts'
import type { Program } from '../code/program.ts'
import { WiderFields } from '../code/wider-fields.ts'

/** Fields nearer to the beginning of a structure look like those of any other. */
const LEAST_OFFSET = 128
/** Bytes of code to either side in which others who use the field lie: what is compiled together is linked together. */
const NEAR = 0x4000
/** Fields that are followed, and functions that store to one of them. */
const FIELDS = 64
const WRITERS = 24

/** Callers of a kernel. */
const CALLERS = 32
/** Calls from a function that looks at a field to a kernel. */
const CALLS = 2

interface Field {
  readonly offset: number
  readonly size: number
  /** Stores to it, by address. */
  readonly stores: readonly number[]
  /** Loads in functions that lead to a kernel. */
  readonly loads: readonly number[]
}

/**
 * Fields of structures that a function sets by what the CPU has, and others look at before they call a kernel: BoringSSL keeps
 * in each key which of its kernels to use for it. Told apart from other fields by a large offset, by the code they are used in,
 * and by leading to a kernel; known where everything that stores to it there was followed.
 */
export class NearFields {
  readonly #program: Program
  readonly #evaluations: ReadonlyMap<number, Evaluation>
  readonly #isKernel: (index: number) => boolean
  readonly #isNeverHandedOut: (address: number, by: number) => boolean
  readonly #byLoad = new Map<number, Field>()
  readonly #copies: CopiedFields

  /** @param isNeverHandedOut is there a kernel whose address nobody who is reached hands out, as far as function `by` knows? */
  constructor(program: Program, evaluations: ReadonlyMap<number, Evaluation>, isKernel: (index: number) => boolean, isNeverHandedOut: (address: number, by: number) => boolean) {
    this.#program = program
    this.#evaluations = evaluations
    this.#isKernel = isKernel
    this.#isNeverHandedOut = isNeverHandedOut
    this.#copies = new CopiedFields(program)
  }

  /** Looks for fields in what was followed; functions that have to be followed too, to know what they store. */
  find(): ReadonlySet<number> {
    const writers = new Set<number>()
    let count = 0
    for (const [index, evaluation] of this.#evaluations) {
      if (!evaluation.decides) continue
      for (const { at, offset, size } of this.#decidedStores(index, evaluation)) {
        const field = count < FIELDS ? this.#fieldAt(at, offset, size) : undefined
        if (field === undefined) continue
        count++
        for (const load of field.loads) this.#byLoad.set(load, field)
        for (const store of field.stores) writers.add(this.#program.graph.functionOf(store))
      }
    }
    return writers
  }

  /** Functions that read such fields. */
  get readers(): ReadonlySet<number> {
    return new Set([...this.#byLoad.keys()].map((at) => this.#program.graph.functionOf(at)))
  }

  /** What the load at `at` finds in the field: nothing, as keys are cleared first, or what is stored on this CPU. */
  load(at: number): Value | undefined {
    const field = this.#byLoad.get(at)
    if (field === undefined) return undefined
    let value: Value | undefined = number(0, 0, true)
    for (const store of field.stores) {
      const evaluation = this.#evaluations.get(this.#program.graph.functionOf(store))
      if (evaluation === undefined) return undefined
      if ((evaluation.seen[(store - evaluation.start) / 4]! & 1) === 0) continue
      const stored = evaluation.fieldStores.get(store)
      if (stored === undefined || stored.base !== plain || stored.partial === true) return undefined
      value = join(value, stored)
      if (value === undefined) return undefined
    }
    return detectedAs(this.#withoutKernels(value, this.#program.graph.functionOf(at)), true)
  }

  /** Who puts a kernel there may not be reached. */
  #withoutKernels(value: Value, reader: number): Value {
    if (value.hull === true) return value
    const words: number[] = []
    for (let word = 0; word < value.words.length; word += 2) {
      const [low, high] = [value.words[word]!, value.words[word + 1]!]
      if (!this.#isNeverHandedOut((high >>> 0) * 0x1_0000_0000 + (low >>> 0), reader)) words.push(low, high)
    }
    return words.length === value.words.length ? value : withWords(value, words)
  }

  /** Stores through pointers that a check rules out, or whose value it decides. */
  *#decidedStores(index: number, evaluation: Evaluation): Iterable<{ at: number; offset: number; size: number }> {
    const code = codeOf(this.#program, index)
    if (code === undefined) return
    for (let at = code.start; at < code.end; at += 4) {
      const operand = storeToField(code.words[(at - code.base) / 4]!)
      if (operand === undefined) continue
      const runs = (evaluation.seen[(at - evaluation.start) / 4]! & 1) !== 0
      const stored = evaluation.fieldStores.get(at)
      // of a flag among others in a byte only that it is clear may be known, where a branch decided that
      const isClear = operand.size === 1 && stored?.base === plain && stored.hull === true && stored.partial !== true
      if (!runs || isClear || stored?.detected === true) yield { at, ...operand }
    }
  }

  #fieldAt(place: number, offset: number, size: number): Field | undefined {
    const { graph, codeAt } = this.#program
    const code = codeAt(place)
    if (code === undefined) return undefined
    const stores: number[] = []
    const loads: number[] = []
    const wider = new WiderFields(offset, size)
    const from = Math.max(0, (place - NEAR - code.base) / 4)
    const to = Math.min(code.words.length, (place + NEAR - code.base) / 4)
    for (let index = from; index < to; index++) {
      const word = code.words[index]!
      if (((word >>> 25) & 5) !== 4) continue
      const operand = memoryAccess(word)
      if (operand === undefined || operand.base === SP || operand.index >= 0 || operand.writeback === 'after') continue
      const length = operand.second >= 0 || operand.secondVector >= 0 ? 2 * operand.size : operand.size
      if (operand.offset >= offset + size || operand.offset + length <= offset) continue
      const at = code.base + index * 4
      wider.note(operand, at, graph.functionOf(at))
      if (operand.load) {
        if (operand.offset === offset && operand.size === size && this.#leadsToKernel(graph.functionOf(at))) loads.push(at)
        continue
      }
      stores.push(at)
    }
    const own = stores.filter((at) => !wider.isOfAnother(at, graph.functionOf(at)))
    if (new Set(own.map((at) => graph.functionOf(at))).size > WRITERS) return undefined
    if (this.#copies.isFromFile(code, from, to, offset + size)) return undefined
    if (size === 1) loads.push(...this.#copies.loadsOf(code, from, to, offset, size).filter((at) => this.#leadsToKernel(graph.functionOf(at))))
    return loads.length === 0 ? undefined : { offset, size, stores: own, loads }
  }

  /** Helpers of outline atomics ask by themselves, and what everybody calls is not chosen. */
  #isChosen(index: number): boolean {
    const { firstCaller } = this.#program.graph
    return this.#isKernel(index) && firstCaller[index + 1]! - firstCaller[index]! <= CALLERS && this.#evaluations.get(index)?.decides !== true
  }

  #leadsToKernel(index: number, depth = 0): boolean {
    const { graph } = this.#program
    if (index < 0) return false
    if (this.#isChosen(index)) return true
    if (depth === CALLS) return false
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) if (this.#leadsToKernel(graph.edgeTo[edge]!, depth + 1)) return true
    return false
  }
}

/** Offset and size of what a word stores far behind a pointer. */
export function storeToField(word: number): { readonly offset: number; readonly size: number } | undefined {
  if (((word >>> 25) & 5) !== 4) return undefined
  const operand = memoryAccess(word)
  if (operand === undefined || operand.load || operand.atomic || operand.register < 0 || operand.second >= 0 || operand.index >= 0) return undefined
  const { offset, size, base, writeback } = operand
  return base === SP || writeback !== 'none' || offset < LEAST_OFFSET ? undefined : { offset, size }
}
