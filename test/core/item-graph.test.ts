import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  dominators,
  isRoot,
  isUnreachable,
  type ItemGraph,
  ItemGraphBuilder,
  pathTo,
  retainedSizes,
  shortestPaths,
} from '../../src/core/item-graph.ts'

function graphOf(sizes: readonly number[], edges: readonly (readonly [number, number])[], roots: readonly number[]): ItemGraph {
  const builder = new ItemGraphBuilder(sizes.length)
  for (const [item, size] of sizes.entries()) builder.addSize(item, size)
  for (const [from, to] of edges) builder.addEdge(from, to)
  for (const root of roots) builder.addRoot(root)
  return builder.build()
}

/** The definition: what cannot be reached any more when `without` is gone. */
function reachableWithout(graph: ItemGraph, without: number): Set<number> {
  const seen = new Set<number>()
  const todo = [...graph.roots].filter((root) => root !== without)
  for (const root of todo) seen.add(root)
  while (todo.length > 0) {
    const item = todo.pop()!
    for (const to of graph.targets.slice(graph.first[item], graph.first[item + 1])) {
      if (to === without || seen.has(to)) continue
      seen.add(to)
      todo.push(to)
    }
  }
  return seen
}

describe('item graph', () => {
  test('a diamond is dominated by its top, and retained by it', () => {
    const graph = graphOf([1, 10, 100, 1000, 7], [[0, 1], [0, 2], [1, 3], [2, 3], [0, 1]], [0])
    const idom = dominators(graph)
    expect([...idom]).toEqual([isRoot, 0, 0, 0, isUnreachable])
    expect([...retainedSizes(graph, idom)]).toEqual([1111, 10, 100, 1000, 7])
    const parents = shortestPaths(graph)
    expect(pathTo(parents, 3)).toEqual([0, 1, 3])
    expect(pathTo(parents, 4)).toBeUndefined()
  })

  test('retained size is what becomes unreachable, on any graph', () => {
    const arbitrary = fc.integer({ min: 1, max: 24 }).chain((items) =>
      fc.record({
        sizes: fc.array(fc.integer({ min: 0, max: 999 }), { minLength: items, maxLength: items }),
        edges: fc.array(fc.tuple(fc.nat(items - 1), fc.nat(items - 1)), { maxLength: items * 3 }),
        roots: fc.array(fc.nat(items - 1), { minLength: 1, maxLength: 3 }),
      }),
    )
    fc.assert(
      fc.property(arbitrary, ({ sizes, edges, roots }) => {
        const graph = graphOf(sizes, edges, roots)
        const all = reachableWithout(graph, -1)
        const retained = retainedSizes(graph, dominators(graph))
        for (let item = 0; item < sizes.length; item++) {
          const left = reachableWithout(graph, item)
          const gone = [...all].filter((other) => !left.has(other))
          const expected = all.has(item) ? gone.reduce((sum, other) => sum + sizes[other]!, 0) : sizes[item]!
          expect(retained[item]).toBe(expected)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('a chain of 200 000 items neither recurses nor takes quadratic time', () => {
    const items = 200_000
    const graph = graphOf(
      Array.from({ length: items }, () => 1),
      Array.from({ length: items - 1 }, (_, item) => [item, item + 1] as const),
      [0],
    )
    expect(retainedSizes(graph, dominators(graph))[0]).toBe(items)
  })
})
