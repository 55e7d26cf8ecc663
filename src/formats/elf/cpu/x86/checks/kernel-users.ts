import { silentFeatures } from '../../../../../isa/x86/features.ts'
import type { Program } from '../code/program.ts'

/** Tells which functions name others that the CPU cannot run: what they are told may be what they choose by, however far it has come. */
export class KernelUsers {
  readonly #program: Pick<Program, 'graph' | 'sweep'>
  /** By feature set: does the CPU trap on it? */
  readonly #traps: readonly boolean[]
  readonly #known = new Map<number, boolean>()

  constructor(program: Pick<Program, 'graph' | 'sweep' | 'decoder'>, features: ReadonlySet<string>) {
    this.#program = program
    this.#traps = program.decoder.tables.featureSets.map((set) => set.some((feature) => !features.has(feature) && !silentFeatures.has(feature)))
  }

  has(index: number): boolean {
    let known = this.#known.get(index)
    if (known === undefined) this.#known.set(index, (known = this.#names(index)))
    return known
  }

  #names(index: number): boolean {
    const { firstEdge, edgeTo } = this.#program.graph
    for (let edge = firstEdge[index]!; edge < firstEdge[index + 1]!; edge++) if (edgeTo[edge] !== index && this.#isKernel(edgeTo[edge]!)) return true
    return false
  }

  #isKernel(index: number): boolean {
    const { graph, sweep } = this.#program
    const sets = sweep.hitSet.values()
    for (let hit = graph.firstHit[index]!; hit < graph.firstHit[index + 1]!; hit++) if (this.#traps[sets[hit]!] === true) return true
    return false
  }
}
