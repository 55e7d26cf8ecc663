import { Edge } from '../../program/edges.ts'
import { isOnTag } from './branch-conditions.ts'
import { hasBuiltInVariant } from './built-in-variants.ts'
import { casesAround, firstNamed } from './cases-of-comparisons.ts'
import type { Likeness } from './likeness.ts'
import { Kind, type Listing } from '../code/listing.ts'
import type { Listings } from './listings.ts'
import type { Program } from '../code/program.ts'
import { followCases, type SwitchCase } from './switch-cases.ts'
import { leadsTo } from './ways-in-listing.ts'

/** Cases of comparisons that are variants of something: two for some CPUs, one for any. */
const LEAST_VARIANTS = 3
/** Cases of a switch in which an order shows. */
const LEAST_OPERATIONS = 4
/** Nobody has more implementations of one thing. */
const MOST_CASES = 64

/** Recognises choices between functions for several CPUs by a number: cases of a switch, or of a chain of comparisons. */
export class SwitchChoices {
  readonly #program: Program
  readonly #likeness: Likeness
  readonly #listings: Listings
  readonly #switches = new Map<number, readonly (readonly SwitchCase[])[]>()
  #named: { readonly index: number; readonly at: ReadonlyMap<number, number> } | undefined

  constructor(program: Program, likeness: Likeness, listings: Listings) {
    this.#program = program
    this.#likeness = likeness
    this.#listings = listings
  }

