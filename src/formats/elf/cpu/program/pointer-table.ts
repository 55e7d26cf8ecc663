import { lastAtMost, type NumberList } from './number-list.ts'

/** Places in memory that hold addresses: two lists in the order of the places, without an object for each. */
export class PointerTable {
  readonly places: Float64Array
  /** The address that each place holds. */
  readonly targets: Float64Array

  /** Where a place is noted twice, the later one counts. */
  constructor(places: NumberList, targets: NumberList) {
    const unsorted = places.values()
    if (isSorted(unsorted)) {
      this.places = unsorted
      this.targets = targets.values()
      return
    }
    const order = Uint32Array.from(unsorted.keys()).sort((a, b) => unsorted[a]! - unsorted[b]! || a - b)
    const kept = order.filter((index, position) => position + 1 === order.length || unsorted[order[position + 1]!] !== unsorted[index])
    this.places = Float64Array.from(kept, (index) => unsorted[index]!)
    this.targets = Float64Array.from(kept, (index) => targets.values()[index]!)
  }

  /** Each place, and the address that it holds. */
  *[Symbol.iterator](): Iterator<readonly [number, number]> {
    for (let index = 0; index < this.places.length; index++) yield [this.places[index]!, this.targets[index]!]
  }

  get(place: number): number | undefined {
    const index = lastAtMost(this.places, place)
    return index >= 0 && this.places[index] === place ? this.targets[index] : undefined
  }
}

function isSorted(numbers: Float64Array): boolean {
  for (let index = 1; index < numbers.length; index++) if (numbers[index - 1]! >= numbers[index]!) return false
  return true
}
