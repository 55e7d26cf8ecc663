import { Kind, type Listing } from '../code/listing.ts'

/** What one case of a switch leads to in its function. */
export interface SwitchCase {
  /** Offsets of the calls, and of the jumps that leave the function, that its code can come to. */
  readonly leaves: ReadonlySet<number>
  reaches(place: number): boolean
}

/** Follows the cases of a switch, which begin at `offsets`, each by itself. Other switches end a way. */
export function followCases(listing: Listing, offsets: readonly number[]): SwitchCase[] {
  const cases: SwitchCase[] = []
  for (const offset of new Set(offsets)) {
    const first = listing.indexOf(offset)
    if (first !== undefined) cases.push(follow(listing, first))
  }
  return cases
}

function follow(listing: Listing, first: number): SwitchCase {
  const reached = new Uint8Array(listing.count)
  const leaves = new Set<number>()
  const work = [first]
  for (let start = work.pop(); start !== undefined; start = work.pop()) {
    for (let place = start; place < listing.count && reached[place] === 0; place++) {
      reached[place] = 1
      const kind = listing.kind[place]!
      if (kind === Kind.other) continue
      if (kind === Kind.end) break
      const inside = kind === Kind.call ? undefined : listing.indexOf(listing.target[place]!)
      if (inside === undefined) leaves.add(listing.at[place]!)
      else work.push(inside)
      if (kind === Kind.jump) break
    }
  }
  return { leaves, reaches: (place) => reached[place] === 1 }
}
