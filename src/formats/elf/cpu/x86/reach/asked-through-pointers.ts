import type { Program } from '../code/program.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'
import { Access } from '../../program/sweep.ts'

/** TEST EAX, EAX. */
const TEST = [0x85, 0xc0] as const
/** Bytes of a call through a register, or what it points to. */
const LONGEST_CALL = 7

/**
 * Functions that ask about the CPU through a variable, which anybody may let point to something else: `VP8GetCPUInfo(kSSE4_1)` of
 * libwebp. It cannot be followed; but what the variable first holds asks the CPU.
 */
export class AskedThroughPointers {
  readonly #program: Program
  readonly #evaluations: ReadonlyMap<number, Evaluation>
  readonly #known = new Map<number, boolean>()

  constructor(program: Program, evaluations: ReadonlyMap<number, Evaluation>) {
    this.#program = program
    this.#evaluations = evaluations
  }

  /** Is one of `branches` of function `index` on the answer? */
  decide(index: number, branches: readonly number[]): boolean {
    if (!branches.some((branch) => this.#isOnAnswer(branch))) return false
    let known = this.#known.get(index)
    if (known === undefined) this.#known.set(index, (known = this.#asks(index)))
    return known
  }

  /** Is it behind `call [rbp]; test eax, eax`? */
  #isOnAnswer(branch: number): boolean {
    const range = this.#program.codeAt(branch)
    if (range === undefined) return false
    const test = branch - range.base - TEST.length
    const { code } = range
    if (code[test] !== TEST[0] || code[test + 1] !== TEST[1]) return false
    for (let length = 2; length <= LONGEST_CALL; length++) {
      const at = test - length
      if (code[at] === 0xff && ((code[at + 1]! >> 3) & 7) === 2 && sizeOf(code[at + 1]!, code[at + 2]!) === length) return true
    }
    return false
  }

  /** Do all variables that the function loads, and that hold functions, hold those that ask? */
  #asks(index: number): boolean {
    const { graph, image, near, sweep } = this.#program
    const to = sweep.accessTo.values()
    const kind = sweep.accessKind.values()
    let asks = false
    for (let access = graph.firstAccess[index]!; access < graph.firstAccess[index + 1]!; access++) {
      if (kind[access] === Access.store) continue
      const named = to[access]!
      const variable = image.dataAt(named)?.separate === true ? image.slots.get(named)?.address : named
      const held = variable === undefined ? undefined : (image.codePointers.get(variable) ?? image.slots.get(variable)?.address)
      const asked = held === undefined || image.dataAt(variable!)?.writable !== true ? undefined : graph.functionAt(held)
      if (asked === undefined) continue
      if (!near.asks(asked, this.#evaluations)) return false
      asks = true
    }
    return asks
  }
}

/** Bytes of an instruction with one byte of opcode, by its ModRM and the byte behind it. */
function sizeOf(modrm: number, next: number): number {
  const mod = modrm >> 6
  if (mod === 3) return 2
  const hasSib = (modrm & 7) === 4
  const isWide = mod === 2 || (mod === 0 && ((modrm & 7) === 5 || (hasSib && (next & 7) === 5)))
  return 2 + (hasSib ? 1 : 0) + (isWide ? 4 : mod === 1 ? 1 : 0)
}
