import type { CallGraph } from './call-graph.ts'
import { Edge } from './edges.ts'
import type { IndexSet } from './index-set.ts'
import type { MemoryImage } from './memory-image.ts'
import { pointedToByData } from './pointed-to-by-data.ts'

interface Program {
  readonly graph: CallGraph
  readonly image: MemoryImage
}

/** Functions that are looked at on the way to one that somebody else enters. */
const MOST_USERS = 1000
/** No interface has so many functions, and such a share of all that are in the file: the names of what was linked in can be seen. */
const MANY_EXPORTS = 2000
const SHARE_OF_EXPORTS = 0.25

/** Does a library export what was linked into it, whether that is to be called by others or not? */
export function exportsEverything({ graph, image }: Program): boolean {
  if (!image.isLibrary) return false
  let exported = 0
  for (const named of image.functions) if (named.exported) exported++
  return exported >= MANY_EXPORTS && exported >= SHARE_OF_EXPORTS * graph.starts.length
}

/**
 * Which exported kernels the file itself leads to, from functions that run in any case. Who links a library into another and lets all of
 * its names be seen (OpenSSL in a plugin) exports parts that only their own callers are to use: they run where those call them.
 */
export class UsedInside {
  readonly #graph: CallGraph
  /** Functions that are exported and no kernels. */
  readonly #isRoot: (index: number) => boolean
  /** Functions that data names. */
  readonly #named: IndexSet
  readonly #users = new Map<number, number[]>()

  constructor({ graph, image }: Program, isRoot: (index: number) => boolean) {
    this.#graph = graph
    this.#isRoot = isRoot
    this.#named = pointedToByData({ graph, image })
    for (let edge = 0; edge < graph.edgeTo.length; edge++) {
      if (graph.edgeKind[edge] !== Edge.taken && graph.edgeKind[edge] !== Edge.loaded) continue
      const users = this.#users.get(graph.edgeTo[edge]!)
      if (users === undefined) this.#users.set(graph.edgeTo[edge]!, [graph.edgeFrom[edge]!])
      else users.push(graph.edgeFrom[edge]!)
    }
  }

  /** Does a table, or a way that does not go through it, lead to function `index` from one that somebody enters? */
  has(index: number): boolean {
    return this.#named.has(index) || this.hasUser(index)
  }

  /** Does data hold its address? */
  isNamed(index: number): boolean {
    return this.#named.has(index)
  }

  /** Does a way that does not go through a table lead there? Others may look into tables as well. */
  hasUser(index: number): boolean {
    const seen = new Set([index])
    const work = [index]
    for (let at = work.pop(); at !== undefined && seen.size < MOST_USERS; at = work.pop()) {
      for (const user of this.#usersOf(at)) {
        if (seen.has(user)) continue
        if (this.#named.has(user) || this.#isRoot(user)) return true
        seen.add(user)
        work.push(user)
      }
    }
    return false
  }

  *#usersOf(index: number): Iterable<number> {
    const { firstCaller, callerEdge, edgeFrom } = this.#graph
    for (let entry = firstCaller[index]!; entry < firstCaller[index + 1]!; entry++) yield edgeFrom[callerEdge[entry]!]!
    yield* this.#users.get(index) ?? []
  }
}
