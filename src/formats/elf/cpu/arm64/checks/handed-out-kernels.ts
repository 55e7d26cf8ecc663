import { arm64Features } from '../../../../../isa/arm64/scan.ts'
import { Edge } from '../../program/edges.ts'
import { exportsEverything } from '../../program/used-inside.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'
import type { Program } from '../code/program.ts'

/** Beyond so many, the program was compiled for the features, and no kernels are chosen. */
const KERNELS = 2000

/**
 * Functions that the CPU cannot run, and whether their addresses are handed out at all. OpenSSL compares a pointer with a
 * kernel to see whether it chose that one: where nothing that runs hands the kernel's address out, it never is the same.
 */
export class HandedOutKernels {
  readonly #program: Program
  readonly #evaluations: ReadonlyMap<number, Evaluation>
  readonly #kernels = new Set<number>()
  /** Functions that take the address, by kernel; those whose address is out whatever runs are left out. */
  readonly #takers = new Map<number, number[]>()
  /** Kernels that were found to be handed out: none to begin with, as what a comparison with a kernel decides may be all that does. */
  readonly #out = new Set<number>()
  /** By kernel: whoever asked. */
  readonly #asked = new Map<number, Set<number>>()

  constructor(program: Program, features: ReadonlySet<string>, evaluations: ReadonlyMap<number, Evaluation>) {
    this.#program = program
    this.#evaluations = evaluations
    const { graph, image, sweep } = program
    const kernels = this.#kernels
    const sets = sweep.hitSet.values()
    for (const [hit, at] of sweep.hitAt.values().entries()) {
      if (features.has(arm64Features[sets[hit]!]!)) continue
      const index = graph.functionOf(at)
      if (index >= 0) kernels.add(index)
    }
    if (kernels.size > KERNELS || program.isGo) {
      kernels.clear()
      return
    }
    const out = new Set<number | undefined>()
    for (const [place, address] of image.codePointers) if (image.dataAt(place)?.separate !== true) out.add(graph.functionAt(address))
    // an executable's exports serve its plugins; and not all that can be seen is there for others
    const areAllSeen = exportsEverything(program)
    for (const named of image.functions) if (image.isLibrary && !areAllSeen && named.exported && program.isEntered(named.name)) out.add(graph.functionAt(named.address))
    for (let edge = 0; edge < graph.edgeTo.length; edge++) {
      const kernel = graph.edgeTo[edge]!
      if (graph.edgeKind[edge] === Edge.call || !kernels.has(kernel) || out.has(kernel)) continue
      const takers = this.#takers.get(kernel)
      if (takers === undefined) this.#takers.set(kernel, [graph.edgeFrom[edge]!])
      else takers.push(graph.edgeFrom[edge]!)
    }
  }

  get any(): boolean {
    return this.#kernels.size > 0
  }

  isKernel(index: number): boolean {
    return this.#kernels.has(index)
  }

  /** Is this where a kernel starts whose address is out only where somebody takes it? */
  has(address: number): boolean {
    const index = this.#takers.size === 0 ? undefined : this.#program.graph.functionAt(address)
    return index !== undefined && this.#takers.has(index)
  }

  /** Functions that have to be followed to tell. */
  get takers(): ReadonlySet<number> {
    return new Set([...this.#takers.values()].flat())
  }

  isNeverHandedOut(address: number, by: number): boolean {
    const kernel = this.#program.graph.functionAt(address)
    if (kernel === undefined || !this.#takers.has(kernel)) return false
    const asked = this.#asked.get(kernel)
    if (asked === undefined) this.#asked.set(kernel, new Set([by]))
    else asked.add(by)
    return !this.#out.has(kernel)
  }

  /** Looks at what was followed: whoever asked about a kernel that turns out to be handed out. */
  update(isReached: (index: number) => boolean): ReadonlySet<number> {
    const changed = new Set<number>()
    for (const [kernel, asked] of this.#asked) {
      if (this.#out.has(kernel)) continue
      const start = this.#program.graph.starts[kernel]!
      const uses = (taker: number): boolean => {
        const evaluation = this.#evaluations.get(taker)
        return evaluation === undefined || evaluation.guessesJumps || evaluation.addressesUsed.has(start)
      }
      if (!this.#takers.get(kernel)!.some((taker) => isReached(taker) && uses(taker))) continue
      this.#out.add(kernel)
      for (const index of asked) changed.add(index)
    }
    return changed
  }
}
