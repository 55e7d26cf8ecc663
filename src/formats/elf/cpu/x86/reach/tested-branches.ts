import { comparedWith, EQUAL, FLAG_DISTANCE, LARGEST_LEVEL, testsByte } from './branch-conditions.ts'
import { runsIn } from './edge-runs.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'
import { Kind } from '../code/listing.ts'
import type { Listings } from './listings.ts'
import type { Program } from '../code/program.ts'
import { lastAtMost } from '../../program/number-list.ts'

/** Bytes between a test and the branch on it. */
const MASK_DISTANCE = 24

/** What branches are made on, as far as the instructions before them show. */
export class TestedBranches {
  readonly #program: Program
  readonly #listings: Listings

  constructor(program: Program, listings: Listings) {
    this.#program = program
    this.#listings = listings
  }

  /**
   * Is one of `branches` on a test of some flag bits? Where `ending` runs, the program ends: a test there is the one that
   * ends it, and chooses nothing.
   */
  testsMask(index: number, branches: readonly number[], ending: Evaluation | undefined): boolean {
    const listing = this.#listings.of(index)
    if (listing === undefined) return false
    return branches.some((branch) => {
      const last = lastAtMost(listing.masks.subarray(0, listing.maskCount), branch)
      return last >= 0 && branch - listing.masks[last]! < MASK_DISTANCE && !runsIn(ending, branch)
    })
  }

  /** Is one of `branches` on a truth value, a byte that is compared with zero? */
  testsTruth(index: number, branches: readonly number[]): boolean {
    const listing = this.#listings.of(index)
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
    const listing = this.#listings.of(index)
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
}