  /**
   * Does only some case of a switch, or of a chain of comparisons, come to `at`, where `target` is called or loaded, while another leads to other functions with
   * features, and another to a like one without? Their code may be long: implementations are built into the function that
   * tells them apart (ring's AES-GCM).
   */
  isInOneOfCases(index: number, at: number, target: number): boolean {
    if (this.#likeness.featuresOf(target) === undefined || !this.#leadsToSeveral(index, target)) return false
    const listing = this.#listings.of(index)
    const base = this.#program.codeAt(this.#program.graph.starts[index]!)?.base
    const call = base === undefined ? undefined : listing?.indexOf(at - base)
    if (listing === undefined || call === undefined) return false
    if (this.#isInOneOfComparisons(index, listing, call, target)) return true
    if (listing.firstTable < 0) return false
    return this.#switchesOf(index, listing).some((cases) => {
      const ours = cases.filter((each) => each.reaches(call))
      const others = cases.filter((each) => !each.reaches(call))
      if (ours.length === 0 || others.length < 2) return false
      const shared = new Set(ours.flatMap(({ callees }) => callees))
      const kernels = [...shared, ...others.flatMap(({ callees }) => callees)].filter((callee) => this.#likeness.featuresOf(callee) !== undefined)
      const isPlain = (callee: number): boolean => !shared.has(callee) && kernels.some((kernel) => this.#likeness.areAlike(callee, kernel))
      return (
        others.some(({ callees }) => callees.some((callee) => !shared.has(callee) && this.#likeness.featuresOf(callee) !== undefined)) &&
        others.some(({ callees }) => callees.every((callee) => this.#likeness.featuresOf(callee) === undefined) && callees.some(isPlain))
      )
    })
  }

  /**
   * Is `target` called or its address taken at `at` for one number of several that something is compared with, while for another a kernel for other CPUs
   * is named, and for another one for any CPU is called? So ring tells variants of keys apart.
   */
  #isInOneOfComparisons(index: number, listing: Listing, place: number, target: number): boolean {
    const { graph, codeAt } = this.#program
    const { code, base } = codeAt(graph.starts[index]!)!
    const isTag = (branch: number): boolean => branch > 0 && isOnTag(code, listing.at[branch - 1]!, listing.at[branch]!)
    const cases = casesAround(listing, place, isTag)
    if (cases.length < LEAST_VARIANTS) return false
    const named = this.#namedBy(index)
    const others = cases.map((from) => firstNamed(listing, from, (other) => named.get(listing.at[other]! + base) ?? -1))
    const kernels = others.filter((other) => other >= 0 && this.#likeness.featuresOf(other) !== undefined)
    return (
      kernels.includes(target) &&
      kernels.some((other) => !this.#likeness.shareFeatures(other, target)) &&
      others.some((other) => other >= 0 && this.#likeness.featuresOf(other) === undefined && this.#likeness.areAlike(other, target))
    )
  }

  /** Functions that function `index` names, by the instructions that do. Many calls of one function are asked about one after another. */
  #namedBy(index: number): ReadonlyMap<number, number> {
    if (this.#named?.index === index) return this.#named.at
    const { graph } = this.#program
    const at = new Map<number, number>()
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      if (graph.edgeKind[edge] !== Edge.resolver) at.set(graph.edgeAt[edge]!, graph.edgeTo[edge]!)
    }
    this.#named = { index, at }
    return at
  }

  /**
   * Does some case of a switch come to `at`, where `target` is called or loaded, while others do without what needs features, and both before
   * and behind it? Levels of CPUs are in order; so are operations and formats not.
   */
  isAmongOperations(index: number, at: number, target: number): boolean {
    const listing = this.#listings.of(index)
    const base = this.#program.codeAt(this.#program.graph.starts[index]!)?.base
    const call = base === undefined ? undefined : listing?.indexOf(at - base)
    if (listing === undefined || call === undefined || listing.firstTable < 0) return false
    return this.#switchesOf(index, listing).some((cases) => {
      const ours = cases.filter((each) => each.reaches(call))
      if (cases.length < LEAST_OPERATIONS || ours.length === 0 || ours.length === cases.length) return false
      // within one operation it is chosen from what does the same, which no other operation leads to (aho-corasick: Teddy or Rabin-Karp)
      const others = new Set(cases.flatMap((each) => (each.reaches(call) ? [] : each.callees)))
      if (ours[0]!.callees.some((callee) => !others.has(callee) && this.#likeness.isTwin(callee, target) && ours.every(({ callees }) => callees.includes(callee)) && this.#isInstead(listing, base!, callee, call))) return false
      // in the order of their numbers: do they need features, or call one that does the same without?
      const kinds = cases.map(({ callees }) => (callees.some((callee) => this.#likeness.featuresOf(callee) !== undefined) ? 'wide' : callees.some((callee) => this.#likeness.isTwin(callee, target)) ? 'plain' : undefined))
      const known = kinds.filter((kind) => kind !== undefined)
      return known.filter((kind, place) => place > 0 && kind !== known[place - 1]).length > 1
    })
  }

  /** Is function `other` called in `listing`, and nowhere before or behind what the instruction at `place` calls? */
  #isInstead(listing: Listing, base: number, other: number, place: number): boolean {
    const start = this.#program.graph.starts[other]! - base
    let calls = 0
    for (let at = 0; at < listing.count; at++) {
      if (listing.kind[at] !== Kind.call || listing.target[at] !== start) continue
      if (leadsTo(listing, at, place) || leadsTo(listing, place, at)) return false
      calls++
    }
    return calls > 0
  }

  /** Is a variant of `target` for any CPU built into another case of a switch, of which one calls `target` at `place`? */
  isBuiltInElsewhere(index: number, listing: Listing, place: number, target: number): boolean {
    if (listing.firstTable < 0 || !this.#likeness.isKernel(target) || this.#likeness.isKernel(index)) return false
    const { graph, codeAt } = this.#program
    const { code, base } = codeAt(graph.starts[index]!)!
    const callsTwin = (call: number): boolean => {
      const callee = listing.kind[call] === Kind.call ? graph.functionAt(listing.target[call]! + base) : undefined
      return callee !== undefined && callee !== target && this.#likeness.isTwin(callee, target)
    }
    return this.#switchesOf(index, listing).some((cases) => hasBuiltInVariant(code, listing, cases.map(({ first }) => first), place, callsTwin))
  }

  /** Does function `index` lead to others than `target` that need features? Hardly any does, and switches are not looked for in vain. */
  #leadsToSeveral(index: number, target: number): boolean {
    const { graph } = this.#program
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      const other = graph.edgeTo[edge]!
      if (other !== target && this.#likeness.featuresOf(other) !== undefined) return true
    }
    return false
  }

  /** The cases of each switch of a function. */
  #switchesOf(index: number, listing: Listing): readonly (readonly SwitchCase[])[] {
    let known = this.#switches.get(index)
    if (known === undefined) {
      const { functions, graph, jumpTables } = this.#program
      // most jumps through memory are calls of methods: where that is all, no block is looked for
      const code = listing.jumpsThroughRegister ? functions.get(index) : undefined
      const calleeAt = (offset: number): number => graph.functionAt(offset + code!.base) ?? -1
      // of a table whose bound is not known, entries are read that lead elsewhere
      const inside = (targets: readonly number[]): number[] => targets.filter((address) => address >= code!.start && address < code!.end).map((address) => address - code!.base)
      known = code === undefined ? [] : jumpTables.switches(code).map(inside).filter(({ length }) => length <= MOST_CASES).map((offsets) => followCases(listing, offsets, calleeAt))
      this.#switches.set(index, known)
    }
    return known
  }
}
