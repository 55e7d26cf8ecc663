import { lastAtMost } from '../program/number-list.ts'
import type { Sweep } from '../program/sweep.ts'

/** Accesses of a sweep in the order of the addresses they name. */
export interface AccessIndex {
  /** Accesses that name an address in [from, to], by their indexes in the sweep's lists. */
  range(from: number, to: number): Uint32Array
  /** The addresses that are named, in order. */
  readonly addresses: Float64Array
}

export function indexAccesses({ accessTo }: Sweep): AccessIndex {
  const to = accessTo.values()
  const order = orderOf(to)
  const sorted = new Float64Array(order.length)
  for (let position = 0; position < order.length; position++) sorted[position] = to[order[position]!]!
  return {
    range: (from, until) => order.subarray(lastAtMost(sorted, from - 1) + 1, lastAtMost(sorted, until) + 1),
    addresses: sorted,
  }
}

/** Bits that one pass sorts by. */
const DIGIT = 11
const LAST = 2 ** DIGIT - 1

/** Indexes of the numbers from the least to the greatest; of equal ones the first first. */
function orderOf(numbers: Float64Array): Uint32Array {
  let least = Infinity
  let greatest = -Infinity
  for (let index = 0; index < numbers.length; index++) {
    const number = numbers[index]!
    if (number < least) least = number
    if (number > greatest) greatest = number
  }
  let order = new Uint32Array(numbers.length)
  for (let index = 0; index < order.length; index++) order[index] = index
  if (greatest - least >= 2 ** 32) return order.sort((a, b) => numbers[a]! - numbers[b]! || a - b)
  let next = new Uint32Array(order.length)
  const counts = new Uint32Array(2 ** DIGIT)
  for (let shift = 0; shift < 32 && greatest - least >= 2 ** shift; shift += DIGIT) {
    counts.fill(0)
    for (let index = 0; index < numbers.length; index++) counts[((numbers[index]! - least) >>> shift) & LAST]!++
    let before = 0
    for (let digit = 0; digit < counts.length; digit++) {
      const count = counts[digit]!
      counts[digit] = before
      before += count
    }
    for (let position = 0; position < order.length; position++) {
      const index = order[position]!
      next[counts[((numbers[index]! - least) >>> shift) & LAST]!++] = index
    }
    ;[order, next] = [next, order]
  }
  return order
}
