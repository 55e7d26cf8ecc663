import type { Evaluation } from '../evaluation/evaluation.ts'
import { Edge } from '../../program/edges.ts'
import { Kind, type Listing } from '../code/listing.ts'
import type { Program } from '../code/program.ts'
import { asksCallee, checksStack, comparesOrder, FLAG_DISTANCE, onlyMoves, onlyReturns, testsFlag, testsFlagAt } from './branch-conditions.ts'
import { runsIn } from './edge-runs.ts'
import { isKernelByBit, type Ways } from './kernels-by-bits.ts'
import { leftPartAround } from './left-to-kernels.ts'
import { Likeness } from './likeness.ts'
import { Listings } from './listings.ts'
import { SwitchChoices } from './switch-choices.ts'
import { TestedBranches } from './tested-branches.ts'
import { casesOfTable, leadsTo, otherCases } from './ways-in-listing.ts'

/** Instructions that are looked at before a call, and behind a branch. */
const LOOK_BACK = 60
const LOOK_AHEAD = 45
/** Instructions from where an address is taken to the call of what is given it. */
const ALONG = 24
/** Instructions between a test and the branch on it, with those that move something, which leave flags alone: arguments and saved registers are moved there where it saves space. */
const MOVES_BETWEEN = 16

/**
 * Recognises choices between a function and its twin by their shape, where the flag they are made on came by a way that
 * could not be followed (a field of some object, a parameter).
 */
export class Selections {
  readonly likeness: Likeness
  readonly tests: TestedBranches
  readonly switches: SwitchChoices
  readonly #program: Program
  readonly #asks: (index: number) => boolean
  readonly #listings: Listings

