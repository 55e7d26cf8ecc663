import { x86LevelOf } from '../../../../../isa/x86/features.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'
import { Edge } from '../../program/edges.ts'
import { Kind, Lister, type Listing } from '../code/listing.ts'
import type { Program } from '../code/program.ts'
import { lastAtMost } from '../../program/number-list.ts'
import { asksCallee, checksStack, comparedWith, comparesOrder, EQUAL, isOnTag, LARGEST_LEVEL, onlyMoves, onlyReturns, testsByte, testsFlag } from './branch-conditions.ts'
import { hasBuiltInVariant } from './built-in-variants.ts'
import { casesAround, firstNamed } from './cases-of-comparisons.ts'
import { followCases, type SwitchCase } from './switch-cases.ts'

/** Bytes between a test and the branch on it. */
const MASK_DISTANCE = 24
const LOOK_BACK = 60
const LOOK_AHEAD = 45
/** A function and its twin do the same: they are of similar size. */
const twinRatio = { least: 0.15, most: 8 }

/**
 * Recognises choices between a function and its twin by their shape, where the flag they are made on came by a way that
 * could not be followed (a field of some object, a parameter).
 */
export class Selections {
  readonly #program: Program
  /** Of those that need some themselves or hand on to such. */
  readonly #featuresOf: (index: number) => ReadonlySet<number> | undefined
  readonly #isKernel: (index: number) => boolean
  readonly #asks: (index: number) => boolean
  readonly #lister: Lister
  readonly #twins = new Map<number, boolean>()
  readonly #switches = new Map<number, readonly (readonly SwitchCase[])[]>()

  /** `asks`: does a function decide by itself what runs, by what the CPU says? */
  constructor(program: Program, featuresOf: (index: number) => ReadonlySet<number> | undefined, isKernel: (index: number) => boolean, asks: (index: number) => boolean) {
    this.#program = program
    this.#isKernel = isKernel
    this.#asks = asks
    this.#lister = new Lister(program)
    this.#featuresOf = featuresOf
  }

  /**
   * Is one of `branches` on a test of some flag bits? Where `ending` runs, the program ends: a test there is the one that
   * ends it, and chooses nothing.
   */
  testsMask(index: number, branches: readonly number[], ending: Evaluation | undefined): boolean {
    const listing = this.#listing(index)
    if (listing === undefined) return false
    return branches.some((branch) => {
      const last = lastAtMost(listing.masks.subarray(0, listing.maskCount), branch)
      return last >= 0 && branch - listing.masks[last]! < MASK_DISTANCE && !runsIn(ending, branch)
    })
  }

  /** Is one of `branches` on a truth value, a byte that is compared with zero? */
  testsTruth(index: number, branches: readonly number[]): boolean {
    const listing = this.#listing(index)
    const range = this.#program.codeAt(this.#program.graph.starts[index]!)
    if (listing === undefined || range === undefined) return false
    return branches.some((branch) => {
      const place = listing.indexOf(branch - range.base) ?? 0
      for (let back = place - 1; back >= 0 && place - back <= FLAG_DISTANCE && listing.kind[back] === Kind.other; back--) {
        if (testsByte(range.code, listing.at[back]!, listing.at[back + 1]!)) return true
      }
      return false
    })
  }

  /** Does each of `branches` ask whether a number is above or below one that is too large for a level? Sizes are told so. */
  measures(index: number, branches: readonly number[]): boolean {
    const listing = this.#listing(index)
    const range = this.#program.codeAt(this.#program.graph.starts[index]!)
    if (listing === undefined || range === undefined || branches.length === 0) return false
    return branches.every((branch) => {
      const place = listing.indexOf(branch - range.base)
      const limit = place === undefined || place === 0 ? undefined : comparedWith(range.code, listing.at[place - 1]!, listing.at[place]!)
      if (limit === undefined || limit <= LARGEST_LEVEL) return false
      const at = listing.at[place!]!
      const condition = (range.code[at] === 0x0f ? range.code[at + 1]! : range.code[at]!) & 15
      return condition >> 1 !== EQUAL
    })
  }

  /**
   * Does a branch near the call at `at` lead, on its other side, to a like function without the features of `target`?
   * What is called where `ending` runs (see `chosenByMask`) is no alternative to anything.
   */
  hasTwin(index: number, at: number, target: number, ending: Evaluation | undefined): boolean {
    let known = this.#twins.get(at)
    if (known === undefined) {
      known = this.#findTwin(index, at, target, ending)
      this.#twins.set(at, known)
    }
    return known
  }

