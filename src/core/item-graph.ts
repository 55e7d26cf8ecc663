/**
 * Things that weigh something and refer to each other: functions, segments, modules. Items are numbers from 0; the
 * edges of item `i` are `targets[first[i]]` up to, not including, `targets[first[i + 1]]`.
 */
export interface ItemGraph {
  /** Bytes by item. */
  readonly sizes: Float64Array
  readonly first: Uint32Array
  readonly targets: Uint32Array
  /** Items that are kept whatever refers to them: exports, the start function, entry modules. */
  readonly roots: Uint32Array
}

/** Collects edges, then makes the graph. Edges may come in any order and more than once. */
export class ItemGraphBuilder {
  readonly #sizes: Float64Array
  #from = new Uint32Array(1024)
  #to = new Uint32Array(1024)
  #count = 0
  readonly #roots = new Set<number>()

  constructor(items: number) {
    this.#sizes = new Float64Array(items)
  }

  addSize(item: number, bytes: number): void {
    this.#sizes[item]! += bytes
  }

  addRoot(item: number): void {
    this.#roots.add(item)
  }

  addEdge(from: number, to: number): void {
    if (this.#count === this.#from.length) {
      this.#from = grown(this.#from)
      this.#to = grown(this.#to)
    }
    this.#from[this.#count] = from
    this.#to[this.#count++] = to
  }

