import { Kind, type Listing } from '../code/listing.ts'

/** Instructions from the beginning of a case to what it names. */
const CASE_LENGTH = 24
/** Instructions between comparisons with one number and the next. */
const COMPARISON_LENGTH = 8
/** Cases of which one is for any CPU, and others are for several. */
const MOST_CASES = 8

/**
 * Where a chain of comparisons with small numbers leads (`if (tag == 0) … else if (tag == 1) … else …`), of which some case comes to the
 * instruction at `place`: the first instruction of each case, or nothing where there is no such chain.
 * @param comparesEqual is the branch with that index on whether something is a certain small number?
 */
export function casesAround(listing: Listing, place: number, comparesEqual: (branch: number) => boolean): number[] {
  const head = branchTo(listing, place)
  if (head < 0 || !comparesEqual(head)) return []
  let first = head
  for (let before = branchBefore(listing, first); before >= 0 && comparesEqual(before); before = branchBefore(listing, first)) first = before
  const cases: number[] = []
  const seen = new Set<number>()
  const work = [first]
  for (let branch = work.pop(); branch !== undefined && cases.length <= MOST_CASES; branch = work.pop()) {
    if (seen.has(branch)) continue
    seen.add(branch)
    for (const side of [branch + 1, listing.indexOf(listing.target[branch]!)]) {
      if (side === undefined) continue
      const next = branchFrom(listing, side)
      if (next >= 0 && comparesEqual(next)) work.push(next)
      else cases.push(side)
    }
  }
  return cases
}

/** The branch that leads to the block with the instruction at `place`, whichever way. */
function branchTo(listing: Listing, place: number): number {
  for (let at = place, steps = 0; at > 0 && steps < CASE_LENGTH; at--, steps++) {
    const jump = listing.firstJumpTo[at]!
    if (jump >= 0) return listing.kind[jump] === Kind.branch && listing.nextJump[jump]! < 0 ? jump : -1
    const before = listing.kind[at - 1]
    if (before === Kind.branch) return at - 1
    if (before !== Kind.other) return -1
  }
  return -1
}

/** The branch behind which, on one of its sides, only the comparison is that `branch` is made on. */
function branchBefore(listing: Listing, branch: number): number {
  for (let at = branch, steps = 0; at > 0 && steps < COMPARISON_LENGTH; at--, steps++) {
    const jump = listing.firstJumpTo[at]!
    if (jump >= 0) return jump < at && listing.kind[jump] === Kind.branch ? jump : -1
    const before = listing.kind[at - 1]
    if (before === Kind.branch) return at - 1
    if (before !== Kind.other) return -1
  }
  return -1
}

/** The branch that the code at `from` ends with where it does nothing before but to compare. */
function branchFrom(listing: Listing, from: number): number {
  for (let at = from, steps = 0; at < listing.count && steps < COMPARISON_LENGTH; at++, steps++) {
    if (listing.kind[at] === Kind.branch) return at
    if (listing.kind[at] !== Kind.other) return -1
  }
  return -1
}

/** What the case that begins at `from` names first: `named` says what an instruction does, or -1. */
export function firstNamed(listing: Listing, from: number, named: (place: number) => number): number {
  for (let at = from, steps = 0; at < listing.count && steps < CASE_LENGTH; at++, steps++) {
    const other = named(at)
    if (other >= 0) return other
    if (listing.kind[at] !== Kind.other) return -1
  }
  return -1
}