  #findTwin(index: number, at: number, target: number, ending: Evaluation | undefined): boolean {
    const listing = this.#listing(index)
    const { graph, codeAt } = this.#program
    const { base, code } = codeAt(graph.starts[index]!) ?? {}
    if (listing === undefined || base === undefined || code === undefined) return false
    const call = listing.indexOf(at - base)
    if (call === undefined) return false
    const others: number[] = []
    const cases: number[] = []
    if (listing.kind[call] === Kind.branch && !asksCallee(listing, call)) others.push(call + 1)
    // past what a call returned, and is returned where it is not zero, only a flag leads to variants of one thing (zstd: first in the fastest way, which may give up)
    let gaveUp = false
    for (let place = call, steps = 0; place >= 0 && steps < LOOK_BACK; place--, steps++) {
      for (let jump = listing.firstJumpTo[place]!; jump >= 0; jump = listing.nextJump[jump]!) {
        if (listing.kind[jump] !== Kind.branch || asksCallee(listing, jump) || (gaveUp && !testsFlagAt(code, listing, jump))) continue
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
      if (from >= 0 && from < place && listing.nextJump[from]! < 0 && listing.kind[from] === Kind.branch && asksCallee(listing, from) && comparesOrder(code, listing.at[from]!)) {
        place = from + 1
        continue
      }
      if (before === Kind.branch && !(gaveUp && !testsFlagAt(code, listing, place - 1))) {
        const inside = listing.indexOf(listing.target[place - 1]!)
        if (inside !== undefined) others.push(inside)
        else {
          const other = graph.functionAt(listing.target[place - 1]! + base)
          const ends = runsIn(ending, listing.at[place - 1]! + base)
          if (other !== undefined && other !== target && !ends && this.#featuresOf(other) === undefined) return true
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
        const callee = this.#firstCallee(listing, base, other, ending)
        return callee === undefined || callee === target || !counts(callee) || leadsTo(listing, other, call) ? [] : callee
      })
    if (calleesOf(others, (callee) => this.isTwin(callee, target) || this.#choosesInstead(callee, target)).length > 0) return true
    // one of several implementations, of which others need features, too: formats and the like are told apart in the same way
    const callees = this.#isKernel(target) ? calleesOf(cases) : []
    if (callees.some((callee) => this.#featuresOf(callee) === undefined) && callees.some((callee) => this.#isKernel(callee))) return true
    // or a number tells what the CPU can do: for less there is another kernel, and for nothing what needs no call
    if (callees.some((callee) => this.#isLesserKernel(callee, target)) && cases.some((other) => this.#firstCallee(listing, base, other, ending) === undefined)) return true
    return this.#isOwnTwin(index, listing, call, target, ending) || this.isInOneOfCases(index, at, target) || this.#isBuiltInElsewhere(index, listing, call, target)
  }

  /**
   * Does only some case of a switch, or of a chain of comparisons, come to `at`, where `target` is called or loaded, while another leads to other functions with
   * features, and another to a like one without? Their code may be long: implementations are built into the function that
   * tells them apart (ring's AES-GCM).
   */
  isInOneOfCases(index: number, at: number, target: number): boolean {
    if (this.#featuresOf(target) === undefined || !this.#leadsToSeveral(index, target)) return false
    const listing = this.#listing(index)
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
      const kernels = [...shared, ...others.flatMap(({ callees }) => callees)].filter((callee) => this.#featuresOf(callee) !== undefined)
      const isPlain = (callee: number): boolean => !shared.has(callee) && kernels.some((kernel) => this.#areAlike(callee, kernel))
      return (
        others.some(({ callees }) => callees.some((callee) => !shared.has(callee) && this.#featuresOf(callee) !== undefined)) &&
        others.some(({ callees }) => callees.every((callee) => this.#featuresOf(callee) === undefined) && callees.some(isPlain))
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
    const named = new Map<number, number>()
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      if (graph.edgeKind[edge] !== Edge.resolver) named.set(graph.edgeAt[edge]! - base, graph.edgeTo[edge]!)
    }
    const others = cases.map((from) => firstNamed(listing, from, (other) => named.get(listing.at[other]!) ?? -1))
    const kernels = others.filter((other) => other >= 0 && this.#featuresOf(other) !== undefined)
    return (
      kernels.includes(target) &&
      kernels.some((other) => !this.#shareFeatures(other, target)) &&
      others.some((other) => other >= 0 && this.#featuresOf(other) === undefined && this.#areAlike(other, target))
    )
  }

  /**
   * Does some case of a switch come to `at`, where `target` is called or loaded, while others do without what needs features, and both before
   * and behind it? Levels of CPUs are in order; so are operations and formats not.
   */
  isAmongOperations(index: number, at: number, target: number): boolean {
    const listing = this.#listing(index)
    const base = this.#program.codeAt(this.#program.graph.starts[index]!)?.base
    const call = base === undefined ? undefined : listing?.indexOf(at - base)
    if (listing === undefined || call === undefined || listing.firstTable < 0) return false
    return this.#switchesOf(index, listing).some((cases) => {
      const ours = cases.filter((each) => each.reaches(call))
      if (cases.length < LEAST_OPERATIONS || ours.length === 0 || ours.length === cases.length) return false
      // within one operation it is chosen from what does the same, which no other operation leads to (aho-corasick: Teddy or Rabin-Karp)
      const others = new Set(cases.flatMap((each) => (each.reaches(call) ? [] : each.callees)))
      if (ours[0]!.callees.some((callee) => !others.has(callee) && this.isTwin(callee, target) && ours.every(({ callees }) => callees.includes(callee)) && this.#isInstead(listing, base!, callee, call))) return false
      // in the order of their numbers: do they need features, or call one that does the same without?
      const kinds = cases.map(({ callees }) => (callees.some((callee) => this.#featuresOf(callee) !== undefined) ? 'wide' : callees.some((callee) => this.isTwin(callee, target)) ? 'plain' : undefined))
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
  #isBuiltInElsewhere(index: number, listing: Listing, place: number, target: number): boolean {
    if (listing.firstTable < 0 || !this.#isKernel(target) || this.#isKernel(index)) return false
    const { code } = this.#program.codeAt(this.#program.graph.starts[index]!)!
    return this.#switchesOf(index, listing).some((cases) => hasBuiltInVariant(code, listing, cases.map(({ first }) => first), place))
  }

  /** Does function `index` lead to others than `target` that need features? Hardly any does, and switches are not looked for in vain. */
  #leadsToSeveral(index: number, target: number): boolean {
    const { graph } = this.#program
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      const other = graph.edgeTo[edge]!
      if (other !== target && this.#featuresOf(other) !== undefined) return true
    }
    return false
  }

  /** The cases of each switch of a function. */
  #switchesOf(index: number, listing: Listing): readonly (readonly SwitchCase[])[] {
    let known = this.#switches.get(index)
    if (known === undefined) {
      const { functions, graph, jumpTables } = this.#program
      const code = functions.get(index)
      const calleeAt = (offset: number): number => graph.functionAt(offset + code!.base) ?? -1
      // of a table whose bound is not known, entries are read that lead elsewhere
      const inside = (targets: readonly number[]): number[] => targets.filter((address) => address >= code!.start && address < code!.end).map((address) => address - code!.base)
      known = code === undefined ? [] : jumpTables.switches(code).map(inside).filter(({ length }) => length <= MOST_CASES).map((offsets) => followCases(listing, offsets, calleeAt))
      this.#switches.set(index, known)
    }
    return known
  }

  /**
   * Does function `index` leave everything to `target` where some flag is set, and else do by itself what that does? So
   * compilers build two variants of one function, of which one was inlined into the choice.
   */
  #isOwnTwin(index: number, listing: Listing, call: number, target: number, ending: Evaluation | undefined): boolean {
    const { code, base } = this.#program.codeAt(this.#program.graph.starts[index]!)!
    if (this.#isKernel(index) || !this.#areAlike(index, target)) return false
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

  /** Function that is called first on the way from an instruction, and comes back where `ending` does not run. */
  #firstCallee(listing: Listing, base: number, from: number, ending: Evaluation | undefined): number | undefined {
    const { graph } = this.#program
    let place = from
    for (let steps = 0; place < listing.count && steps < LOOK_AHEAD; steps++) {
      const kind = listing.kind[place]!
      const to = listing.target[place]!
      const inside = listing.indexOf(to)
      if (kind === Kind.call || (kind === Kind.jump && inside === undefined)) {
        const other = graph.functionAt(to + base)
        if (other !== undefined) return runsIn(ending, listing.at[place]! + base) ? undefined : other
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
    if (this.#isKernel(other) || !this.#isKernel(target) || this.#featuresOf(other) === undefined || this.#asks(other)) return false
    const callees: number[] = []
    for (let edge = graph.firstEdge[other]!; edge < graph.firstEdge[other + 1]!; edge++) if (graph.edgeKind[edge] === Edge.call) callees.push(graph.edgeTo[edge]!)
    const kernels = callees.filter((callee) => callee !== target && this.#isKernel(callee) && this.#shareFeatures(callee, target))
    return kernels.some((kernel) => callees.some((callee) => this.#featuresOf(callee) === undefined && this.#areAlike(callee, kernel)))
  }

  /** Is `other` a kernel for CPUs of a lower level? */
  #isLesserKernel(other: number, target: number): boolean {
    return this.#isKernel(other) && this.#levelOf(other) < this.#levelOf(target)
  }

  readonly #levels = new Map<number, number>()

  #levelOf(index: number): number {
    let level = this.#levels.get(index)
    if (level !== undefined) return level
    const { featureSets } = this.#program.decoder.tables
    level = 0
    for (const set of this.#featuresOf(index) ?? []) for (const feature of featureSets[set]!) level = Math.max(level, x86LevelOf(feature) ?? 0)
    this.#levels.set(index, level)
    return level
  }

  /** Are the two of similar size, and does `other` do without the features of `target`? */
  isTwin(other: number, target: number): boolean {
    return !this.#shareFeatures(other, target) && this.#areAlike(other, target)
  }

  #shareFeatures(other: number, target: number): boolean {
    const ours = this.#featuresOf(target)
    const theirs = this.#featuresOf(other)
    return ours !== undefined && theirs !== undefined && [...ours].some((feature) => theirs.has(feature))
  }

  #areAlike(other: number, target: number): boolean {
    const { graph } = this.#program
    const ratio = (graph.ends[other]! - graph.starts[other]!) / (graph.ends[target]! - graph.starts[target]!)
    return ratio > twinRatio.least && ratio < twinRatio.most
  }

  #listing(index: number): Listing | undefined {
    const { graph, codeAt } = this.#program
    const range = codeAt(graph.starts[index]!)
    return range === undefined ? undefined : this.#lister.list(range, graph.starts[index]!, graph.ends[index]!)
  }
}

/** Instructions between a test and the branch on it. */
const FLAG_DISTANCE = 4
/** The same with those that move something, which leave flags alone: arguments and saved registers are moved there where it saves space. */
const MOVES_BETWEEN = 16

/** Is the branch made on a flag that was tested just before? */
function testsFlagAt(code: Uint8Array, listing: Listing, branch: number): boolean {
  for (let place = branch - 1; place >= 0 && branch - place <= FLAG_DISTANCE && listing.kind[place] === Kind.other; place--) {
    if (testsFlag(code, listing.at[place]!, listing.at[place + 1]!)) return true
    if (!onlyMoves(code, listing.at[place]!)) return false
  }
  return false
}

/** Cases of comparisons that are variants of something: two for some CPUs, one for any. */
const LEAST_VARIANTS = 3

function runsIn(evaluation: Evaluation | undefined, at: number): boolean {
  return evaluation !== undefined && (evaluation.seen[at - evaluation.start]! & 1) !== 0
}

const TABLE_CASES = 16
/** Cases of a switch in which an order shows. */
const LEAST_OPERATIONS = 4
/** Nobody has more implementations of one thing. */
const MOST_CASES = 64

/** Where a table of jumps leads: blocks that no jump leads to, other than the one at `from`. */
function casesOfTable(listing: Listing, from: number): number[] {
  const cases: number[] = []
  if (listing.firstTable < 0 || listing.firstTable >= from) return cases
  for (let place = listing.firstTable + 1; place < listing.count && cases.length < TABLE_CASES; place++) {
    const before = listing.kind[place - 1]
    if (place !== from && (before === Kind.jump || before === Kind.end) && listing.firstJumpTo[place]! < 0) cases.push(place)
  }
  return cases
}

/** Instructions of a comparison with the next of several numbers. */
const CASE_LENGTH = 8

/** Where a chain of comparisons that ends with `branch`, as a choice among several is compiled, leads in its other cases. */
function otherCases(listing: Listing, branch: number): number[] {
  const cases: number[] = []
  for (let place = branch - 1, length = 0; place >= 0 && length < CASE_LENGTH; place--, length++) {
    const kind = listing.kind[place]
    if (kind === Kind.other && listing.firstJumpTo[place]! < 0) continue
    const to = kind === Kind.branch ? listing.indexOf(listing.target[place]!) : undefined
    if (to === undefined) break
    cases.push(to)
    length = -1
  }
  return cases
}

/** Instructions behind a call among which those come back that went another way. */
const BEHIND = 8

/** Does the way from one instruction run into another, whatever else it calls before? Then it is no alternative to it. */
function leadsTo(listing: Listing, from: number, goal: number): boolean {
  let place = from
  for (let steps = 0; place < listing.count && steps < 4 * LOOK_AHEAD; steps++) {
    if (place === goal) return true
    if (place > goal && place <= goal + BEHIND) return false // around it, and back
    const kind = listing.kind[place]!
    if (kind === Kind.end) return false
    if (kind !== Kind.jump) place++
    else {
      const inside = listing.indexOf(listing.target[place]!)
      if (inside === undefined) return false
      place = inside
    }
  }
  return false
}
