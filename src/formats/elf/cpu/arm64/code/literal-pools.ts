import { endsPath, flowOf, literalAddress } from '../../../../../isa/arm64/control-flow.ts'
import type { Program } from './program.ts'

/** What pools are aligned with. */
const NOP = 0xd503_201f
const PREFETCH = 3

/** Constants that functions load with LDR (literal): GCC lays those that MOV cannot make behind the function that uses them, when it is told to stay near (`-mcmodel=tiny`, `-mpc-relative-literal-loads`). */
export class LiteralPools {
  readonly #program: Program
  /** Addresses of the words that each function loads. */
  readonly #loaded = new Map<number, ReadonlySet<number>>()

  constructor(program: Program) {
    this.#program = program
  }

  /** Does function `index`, or the one before it, load what lies at `address`, and can nothing run into it? */
  has(index: number, address: number): boolean {
    const isLoaded = (at: number): boolean => this.#loadedBy(index).has(at) || (index > 0 && this.#loadedBy(index - 1).has(at))
    const code = isLoaded(address) ? this.#program.codeAt(address) : undefined
    if (code === undefined) return false
    let at = address
    while (isLoaded(at) || code.words[(at - code.base) / 4]! >>> 0 === NOP) at -= 4
    return at >= code.base && endsPath(flowOf(code.words[(at - code.base) / 4]!))
  }

  #loadedBy(index: number): ReadonlySet<number> {
    const known = this.#loaded.get(index)
    if (known !== undefined) return known
    const addresses = new Set<number>()
    const { starts, ends } = this.#program.graph
    const code = this.#program.codeAt(starts[index]!)
    const end = code === undefined ? 0 : ends[index]!
    for (let at = starts[index]!; at < end; at += 4) {
      const word = code!.words[(at - code!.base) / 4]!
      const address = literalAddress(word, at)
      if (address === undefined) continue
      for (let offset = 0; offset < bytesOf(word); offset += 4) addresses.add(address + offset)
    }
    this.#loaded.set(index, addresses)
    return addresses
  }
}

/** Bytes that LDR (literal) loads; PRFM loads none. */
function bytesOf(word: number): number {
  const opc = word >>> 30
  if ((word & 0x0400_0000) !== 0) return 4 << opc
  return opc === PREFETCH ? 0 : opc === 1 ? 8 : 4
}