  /**
   * @param featuresOf of functions that need some themselves or hand on to such
   * @param asks does a function decide by itself what runs, by what the CPU says?
   */
  constructor(program: Program, featuresOf: (index: number) => ReadonlySet<number> | undefined, isKernel: (index: number) => boolean, asks: (index: number) => boolean) {
    this.#program = program
    this.#asks = asks
    this.#listings = new Listings(program)
    this.likeness = new Likeness(program, featuresOf, isKernel)
    this.tests = new TestedBranches(program, this.#listings)
    this.switches = new SwitchChoices(program, this.likeness, this.#listings)
  }

  /**
   * Does a branch near the call at `at` lead, on its other side, to a like function without the features of `target`?
   * What is called where `ending` runs (see `chosenByMask`) is no alternative to anything.
   */
  hasTwin(index: number, at: number, target: number, ending: Evaluation | undefined): boolean {
    const listing = this.#listings.of(index)
    const { graph, codeAt } = this.#program
    const { base, code } = codeAt(graph.starts[index]!) ?? {}
    if (listing === undefined || base === undefined || code === undefined) return false
    const call = listing.indexOf(at - base)
    if (call === undefined) return false
    const others: number[] = []
    const cases: number[] = []
    // what is called before, and on the other side as well, only prepares
    const prepared = new Set<number>()
    // what is small enough may be done in another way: whether it is says nothing, but what comes before may
    let isLarge = false
    if (listing.kind[call] === Kind.branch && !asksCallee(listing, call)) others.push(call + 1)
    // past what a call returned, and is returned where it is not zero, only a flag leads to variants of one thing (zstd: first in the fastest way, which may give up)
    let gaveUp = false
    for (let place = call, steps = 0; place >= 0 && steps < LOOK_BACK; place--, steps++) {
      const callee = place !== call && listing.kind[place] === Kind.call ? graph.functionAt(listing.target[place]! + base) : undefined
      if (callee !== undefined) prepared.add(callee)
      for (let jump = listing.firstJumpTo[place]!; jump >= 0; jump = listing.nextJump[jump]!) {
        if (listing.kind[jump] !== Kind.branch || asksCallee(listing, jump) || (gaveUp && !testsFlagAt(code, listing, jump)) || (isLarge && comparesOrder(code, listing.at[jump]!))) continue
        others.push(jump + 1)
        cases.push(jump + 1, ...otherCases(listing, jump))
      }
      if (place === 0) break
      const before: number | undefined = listing.kind[place - 1]
      if (before === Kind.branch && asksCallee(listing, place - 1)) {
        if (comparesOrder(code, listing.at[place - 1]!)) continue
        const returned = listing.indexOf(listing.target[place - 1]!)
        if (returned === undefined || !onlyReturns(code, listing, returned)) break
        gaveUp = true
        continue
      }
      const from: number = before === Kind.jump || before === Kind.end ? listing.firstJumpTo[place]! : -1
      if (from >= 0 && from < place && listing.nextJump[from]! < 0 && listing.kind[from] === Kind.branch && comparesOrder(code, listing.at[from]!)) {
        isLarge ||= !asksCallee(listing, from)
        place = from + 1
        continue
      }
      if (before === Kind.branch && !(gaveUp && !testsFlagAt(code, listing, place - 1)) && !(isLarge && comparesOrder(code, listing.at[place - 1]!))) {
        const inside = listing.indexOf(listing.target[place - 1]!)
        if (inside !== undefined) others.push(inside)
        else {
          const other = graph.functionAt(listing.target[place - 1]! + base)
          const ends = runsIn(ending, listing.at[place - 1]! + base)
          if (other !== undefined && other !== target && !ends && this.likeness.featuresOf(other) === undefined) return true
        }
        if (others.length > 2) break
      }
      if (before === Kind.jump || before === Kind.end) {
        if (listing.firstJumpTo[place]! < 0) cases.push(...casesOfTable(listing, place))
        break
      }
    }
    const calleesOf = (places: readonly number[], counts: (callee: number) => boolean = () => true): number[] =>
      places.flatMap((other) => {
        const callee = this.#firstCallee(listing, base, other, ending, prepared)
        return callee === undefined || callee === target || !counts(callee) || leadsTo(listing, other, call) ? [] : callee
      })
    if (calleesOf(others, (callee) => this.likeness.isTwin(callee, target) || this.#choosesInstead(callee, target)).length > 0) return true
    // one of several implementations, of which others need features, too: formats and the like are told apart in the same way
    const callees = this.likeness.isKernel(target) ? calleesOf(cases) : []
    if (callees.some((callee) => this.likeness.featuresOf(callee) === undefined) && callees.some((callee) => this.likeness.isKernel(callee))) return true
    // or a number tells what the CPU can do: for less there is another kernel, and for nothing what needs no call
    if (callees.some((callee) => this.likeness.isLesserKernel(callee, target)) && cases.some((other) => this.#firstCallee(listing, base, other, ending) === undefined)) return true
    return this.#isOwnTwin(index, listing, call, target, ending) || this.isOnTheWayToKernel(index, at, target, ending) || this.switches.isInOneOfCases(index, at, target) || this.switches.isBuiltInElsewhere(index, listing, call, target) || (this.likeness.isKernel(target) && isKernelByBit(listing, code, call, this.#waysBeside(listing, base, target)))
  }

  #waysBeside(listing: Listing, base: number, target: number): Ways {
    return {
      calleeAt: (place) => this.#program.graph.functionAt(listing.target[place]! + base),
      isOther: (callee) => this.likeness.isKernel(callee) ? this.likeness.isForOtherCpus(callee, target) : this.likeness.isTwin(callee, target),
      isForAny: (callee) => this.likeness.featuresOf(callee) === undefined,
    }
  }

  /**
   * Does function `index` leave everything to `target` where some flag is set, and else do by itself what that does? So
   * compilers build two variants of one function, of which one was inlined into the choice.
   */
  #isOwnTwin(index: number, listing: Listing, call: number, target: number, ending: Evaluation | undefined): boolean {
    const { code, base } = this.#program.codeAt(this.#program.graph.starts[index]!)!
    if (this.likeness.isKernel(index) || !this.likeness.areAlike(index, target)) return false
    let branch = call // a tail call on a condition
    if (listing.kind[call] === Kind.jump) {
      let first = call
      while (first > 0 && listing.firstJumpTo[first]! < 0 && (listing.kind[first - 1] === Kind.other || checksStack(code, listing, first - 1))) first--
      branch = listing.firstJumpTo[first]! >= 0 ? listing.firstJumpTo[first]! : first - 1
    }
    if (branch < 1 || listing.kind[branch] !== Kind.branch || runsIn(ending, base + listing.at[branch]!)) return false
    for (let place = branch - 1, between = 0; place >= 0 && branch - place <= MOVES_BETWEEN && listing.kind[place] === Kind.other; place--) {
      if (testsFlag(code, listing.at[place]!, listing.at[place + 1]!)) return true
      if (!onlyMoves(code, listing.at[place]!) && ++between === FLAG_DISTANCE) break
    }
    return false
  }

  /**
   * Is `target` called, or its address taken, at `at` in a part of function `index` that a flag leads to, and that leaves the rest to another kernel for the
   * same CPUs or better ones, while without the flag the function does by itself what that does?
   */
  isOnTheWayToKernel(index: number, at: number, target: number, ending: Evaluation | undefined): boolean {
    const { graph, codeAt } = this.#program
    const { likeness } = this
    if (!likeness.isKernel(target) || likeness.isKernel(index)) return false
    const listing = this.#listings.of(index)
    const { base, code } = codeAt(graph.starts[index]!)!
    const place = listing?.indexOf(at - base)
    const part = place === undefined ? undefined : leftPartAround(code, listing!, place)
    if (part === undefined || runsIn(ending, base + listing!.at[part.branch]!)) return false
    const kernel = graph.functionAt(listing!.target[part.last]! + base)
    return kernel !== undefined && likeness.isKernel(kernel) && likeness.areAlike(index, kernel) && !likeness.isLesserKernel(kernel, target)
  }

  /** The call of a kernel, for the same CPUs as `target` or better ones, that function `index` gets to from `at` whatever happens, and from nowhere else. */
  callAlongWith(index: number, at: number, target: number): number | undefined {
    const { graph, codeAt } = this.#program
    const listing = this.#listings.of(index)
    const { base } = codeAt(graph.starts[index]!)!
    let place = listing?.indexOf(at - base)
    if (listing === undefined || place === undefined || !this.likeness.isKernel(target)) return undefined
    for (let steps = 0; steps < ALONG && place + 1 < listing.count && listing.kind[place] === Kind.other && listing.firstJumpTo[place + 1]! < 0; steps++) place++
    const callee = listing.kind[place] === Kind.call ? graph.functionAt(listing.target[place]! + base) : undefined
    return callee !== undefined && this.likeness.isKernel(callee) && !this.likeness.isLesserKernel(callee, target) ? base + listing.at[place]! : undefined
  }

  /** Function that is called first on the way from an instruction, but for those of `skipped`, and comes back where `ending` does not run. */
  #firstCallee(listing: Listing, base: number, from: number, ending: Evaluation | undefined, skipped?: ReadonlySet<number>): number | undefined {
    const { graph } = this.#program
    let place = from
    for (let steps = 0; place < listing.count && steps < LOOK_AHEAD; steps++) {
      const kind = listing.kind[place]!
      const to = listing.target[place]!
      const inside = listing.indexOf(to)
      if (kind === Kind.call || (kind === Kind.jump && inside === undefined)) {
        const other = graph.functionAt(to + base)
        if (other !== undefined && !(kind === Kind.call && skipped?.has(other) === true)) return runsIn(ending, listing.at[place]! + base) ? undefined : other
      }
      if (kind === Kind.end || (kind === Kind.jump && inside === undefined)) return undefined
      place = kind === Kind.jump ? inside! : place + 1
    }
    return undefined
  }

  /**
   * Does `other` hand on to a kernel for the CPUs that `target` is for, or to what does the same on any, as it is told? Then it stands for what runs
   * on any CPU (BLAKE3: many blocks at a time where the platform is AVX-512, else one by one on whatever it is).
   */
  #choosesInstead(other: number, target: number): boolean {
    const { graph } = this.#program
    if (this.likeness.isKernel(other) || !this.likeness.isKernel(target) || this.likeness.featuresOf(other) === undefined || this.#asks(other)) return false
    const callees: number[] = []
    for (let edge = graph.firstEdge[other]!; edge < graph.firstEdge[other + 1]!; edge++) if (graph.edgeKind[edge] === Edge.call) callees.push(graph.edgeTo[edge]!)
    const kernels = callees.filter((callee) => callee !== target && this.likeness.isKernel(callee) && this.likeness.shareFeatures(callee, target))
    return kernels.some((kernel) => callees.some((callee) => this.likeness.featuresOf(callee) === undefined && this.likeness.areAlike(callee, kernel)))
  }
}
