import type { MemoryImage, Slot } from './memory-image.ts'
import { type CalledVariable, Edge, EdgeCollector } from './edges.ts'
import { functionBounds, type KnownCode } from './function-bounds.ts'
import type { Sweep } from './sweep.ts'

/** Functions, by index in address order, and what they call, refer to and need. */
export interface CallGraph {
  /** First address of each function, sorted. */
  readonly starts: Float64Array
  /** Behind its last byte. */
  readonly ends: Float64Array
  /** Edges of function f: from `firstEdge[f]` to `firstEdge[f + 1]`. */
  readonly firstEdge: Uint32Array
  readonly edgeAt: Float64Array
  readonly edgeTo: Uint32Array
  readonly edgeKind: Uint8Array
  /** Direct callers of function f: indexes of edges, from `firstCaller[f]` to `firstCaller[f + 1]`. */
  readonly firstCaller: Uint32Array
  readonly callerEdge: Uint32Array
  /** Edges that jump into the middle of a function, and where they lead. */
  readonly intoMiddle: readonly { readonly edge: number; readonly to: number }[]
  /** Function of each edge. */
  readonly edgeFrom: Uint32Array
  /** Calls of other files' functions: function, then where and whom. */
  readonly importCalls: ReadonlyMap<number, readonly { readonly at: number; readonly name: string }[]>
  /** Calls of what variables hold that somebody stores to. */
  readonly calledVariables: ReadonlyMap<number, readonly CalledVariable[]>
  /** Accesses of function f in the sweep's lists: from `firstAccess[f]` to `firstAccess[f + 1]`. */
  readonly firstAccess: Uint32Array
  /** Hits of function f in the sweep's lists, likewise. */
  readonly firstHit: Uint32Array
  readonly names: ReadonlyMap<number, string>
  /** Function that starts at `address`, or undefined. */
  functionAt(address: number): number | undefined
  /** Function that `address` lies in, or -1. */
  functionOf(address: number): number
  nameOf(index: number): string
}

/** What a PLT stub jumps to, by the stub's address. */
export function readStubs(image: MemoryImage): Map<number, Slot> {
  const stubs = new Map<number, Slot>()
  for (const range of image.stubs) {
    const code = image.file.bytes.subarray(range.offset, range.offset + range.size)
    for (let at = 0; at + 6 <= code.length; at++) {
      if (code[at] !== 0xff || code[at + 1] !== 0x25) continue
      const slot = image.slots.get(range.address + at + 6 + image.view.getInt32(range.offset + at + 2, true))
      if (slot === undefined) continue
      // the stub starts there, or before an ENDBR64 and a BND prefix; stubs without them lie eight bytes apart in .plt.got
      stubs.set(range.address + at, slot)
      const prefixed = code[at - 1] === 0xf2 ? at - 1 : at
      stubs.set(range.address + prefixed, slot)
      if (code[prefixed - 4] === 0xf3 && code[prefixed - 3] === 0x0f && code[prefixed - 2] === 0x1e && code[prefixed - 1] === 0xfa) stubs.set(range.address + prefixed - 4, slot)
    }
  }
  return stubs
}

export function buildCallGraph(image: MemoryImage, sweep: Sweep, known: KnownCode, stubs: ReadonlyMap<number, Slot>): CallGraph {
  const { addresses, starts, ends } = functionBounds(image, sweep, known)
  const functionOf = (address: number): number => Math.max(0, addresses.rank(address)) - 1
  const functionAt = (address: number): number | undefined => {
    const index = addresses.indexOf(address)
    return index < 0 ? undefined : index
  }
  const edges = new EdgeCollector(image, sweep, { starts, ends, functionAt, functionOf, isChanged: known.isChanged }, stubs).collect(known.shortJumps?.(starts) ?? [])
  // the largest of all lists
  sweep.transferFrom.clear()
  sweep.transferTo.clear()
  sweep.transferKind.clear()
  const count = starts.length
  return {
    starts,
    ends,
    firstEdge: offsetsOf(edges.from, count),
    edgeAt: edges.at,
    edgeTo: edges.to,
    edgeKind: edges.kind,
    edgeFrom: edges.from,
    ...callerIndex(edges.from, edges.to, edges.kind, count),
    importCalls: edges.importCalls,
    calledVariables: edges.calledVariables,
    intoMiddle: edges.intoMiddle,
    firstAccess: firstIn(sweep.accessFrom.values(), starts),
    firstHit: firstIn(sweep.hitAt.values(), starts),
    names: known.names,
    functionAt,
    functionOf,
    nameOf: (index) => known.names.get(starts[index]!) ?? `sub_${starts[index]!.toString(16)}`,
  }
}

/** Where each function's entries begin in a list of addresses that is sorted. What lies before all is the first one's. */
function firstIn(addresses: Float64Array, starts: Float64Array): Uint32Array {
  const first = new Uint32Array(starts.length + 1)
  let index = 0
  for (let entry = 0; entry < addresses.length; entry++) {
    while (index + 1 < starts.length && starts[index + 1]! <= addresses[entry]!) first[++index] = entry
  }
  first.fill(addresses.length, index + 1)
  return first
}

/** Where each function's entries begin in a list that is sorted by function. */
function offsetsOf(functions: Uint32Array, count: number): Uint32Array {
  const first = new Uint32Array(count + 1)
  for (let entry = 0; entry < functions.length; entry++) first[functions[entry]! + 1]!++
  for (let index = 0; index < count; index++) first[index + 1]! += first[index]!
  return first
}

function callerIndex(from: Uint32Array, to: Uint32Array, kind: Uint8Array, count: number): Pick<CallGraph, 'firstCaller' | 'callerEdge'> {
  const firstCaller = new Uint32Array(count + 1)
  for (let edge = 0; edge < to.length; edge++) if (kind[edge] === Edge.call) firstCaller[to[edge]! + 1]!++
  for (let index = 0; index < count; index++) firstCaller[index + 1]! += firstCaller[index]!
  const next = firstCaller.slice()
  const callerEdge = new Uint32Array(firstCaller[count]!)
  for (let edge = 0; edge < from.length; edge++) if (kind[edge] === Edge.call) callerEdge[next[to[edge]!]!++] = edge
  return { firstCaller, callerEdge }
}
