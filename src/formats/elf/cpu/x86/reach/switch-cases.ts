import { Kind, type Listing } from '../code/listing.ts'

/** What one case of a switch leads to in its function. */
export interface SwitchCase {
  /** The instruction that it begins with. */
  readonly first: number
  /** Functions that its code can come to call, or jump to. */
  readonly callees: readonly number[]
  /** Can its code come to the instruction with that index in the listing? */
  reaches(place: number): boolean
}

/**
 * Follows the cases of a switch, which begin at `offsets`, each by itself. Other switches end a way.
 * @param calleeAt the function that begins at an offset, or -1
 */
export function followCases(listing: Listing, offsets: readonly number[], calleeAt: (offset: number) => number): SwitchCase[] {
  const cases: SwitchCase[] = []
  for (const offset of new Set(offsets)) {
    const first = listing.indexOf(offset)
    if (first !== undefined) cases.push(follow(listing, first, calleeAt))
  }
  return cases
}

function follow(listing: Listing, first: number, calleeAt: (offset: number) => number): SwitchCase {
  const reached = new Uint8Array(listing.count)
  const callees = new Set<number>()
  const work = [first]
  for (let start = work.pop(); start !== undefined; start = work.pop()) {
    for (let place = start; place < listing.count && reached[place] === 0; place++) {
      reached[place] = 1
      const kind = listing.kind[place]!
      if (kind === Kind.other) continue
      if (kind === Kind.end) break
      const inside = kind === Kind.call ? undefined : listing.indexOf(listing.target[place]!)
      if (inside === undefined) callees.add(calleeAt(listing.target[place]!))
      else work.push(inside)
      if (kind === Kind.jump) break
    }
  }
  callees.delete(-1)
  return { first, callees: [...callees], reaches: (place) => reached[place] === 1 }
}
