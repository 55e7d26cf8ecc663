import type { X86Decoder } from '../../../../../isa/x86/decode.ts'
import { type BlockOrder, orderBlocks } from './block-order.ts'
import { type Blocks, findBlocks } from './blocks.ts'
import type { Code, CodeRange } from './code.ts'

/** Bytes of one function beyond which it is not evaluated. */
const LARGEST = 200_000
/** Bytes of one function from which on it matters in what order its blocks are evaluated. */
const ORDERED = 20_000

/** A function, as it is evaluated: again and again, so that what its bytes say is found out once. */
export class FunctionCode implements CodeRange {
  readonly code: Uint8Array
  readonly view: DataView
  readonly base: number
  readonly start: number
  readonly end: number
  /** Offsets of both in `code`. Integers, for V8 too: what is computed from addresses is a double, and so is what follows from it. */
  readonly from: number
  readonly to: number
  readonly #decoder: X86Decoder
  #blocks: Blocks | undefined
  #order: BlockOrder | undefined

  constructor({ code, view, base }: CodeRange, start: number, end: number, decoder: X86Decoder) {
    this.code = code
    this.view = view
    this.base = base
    this.start = start
    this.end = end
    this.from = (start - base) | 0
    this.to = (end - base) | 0
    this.#decoder = decoder
  }

  get blocks(): Blocks {
    return (this.#blocks ??= findBlocks(this.#decoder, this.code, this.view, this.from, this.to))
  }

  /** The order in which blocks are evaluated, where that is not the order of their addresses. */
  get order(): BlockOrder | undefined {
    return this.to - this.from < ORDERED ? undefined : (this.#order ??= orderBlocks(this))
  }
}

/** Functions by index. */
export class FunctionCodes {
  readonly #program: Pick<Code, 'graph' | 'detectors' | 'codeAt' | 'decoder'>
  readonly #known = new Map<number, FunctionCode | undefined>()

  constructor(program: Pick<Code, 'graph' | 'detectors' | 'codeAt' | 'decoder'>) {
    this.#program = program
  }

  /** Undefined where evaluating it would take too long, or make no sense. */
  get(index: number): FunctionCode | undefined {
    const known = this.#known.get(index)
    if (known !== undefined || this.#known.has(index)) return known
    const { graph, codeAt, decoder } = this.#program
    const start = graph.starts[index]!
    const end = graph.ends[index]!
    const range = end - start > LARGEST || end <= start ? undefined : codeAt(start)
    const code = range === undefined ? undefined : new FunctionCode(range, start, end, decoder)
    this.#known.set(index, code)
    return code
  }
}
