import { Kind, type Listing } from '../code/listing.ts'
import { checksStack, onlyReturns, testsFlagAt } from './branch-conditions.ts'

/** Instructions of such a part. */
const LONGEST = 60

/** A part of a function that a flag leads to. */
export interface LeftPart {
  /** The branch on the flag. */
  readonly branch: number
  /** The jump out of the function that it ends with. */
  readonly last: number
}

/**
 * The part around `place` that only a branch on a flag leads to, and that goes on in another function by a jump, or returns what others did. zstd's decoders
 * are so, where the variant for any CPU was built into who asks for the flag: for others, a loop is tried first, which may give up.
 */
export function leftPartAround(code: Uint8Array, listing: Listing, place: number): LeftPart | undefined {
  let last = place
  while (last < listing.count && last - place < LONGEST && listing.kind[last] !== Kind.jump && listing.kind[last] !== Kind.end) last++
  if (listing.kind[last] !== Kind.jump || listing.indexOf(listing.target[last]!) !== undefined) return undefined
  const staysInside = (branch: number, first: number): boolean => {
    const to = listing.indexOf(listing.target[branch]!)
    return checksStack(code, listing, branch) || (to !== undefined && ((to >= first && to <= last) || onlyReturns(code, listing, to)))
  }
  let first = place
  let branch = -1
  for (; ; first--) {
    if (first === 0 || last - first > LONGEST) return undefined
    const before = listing.kind[first - 1]
    if (before === Kind.branch && !staysInside(first - 1, first)) branch = first - 1
    if (before === Kind.jump || before === Kind.end || branch >= 0) break
  }
  for (let at = first; at <= last; at++) {
    if (listing.kind[at] === Kind.branch && !staysInside(at, first)) return undefined
    for (let jump = listing.firstJumpTo[at]!; jump >= 0; jump = listing.nextJump[jump]!) {
      if (jump >= first && jump <= last) continue
      if (at !== first || branch >= 0) return undefined
      branch = jump
    }
  }
  return branch >= 0 && listing.kind[branch] === Kind.branch && testsFlagAt(code, listing, branch) ? { branch, last } : undefined
}
