import { branchTarget, endsPath, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { codeOf } from './function-code.ts'
import type { Program } from './program.ts'

/** Functions of C libraries and of run times of C++ and Go that do not return; where a panic is caught, a function returns at once. */
const endingName = /^(?:abort|exit|_exit|_Exit|quick_exit|__assert_fail|__stack_chk_fail|__cxa_throw|__cxa_rethrow|_Unwind_Resume|longjmp|siglongjmp|_ZSt9terminatev|__libc_fatal|runtime\.(?:throw|fatal(?:throw|panic)?|exit|abort|gopanic|goPanic\w+|panic(?:(?:Index|Slice|Extend|dottype|mem)\w*|shift|divide|overflow|float|wrap|nildottype)))$/

export function isEndingName(name: string): boolean {
  return endingName.test(name)
}

/** Bytes of a function that is looked at: those that only end the program are short. */
const LARGEST = 4096
/** Jumps from one such function to another. */
const DEPTH = 6

/**
 * Functions without a way back: no return in them, no jump to a function that may return, and a call or a trap as the last
 * instruction, as no compiler leaves them where more follows. Panics of Rust are of that kind, and are called in the middle
 * of functions.
 */
export class NoReturn {
  readonly #program: Program
  readonly #known = new Map<number, boolean>()
  readonly #trustsShape: boolean

  constructor(program: Program) {
    this.#program = program
    this.#trustsShape = knowsHandlers(program)
  }

  has(index: number, depth = 0): boolean {
    const known = this.#known.get(index)
    if (known !== undefined) return known
    if (depth > DEPTH) return false
    this.#known.set(index, false) // until told: a circle of jumps may return
    const ends = isEndingName(this.#program.graph.nameOf(index)) || (this.#trustsShape && this.#hasNoWayBack(index, depth))
    this.#known.set(index, ends)
    return ends
  }

  #hasNoWayBack(index: number, depth: number): boolean {
    const code = codeOf(this.#program, index)
    if (code === undefined || code.end - code.start > LARGEST) return false
    const from = (code.start - code.base) / 4
    const to = (code.end - code.base) / 4
    let last: number = Flow.next
    for (let at = from; at < to; at++) {
      const flow = flowOf(code.words[at]!)
      if (code.words[at] !== NOP && code.words[at] !== 0) last = flow
      if (flow === Flow.return || flow === Flow.indirectJump) return false
      if (flow !== Flow.jump && !(flow >= Flow.condition && flow <= Flow.bit)) continue
      const target = branchTarget(code.words[at]!, flow, at * 4) / 4
      if (target >= from && target < to) continue
      const next = this.#program.graph.functionAt(code.base + target * 4)
      const stub = next === undefined ? this.#program.stubs.get(code.base + target * 4) : undefined
      if (stub?.import !== undefined ? !isEndingName(stub.import) : next === undefined || !this.has(next, depth + 1)) return false
    }
    return last === Flow.call || last === Flow.indirectCall || endsPath(last)
  }
}

const NOP = 0xd503_201f | 0
/** More names than a stripped program has. */
const NAMES = 1000

/** Is it known where handlers of exceptions are? They follow calls that do not return, and a stripped static program hides them. */
function knowsHandlers({ image, graph }: Program): boolean {
  if (image.imports.size > 0 || graph.names.size > NAMES) return true
  const { sections } = image.file
  return sections.length > 0 && !sections.some(({ name }) => name === '.gcc_except_table')
}
