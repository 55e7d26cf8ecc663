import { lastAtMost } from '../program/number-list.ts'
import type { Sweep } from '../program/sweep.ts'

/** Accesses of a sweep in the order of the addresses they name. */
export interface AccessIndex {
  /** Accesses that name an address in [from, to], by their indexes in the sweep's lists. */
  range(from: number, to: number): Uint32Array
  names(address: number): boolean
}

/** Beyond as many, address and index do not fit into one number. */
const PACKED = 2 ** 22

export function indexAccesses({ accessTo }: Sweep): AccessIndex {
  const to = accessTo.values()
  const order = to.length < PACKED ? packedOrder(to) : Uint32Array.from(to.keys()).sort((a, b) => to[a]! - to[b]!)
  const sorted = Float64Array.from(order, (index) => to[index]!)
  return {
    range: (from, until) => order.subarray(lastAtMost(sorted, from - 1) + 1, lastAtMost(sorted, until) + 1),
    names: (address) => {
      const last = lastAtMost(sorted, address)
      return last >= 0 && sorted[last] === address
    },
  }
}

/** Address and index share one number, so that sorting needs no comparison function. */
function packedOrder(to: Float64Array): Uint32Array {
  let lowest = Infinity
  for (const address of to) if (address < lowest) lowest = address
  const keys = new Float64Array(to.length)
  for (let index = 0; index < to.length; index++) keys[index] = Math.min(to[index]! - lowest, 2 ** 31) * PACKED + index
  keys.sort()
  return Uint32Array.from(keys, (key) => key % PACKED)
}
