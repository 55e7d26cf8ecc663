import { CALLER_SAVED, type FunctionCode } from '../evaluation/evaluation.ts'
import { FewInstructions } from './few-instructions.ts'
import type { Program } from './program.ts'
import { RegistersWritten } from './registers-written.ts'

const returnsFirst = /^(?:__)?mem(?:set|cpy|move)(?:_chk)?$/
const ALL = (1 << CALLER_SAVED) - 1

/** What calls of an address do to registers. */
export class Callees {
  readonly #program: Program
  readonly #few: FewInstructions
  readonly #written: RegistersWritten

  constructor(program: Program) {
    this.#program = program
    this.#few = new FewInstructions(program)
    this.#written = new RegistersWritten(program)
  }

  /** The few instructions that a call stands for; undefined where it is a call like any other. */
  outlined(address: number): FunctionCode | undefined {
    const index = this.#program.graph.functionAt(address)
    return index === undefined ? undefined : this.#few.of(index)
  }

  /** Is function `index` such a few, of which only its callers can make something? */
  isPartOfCallers(index: number): boolean {
    return this.#few.isPartOfCallers(index)
  }

  /** Does it return its first argument? Of a static program's stubs, which have no names, it is taken for so. */
  returnsFirst(address: number): boolean {
    const stub = this.#program.stubs.get(address)
    if (stub !== undefined) return stub.import === undefined ? stub.indirect === true : returnsFirst.test(stub.import)
    const index = this.#program.graph.functionAt(address)
    return index !== undefined && returnsFirst.test(this.#program.graph.nameOf(index))
  }

  /** Which of X0 to X18 are written to, as a mask: all of them where that cannot be told. */
  written(address: number): number {
    const index = this.#program.stubs.has(address) ? undefined : this.#program.graph.functionAt(address)
    return index === undefined ? ALL : this.#written.by(index)
  }
}
