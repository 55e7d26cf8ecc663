import { expect, test } from 'vitest'
import type { CallGraph } from '../../../../src/formats/elf/cpu/program/call-graph.ts'
import { turnsOf } from '../../../../src/formats/elf/cpu/x86/checks/agenda.ts'

/** Functions of such sizes, of which nobody calls another but `calls`: caller, callee. */
function graphOf(sizes: readonly number[], calls: readonly (readonly [number, number])[] = []): CallGraph {
  const starts = new Float64Array(sizes.length)
  for (let index = 1; index < sizes.length; index++) starts[index] = starts[index - 1]! + sizes[index - 1]!
  const callerEdge = calls.map((_, edge) => edge).sort((a, b) => calls[a]![1] - calls[b]![1])
  const firstCaller = sizes.map((_, index) => callerEdge.filter((edge) => calls[edge]![1] < index).length)
  return {
    starts,
    ends: starts.map((start, index) => start + sizes[index]!),
    edgeFrom: Uint32Array.from(calls, ([from]) => from),
    callerEdge: Uint32Array.from(callerEdge),
    firstCaller: Uint32Array.from([...firstCaller, calls.length]),
  } as unknown as CallGraph
}

const [small, large, larger] = [100, 20_000, 40_000]

test('callers are evaluated before those that they call', () => {
  expect(turnsOf(graphOf([small, small, small], [[2, 0]]), new Set([0, 1, 2]), () => false)).toEqual({ now: [1, 2, 0], later: [] })
})

test('large functions are evaluated at once the first time, and then only when nothing small is left', () => {
  const graph = graphOf([larger, small, large])
  expect(turnsOf(graph, new Set([0, 1, 2]), () => false)).toEqual({ now: [0, 1, 2], later: [] })
  expect(turnsOf(graph, new Set([0, 1, 2]), (index) => index !== 2)).toEqual({ now: [1, 2], later: [0] })
  expect(turnsOf(graph, new Set([0, 2]), () => true)).toEqual({ now: [2, 0], later: [] })
})
