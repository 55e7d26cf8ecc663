import { branchTarget, endsPath, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { memoryAccess, movedRegister, SP } from '../../../../../isa/arm64/operands.ts'
import { CALLER_SAVED, type FunctionCode } from '../evaluation/evaluation.ts'
import type { Callees } from './callees.ts'
import { codeOf } from './function-code.ts'
import type { Program } from './program.ts'
import { registersChanged } from './register-use.ts'

/** Bytes of a function that is looked at. */
const LARGEST = 0x4000
const CALLER_SAVED_MASK = (1 << CALLER_SAVED) - 1

/** Registers that hold an address in the frame of the function, wherever it comes from: compilers put one of a large object into a register. */
export class FrameRegisters {
  readonly #program: Program
  readonly #callees: Callees
  readonly #known = new Map<number, ReadonlyMap<number, number> | undefined>()

  constructor(program: Program, callees: Callees) {
    this.#program = program
    this.#callees = callees
  }

  /** Is the access at `at`, of function `index`, one to its frame through another register than SP? False where that cannot be told. */
  isInFrame(index: number, at: number): boolean {
    if (!this.#known.has(index)) this.#known.set(index, this.#read(codeOf(this.#program, index)))
    const held = this.#known.get(index)?.get(at)
    const code = held === undefined ? undefined : codeOf(this.#program, index)
    if (held === undefined || code === undefined) return false
    const base = memoryAccess(code.words[(at - code.base) / 4]!)?.base ?? SP
    return base !== SP && ((held >>> base) & 1) !== 0
  }

  /** Registers that hold one on all ways to an instruction, as a mask, by its address; undefined where not all ways are known. */
  #read(code: FunctionCode | undefined): ReadonlyMap<number, number> | undefined {
    if (code === undefined || code.end - code.start > LARGEST) return undefined
    const { words, base, start, end } = code
    const held = new Map<number, number>()
    const work: { readonly at: number; readonly mask: number }[] = [{ at: start, mask: 0 }]
    while (work.length > 0) {
      let { at, mask } = work.pop()!
      while (at >= start && at < end) {
        const before = held.get(at)
        const both = before === undefined ? mask : before & mask
        if (both === before) break
        held.set(at, both)
        const word = words[(at - base) / 4]!
        const flow = flowOf(word)
        if (flow === Flow.indirectJump) return undefined // a table may lead anywhere
        mask = this.#after(word, flow, at, both)
        if (flow === Flow.call || flow === Flow.indirectCall) {
          const pad = this.#program.landingPads.of(at)
          if (pad !== undefined) work.push({ at: pad, mask: mask & ~CALLER_SAVED_MASK })
        } else if (flow !== Flow.next && flow !== Flow.return && flow !== Flow.trap) work.push({ at: branchTarget(word, flow, at), mask })
        if (endsPath(flow)) break
        at += 4
      }
    }
    return held
  }

  #after(word: number, flow: number, at: number, held: number): number {
    if (flow === Flow.call || flow === Flow.indirectCall) {
      const outlined = flow === Flow.call ? this.#callees.outlined(branchTarget(word, flow, at)) : undefined
      return held & ~CALLER_SAVED_MASK & ~(outlined === undefined ? 0 : changedBy(outlined))
    }
    const from = addressFrom(word)
    const to = 1 << (word & 31)
    if (from >= 0) return from === SP || ((held >>> from) & 1) !== 0 ? held | to : held & ~to
    return held & ~registersChanged(word)
  }
}

function changedBy({ words, base, start, end }: FunctionCode): number {
  let mask = 0
  for (let at = start; at < end; at += 4) mask |= registersChanged(words[(at - base) / 4]!)
  return mask
}

/** ADD and SUB Xd, Xn, #amount; MOV Xd, Xn: Xn; -1 for anything else. */
function addressFrom(word: number): number {
  if ((word & 31) === SP) return -1
  if ((word & 0xbf80_0000) >>> 0 === 0x9100_0000) return (word >>> 5) & 31
  return movedRegister(word)
}
