import { Edge } from '../../program/edges.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'
import type { Program } from '../code/program.ts'

/** Beyond so many, the program was compiled for the features, and no kernels are chosen. */
const KERNELS = 2000

/**
 * Functions that the CPU cannot run, and whether their addresses are handed out at all. MLAS and OpenSSL compare a pointer with
 * a kernel to see whether they chose that one: where nothing that runs hands the kernel's address out, it never is the same.
 */
export class HandedOutKernels {
  readonly #program: Program
  readonly #evaluations: ReadonlyMap<number, Evaluation>
  readonly #kernels = new Set<number>()
  /** Edges that take the address of a kernel, by kernel; those whose address is out whatever runs are left out. */
  readonly #takers = new Map<number, number[]>()
  /** Kernels that were found to be handed out: none to begin with, as what a comparison with a kernel decides may be all that does. */
  readonly #out = new Set<number>()
  /** By kernel: whoever asked. */
  readonly #asked = new Map<number, Set<number>>()

  constructor(program: Program, features: ReadonlySet<string>, evaluations: ReadonlyMap<number, Evaluation>) {
    this.#program = program
    this.#evaluations = evaluations
    const { graph, image, sweep, decoder, isGo } = program
    const beyond = decoder.tables.featureSets.map((set) => set.some((feature) => !features.has(feature)))
    const kernels = this.#kernels
    const sets = sweep.hitSet.values()
    for (let index = 0; index < graph.starts.length && kernels.size <= KERNELS; index++) {
      for (let hit = graph.firstHit[index]!; hit < graph.firstHit[index + 1]!; hit++) {
        if (beyond[sets[hit]!] !== true) continue
        kernels.add(index)
        break
      }
    }
    if (kernels.size > KERNELS || isGo) {
      kernels.clear()
      return
    }
    const out = new Set<number | undefined>()
    for (const [place, address] of image.codePointers) if (image.dataAt(place)?.separate !== true) out.add(graph.functionAt(address))
    // an executable's exports serve its plugins
    for (const named of image.functions) if (image.isLibrary && named.exported && program.isEntered(named.name)) out.add(graph.functionAt(named.address))
    for (let edge = 0; edge < graph.edgeTo.length; edge++) {
      const kernel = graph.edgeTo[edge]!
      if (graph.edgeKind[edge] === Edge.call || !kernels.has(kernel) || out.has(kernel)) continue
      const takers = this.#takers.get(kernel)
      if (takers === undefined) this.#takers.set(kernel, [edge])
      else takers.push(edge)
    }
  }

  isNeverHandedOut(address: number, by: number): boolean {
    const kernel = this.#takers.size === 0 ? undefined : this.#program.graph.functionAt(address)
    if (kernel === undefined || !this.#takers.has(kernel)) return false
    const asked = this.#asked.get(kernel)
    if (asked === undefined) this.#asked.set(kernel, new Set([by]))
    else asked.add(by)
    return !this.#out.has(kernel)
  }

  /** Is this the address of a kernel that is out only where somebody takes it? */
  isKernel(address: number): boolean {
    return this.#takers.size > 0 && this.#takers.has(this.#program.graph.functionAt(address) ?? -1)
  }

  /** Functions that take the address of a kernel and call one: they may compare what they have with it. */
  *mayAsk(): Iterable<number> {
    const { graph } = this.#program
    const callsKernel = (index: number): boolean => {
      for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
        if (graph.edgeKind[edge] === Edge.call && this.#kernels.has(graph.edgeTo[edge]!)) return true
      }
      return false
    }
    const seen = new Set<number>()
    for (const edges of this.#takers.values()) {
      for (const edge of edges) {
        const index = graph.edgeFrom[edge]!
        if (!seen.has(index) && callsKernel(index)) yield index
        seen.add(index)
      }
    }
  }

  /** Functions that take the address of a kernel that somebody asked about: they have to be followed to tell. */
  *takers(): Iterable<number> {
    for (const kernel of this.#asked.keys()) for (const edge of this.#takers.get(kernel)!) yield this.#program.graph.edgeFrom[edge]!
  }

  /** Looks at what was followed: whoever asked about a kernel that turns out to be handed out. */
  update(isReached: (index: number) => boolean): ReadonlySet<number> {
    const changed = new Set<number>()
    for (const [kernel, asked] of this.#asked) {
      if (this.#out.has(kernel) || !this.#takers.get(kernel)!.some((edge) => this.#hands(edge, isReached))) continue
      this.#out.add(kernel)
      for (const index of asked) changed.add(index)
    }
    return changed
  }

  #hands(edge: number, isReached: (index: number) => boolean): boolean {
    const { graph, detectors } = this.#program
    const taker = graph.edgeFrom[edge]!
    if (!isReached(taker) || detectors.resolvers.has(graph.starts[taker]!)) return false
    const evaluation = this.#evaluations.get(taker)
    if (evaluation === undefined) return true
    if ((evaluation.seen[graph.edgeAt[edge]! - evaluation.start]! & 1) === 0) return false
    return (graph.edgeKind[edge] === Edge.loaded && !this.#isComparison(graph.edgeAt[edge]!)) || evaluation.addressesUsed.has(graph.starts[graph.edgeTo[edge]!]!)
  }

  /** CMP with what a slot of the GOT holds. */
  #isComparison(at: number): boolean {
    const { code, base } = this.#program.codeAt(at)!
    const opcode = code[at - base + 1]
    return (code[at - base]! & 0xf8) === 0x48 && (opcode === 0x39 || opcode === 0x3b)
  }
}
