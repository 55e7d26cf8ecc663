import type { Program } from '../code/program.ts'
import type { KernelCallers } from './kernel-callers.ts'

/** Calls one in the other that lead from what makes an object to what works on it, and functions that may make them. */
const CALLS = 4
const MOST_CALLING = 256

/** The functions that lie around in a distance. */
export function* functionsNear({ graph: { starts } }: Program, index: number, distance: number): Iterable<number> {
  for (let other = index; other >= 0 && starts[other]! > starts[index]! - distance; other--) yield other
  for (let other = index + 1; other < starts.length && starts[other]! < starts[index]! + distance; other++) yield other
}

/** Functions that lead to `index` by a few calls. */
export function functionsCalling(kernels: KernelCallers, index: number): ReadonlySet<number> {
  const calling = new Set([index])
  let level: ReadonlySet<number> = calling
  for (let depth = 0; depth < CALLS; depth++) {
    const next = new Set<number>()
    for (const other of level) {
      if (kernels.isCalledOften(other)) continue
      for (const caller of kernels.callersOf(other)) if (!calling.has(caller)) next.add(caller)
    }
    if (calling.size + next.size > MOST_CALLING) break
    for (const caller of next) calling.add(caller)
    level = next
  }
  return calling
}
