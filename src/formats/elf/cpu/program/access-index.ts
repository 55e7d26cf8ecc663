import { lastAtMost } from './number-list.ts'
import { Access, type Sweep } from './sweep.ts'

/** Accesses of a sweep in the order of the addresses they name. */
export interface AccessIndex {
  /** Accesses that name an address in [from, to], by their indexes in the sweep's lists. */
  range(from: number, to: number): Uint32Array
  /** The accesses, in that order. */
  readonly order: Uint32Array
  /** The addresses that are named, in order. */
  readonly addresses: Float64Array
  /** Does one store to what is at an address, or take it? */
  isChanged(address: number): boolean
}

export function indexAccesses({ accessTo, accessKind }: Sweep): AccessIndex {
  const to = accessTo.values()
  const order = orderOf(to)
  const sorted = new Float64Array(order.length)
  for (let position = 0; position < order.length; position++) sorted[position] = to[order[position]!]!
  return {
    range: (from, until) => order.subarray(lastAtMost(sorted, from - 1) + 1, lastAtMost(sorted, until) + 1),
    order,
    addresses: sorted,
    isChanged: (address) => {
      const kinds = accessKind.values()
      for (let position = lastAtMost(sorted, address); position >= 0 && sorted[position] === address; position--) if (kinds[order[position]!] !== Access.load) return true
      return false
    },
  }
}

/** Bits that one pass sorts by. */
const DIGIT = 11
const LAST = 2 ** DIGIT - 1

/** Indexes of the numbers from the least to the greatest; of equal ones the first first. */
function orderOf(numbers: Float64Array): Uint32Array {
  const { least, greatest } = boundsOf(numbers)
  let order = new Uint32Array(numbers.length)
  for (let index = 0; index < order.length; index++) order[index] = index
  if (greatest - least >= 2 ** 32) return order.sort((a, b) => numbers[a]! - numbers[b]! || a - b)
  const offsets = offsetsFrom(numbers, least)
  let next = new Uint32Array(order.length)
  for (let shift = 0; shift < 32 && greatest - least >= 2 ** shift; shift += DIGIT) {
    sortByDigit(offsets, shift, order, next)
    const sorted = next
    next = order
    order = sorted
  }
  return order
}

function boundsOf(numbers: Float64Array): { least: number; greatest: number } {
  let least = Infinity
  let greatest = -Infinity
  for (let index = 0; index < numbers.length; index++) {
    const number = numbers[index]!
    if (number < least) least = number
    if (number > greatest) greatest = number
  }
  return { least, greatest }
}

function offsetsFrom(numbers: Float64Array, least: number): Uint32Array {
  const offsets = new Uint32Array(numbers.length)
  for (let index = 0; index < numbers.length; index++) offsets[index] = numbers[index]! - least
  return offsets
}

/** Puts the indexes of `order` into `sorted`, by the digit at `shift` of what they are of. */
function sortByDigit(offsets: Uint32Array, shift: number, order: Uint32Array, sorted: Uint32Array): void {
  const places = placesOfDigits(offsets, shift)
  for (let position = 0; position < order.length; position++) {
    const index = order[position]!
    sorted[places[(offsets[index]! >>> shift) & LAST]!++] = index
  }
}

/** Where the first number with each digit comes. */
function placesOfDigits(offsets: Uint32Array, shift: number): Uint32Array {
  const counts = new Uint32Array(LAST + 1)
  for (let index = 0; index < offsets.length; index++) counts[(offsets[index]! >>> shift) & LAST]!++
  let before = 0
  for (let digit = 0; digit < counts.length; digit++) {
    const count = counts[digit]!
    counts[digit] = before
    before += count
  }
  return counts
}
