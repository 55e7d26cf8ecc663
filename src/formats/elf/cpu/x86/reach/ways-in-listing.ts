// Where control goes in the listing of a function.
import { Kind, type Listing } from '../code/listing.ts'

/** Instructions that are looked at from one to another. */
const FAR = 180
const TABLE_CASES = 16

/** Where a table of jumps leads: blocks that no jump leads to, other than the one at `from`. */
export function casesOfTable(listing: Listing, from: number): number[] {
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
export function otherCases(listing: Listing, branch: number): number[] {
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
export function leadsTo(listing: Listing, from: number, goal: number): boolean {
  let place = from
  for (let steps = 0; place < listing.count && steps < FAR; steps++) {
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