  /** Edges of an item keep the order in which they were added; repeated ones are dropped. */
  build(): ItemGraph {
    const items = this.#sizes.length
    const places = new Uint32Array(items + 1)
    for (let i = 0; i < this.#count; i++) places[this.#from[i]! + 1]!++
    for (let item = 0; item < items; item++) places[item + 1]! += places[item]!
    const sorted = new Uint32Array(this.#count)
    const next = places.slice()
    for (let i = 0; i < this.#count; i++) sorted[next[this.#from[i]!]!++] = this.#to[i]!
    const first = new Uint32Array(items + 1)
    const lastSeenFrom = new Int32Array(items).fill(-1)
    let kept = 0
    for (let item = 0; item < items; item++) {
      first[item] = kept
      for (let edge = places[item]!; edge < places[item + 1]!; edge++) {
        const to = sorted[edge]!
        if (lastSeenFrom[to] === item) continue
        lastSeenFrom[to] = item
        sorted[kept++] = to
      }
    }
    first[items] = kept
    const roots = Uint32Array.from(this.#roots).sort()
    return { sizes: this.#sizes, first, targets: sorted.slice(0, kept), roots }
  }
}

function grown(array: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2)
  larger.set(array)
  return larger
}

/** For `parents`: the item is a root, or cannot be reached. */
export const isRoot = -1
export const isUnreachable = -2

/** By item: the one before it on a shortest path from a root, `isRoot` or `isUnreachable`. */
export function shortestPaths(graph: ItemGraph): Int32Array {
  const parents = new Int32Array(graph.sizes.length).fill(isUnreachable)
  const queue = new Uint32Array(graph.sizes.length)
  let end = 0
  for (const root of graph.roots) {
    parents[root] = isRoot
    queue[end++] = root
  }
  for (let at = 0; at < end; at++) {
    const item = queue[at]!
    for (let edge = graph.first[item]!; edge < graph.first[item + 1]!; edge++) {
      const to = graph.targets[edge]!
      if (parents[to] !== isUnreachable) continue
      parents[to] = item
      queue[end++] = to
    }
  }
  return parents
}

/** From a root down to `item`; undefined when no path leads there. */
export function pathTo(parents: Int32Array, item: number): number[] | undefined {
  if (parents[item] === isUnreachable) return undefined
  const path: number[] = []
  for (let at = item; at >= 0; at = parents[at]!) path.push(at)
  return path.reverse()
}

/**
 * By item: its immediate dominator, the last item that every path from the roots passes through, `isRoot` when there
 * is none, `isUnreachable` when no path leads there.
 *
 * Lengauer and Tarjan, "A Fast Algorithm for Finding Dominators in a Flowgraph" (1979), the O(m log n) version, with
 * a virtual root above all roots and without recursion.
 */
export function dominators(graph: ItemGraph): Int32Array {
  const items = graph.sizes.length
  // Vertices are depth-first numbers; 0 is the virtual root.
  const number = new Int32Array(items).fill(-1)
  const vertex = new Int32Array(items + 1).fill(-1)
  const parent = new Int32Array(items + 1)
  const count = numberDepthFirst(graph, number, vertex, parent)
  const predecessors = reverseEdges(graph, number, count)

  const semi = Int32Array.from({ length: count }, (_, v) => v)
  const ancestor = new Int32Array(count).fill(-1)
  const label = Int32Array.from({ length: count }, (_, v) => v)
  const idom = new Int32Array(count)
  const bucketHead = new Int32Array(count).fill(-1)
  const bucketNext = new Int32Array(count).fill(-1)
  const stack: number[] = []

  const evaluate = (v: number): number => {
    if (ancestor[v] === -1) return v
    // Compress the path to the root of v's tree, from the top down.
    let at = v
    while (ancestor[ancestor[at]!] !== -1) {
      stack.push(at)
      at = ancestor[at]!
    }
    while (stack.length > 0) {
      at = stack.pop()!
      const above = ancestor[at]!
      if (semi[label[above]!]! < semi[label[at]!]!) label[at] = label[above]!
      ancestor[at] = ancestor[above]!
    }
    return label[v]!
  }

  for (let w = count - 1; w > 0; w--) {
    for (let i = predecessors.first[w]!; i < predecessors.first[w + 1]!; i++) {
      const u = evaluate(predecessors.sources[i]!)
      if (semi[u]! < semi[w]!) semi[w] = semi[u]!
    }
    bucketNext[w] = bucketHead[semi[w]!]!
    bucketHead[semi[w]!] = w
    const above = parent[w]!
    ancestor[w] = above
    for (let v = bucketHead[above]!; v !== -1; v = bucketNext[v]!) {
      const u = evaluate(v)
      idom[v] = semi[u]! < semi[v]! ? u : above
    }
    bucketHead[above] = -1
  }
  const result = new Int32Array(items).fill(isUnreachable)
  for (let w = 1; w < count; w++) {
    if (idom[w] !== semi[w]) idom[w] = idom[idom[w]!]!
    result[vertex[w]!] = idom[w] === 0 ? isRoot : vertex[idom[w]!]!
  }
  return result
}

/** Returns how many vertices there are, the virtual root included. */
function numberDepthFirst(graph: ItemGraph, number: Int32Array, vertex: Int32Array, parent: Int32Array): number {
  let count = 1
  const path: number[] = []
  const nextEdge = graph.first.slice()
  const visit = (item: number, from: number): void => {
    number[item] = count
    vertex[count] = item
    parent[count++] = from
    path.push(item)
  }
  for (const root of graph.roots) {
    if (number[root] !== -1) continue
    visit(root, 0)
    while (path.length > 0) {
      const item = path.at(-1)!
      const edge = nextEdge[item]!
      if (edge === graph.first[item + 1]!) {
        path.pop()
        continue
      }
      nextEdge[item] = edge + 1
      const to = graph.targets[edge]!
      if (number[to] === -1) visit(to, number[item]!)
    }
  }
  return count
}

/** Edges by their end, between reachable vertices; the virtual root's edges to the roots are among them. */
function reverseEdges(graph: ItemGraph, number: Int32Array, count: number): { first: Uint32Array; sources: Uint32Array } {
  const first = new Uint32Array(count + 2)
  const each = (visit: (from: number, to: number) => void): void => {
    for (const root of graph.roots) visit(0, number[root]!)
    for (let item = 0; item < number.length; item++) {
      const from = number[item]!
      if (from === -1) continue
      for (let edge = graph.first[item]!; edge < graph.first[item + 1]!; edge++) visit(from, number[graph.targets[edge]!]!)
    }
  }
  each((_from, to) => first[to + 1]!++)
  for (let v = 0; v <= count; v++) first[v + 1]! += first[v]!
  const sources = new Uint32Array(first[count]!)
  const next = first.slice()
  each((from, to) => (sources[next[to]!++] = from))
  return { first, sources }
}

/**
 * By item: its own size and that of all it dominates: what would go if it went. Unreachable items retain nothing but
 * themselves.
 */
export function retainedSizes(graph: ItemGraph, idom: Int32Array): Float64Array {
  const retained = graph.sizes.slice()
  const children = new Uint32Array(idom.length)
  for (const above of idom) if (above >= 0) children[above]!++
  // Leaves of the dominator tree first; an item is added to its dominator when all below it were added to it.
  const ready: number[] = []
  for (let item = 0; item < idom.length; item++) if (children[item] === 0) ready.push(item)
  while (ready.length > 0) {
    const item = ready.pop()!
    const above = idom[item]!
    if (above < 0) continue
    retained[above]! += retained[item]!
    if (--children[above]! === 0) ready.push(above)
  }
  return retained
}
