import type { MemoryImage, Slot } from './memory-image.ts'
import { CodeAddresses } from './code-addresses.ts'
import { ByteList, IndexList, lastAtMost, NumberList } from './number-list.ts'
import { Access, type Sweep, Transfer } from './sweep.ts'

/** How one function leads to another. */
export const Edge = {
  call: 0,
  /** Its address is taken. */
  taken: 1,
  resolver: 2,
  /** A pointer to it that nothing changes is loaded: to call it. */
  loaded: 3,
} as const

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
      // the stub starts there, or before an ENDBR64 and a BND prefix
      stubs.set(range.address + at, slot)
      stubs.set(range.address + (at & ~7), slot)
      stubs.set(range.address + (at & ~15), slot)
    }
  }
  return stubs
}

/** Code that frames and symbols know: starts, and ends where a frame states them. */
export interface KnownCode {
  readonly frames: readonly { readonly address: number; readonly size: number }[]
  readonly names: ReadonlyMap<number, string>
  readonly starts: ReadonlySet<number>
}

export function buildCallGraph(image: MemoryImage, sweep: Sweep, known: KnownCode, stubs: ReadonlyMap<number, Slot>): CallGraph {
  const { addresses, starts, ends } = functionBounds(image, sweep, known)
  const functionOf = (address: number): number => Math.max(0, addresses.rank(address)) - 1
  const functionAt = (address: number): number | undefined => (addresses.has(address) ? addresses.rank(address) - 1 : undefined)
  const edges = collectEdges(image, sweep, starts, ends, functionAt, functionOf, stubs)
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
    intoMiddle: edges.intoMiddle,
    firstAccess: firstIn(sweep.accessFrom.values(), starts),
    firstHit: firstIn(sweep.hitAt.values(), starts),
    names: known.names,
    functionAt,
    functionOf,
    nameOf: (index) => known.names.get(starts[index]!) ?? `sub_${starts[index]!.toString(16)}`,
  }
}

function functionBounds(image: MemoryImage, sweep: Sweep, known: KnownCode): { addresses: CodeAddresses; starts: Float64Array; ends: Float64Array } {
  const frames = [...known.frames].filter((frame) => image.inCode(frame.address)).sort((a, b) => a.address - b.address)
  const frameStarts = Float64Array.from(frames, (frame) => frame.address)
  const frameEnds = Float64Array.from(frames, (frame) => frame.address + frame.size)
  const covered = (address: number): boolean => {
    const index = lastAtMost(frameStarts, address)
    return index >= 0 && address < frameEnds[index]!
  }
  const all = new CodeAddresses(image.code)
  for (const start of known.starts) all.add(start)
  for (const start of frameStarts) all.add(start)
  for (const gap of gapStarts(image, frameStarts, frameEnds)) all.add(gap)
  const transferFrom = sweep.transferFrom.values()
  const transferTo = sweep.transferTo.values()
  const transferKind = sweep.transferKind.values()
  for (let index = 0; index < transferTo.length; index++) {
    const kind = transferKind[index]!
    if (kind === Transfer.call) all.add(transferTo[index]!)
    else if (kind !== Transfer.indirectCall && kind !== Transfer.indirectJump && frames.length > 0) {
      const target = transferTo[index]!
      if (!all.has(target) && !covered(target) && covered(transferFrom[index]!)) all.add(target)
    }
  }
  const accessTo = sweep.accessTo.values()
  const accessKind = sweep.accessKind.values()
  for (let index = 0; index < accessTo.length; index++) {
    if (accessKind[index] === Access.take && !covered(accessTo[index]!)) all.add(accessTo[index]!)
  }
  const { targets } = image.codePointers
  for (let pointer = 0; pointer < targets.length; pointer++) if (!covered(targets[pointer]!)) all.add(targets[pointer]!)
  const starts = all.sorted()
  const ends = new Float64Array(starts.length)
  let range = 0
  let frame = -1
  for (let index = 0; index < starts.length; index++) {
    const start = starts[index]!
    while (image.code[range]!.address + image.code[range]!.size <= start) range++
    const rangeEnd = image.code[range]!.address + image.code[range]!.size
    ends[index] = index + 1 < starts.length ? Math.min(starts[index + 1]!, rangeEnd) : rangeEnd
    while (frame + 1 < frameStarts.length && frameStarts[frame + 1]! <= start) frame++
    if (frame >= 0 && start < frameEnds[frame]!) ends[index] = Math.min(ends[index]!, frameEnds[frame]!)
  }
  return { addresses: all, starts, ends }
}

/** Hand-written assembly has no frames: what is not padding between two frames is code. */
function* gapStarts(image: MemoryImage, starts: Float64Array, ends: Float64Array): Iterable<number> {
  const { bytes } = image.file
  for (let index = 0; index < starts.length; index++) {
    const end = ends[index]!
    const next = index + 1 < starts.length ? starts[index + 1]! : Infinity
    if (end >= next) continue
    const range = image.code.find((candidate) => end >= candidate.address && end < candidate.address + candidate.size)
    if (range === undefined) continue
    const offset = range.offset + end - range.address
    const limit = Math.min(next, end + 64, range.address + range.size) - end
    let padding = 0
    while (padding < limit && isPadding(bytes[offset + padding]!)) padding++
    if (padding === limit && next - end <= 64) continue
    yield end
    const aligned = Math.ceil(end / 16) * 16
    if (aligned < next) yield aligned
  }
}

function isPadding(byte: number): boolean {
  return byte === 0xcc || byte === 0x90 || byte === 0 || byte === 0x66 || byte === 0x0f || byte === 0x2e
}

interface EdgeLists {
  readonly from: Uint32Array
  readonly to: Uint32Array
  readonly at: Float64Array
  readonly kind: Uint8Array
  readonly importCalls: Map<number, { at: number; name: string }[]>
  readonly intoMiddle: { edge: number; to: number }[]
}

function collectEdges(
  image: MemoryImage,
  sweep: Sweep,
  starts: Float64Array,
  ends: Float64Array,
  functionAt: (address: number) => number | undefined,
  functionOf: (address: number) => number,
  stubs: ReadonlyMap<number, Slot>,
): EdgeLists {
  const expected = sweep.transferFrom.length + sweep.accessFrom.length
  const from = new IndexList(expected)
  const to = new IndexList(expected)
  const at = new NumberList(expected)
  const kind = new ByteList(expected)
  const importCalls = new Map<number, { at: number; name: string }[]>()
  const intoMiddle: { edge: number; to: number }[] = []
  const add = (source: number, place: number, target: number, edge: number): void => {
    from.push(source)
    to.push(target)
    at.push(place)
    kind.push(edge)
  }
  const throughSlot = (source: number, place: number, slot: Slot): void => {
    if (slot.import !== undefined) {
      const calls = importCalls.get(source)
      if (calls === undefined) importCalls.set(source, [{ at: place, name: slot.import }])
      else calls.push({ at: place, name: slot.import })
      return
    }
    const target = slot.address === undefined ? undefined : functionAt(slot.address)
    if (target !== undefined) add(source, place, target, slot.indirect === true ? Edge.resolver : Edge.call)
  }
  const transferFrom = sweep.transferFrom.values()
  const transferTo = sweep.transferTo.values()
  const transferKind = sweep.transferKind.values()
  const accessFrom = sweep.accessFrom.values()
  const accessTo = sweep.accessTo.values()
  const accessKind = sweep.accessKind.values()
  const slotAt = (place: number): Slot | undefined => {
    const slot = image.slots.get(place)
    const address = slot === undefined ? image.codePointers.get(place) : undefined
    return address === undefined ? slot : { address }
  }
  // what is stored to, or whose address somebody has
  let changed: Set<number> | undefined
  const isChanged = (address: number): boolean => {
    if (changed === undefined) {
      changed = new Set()
      for (let index = 0; index < accessTo.length; index++) if (accessKind[index] !== Access.load) changed.add(accessTo[index]!)
    }
    return changed.has(address)
  }
  // both lists are in the order of addresses
  let current = -1
  const sourceOf = (place: number): number => {
    while (current + 1 < starts.length && starts[current + 1]! <= place) current++
    return current
  }
  let access = 0
  const takenUpTo = (limit: number): void => {
    for (; access < accessFrom.length && accessFrom[access]! <= limit; access++) {
      let address = accessTo[access]!
      let kind: number = Edge.taken
      if (accessKind[access] === Access.store) continue
      if (accessKind[access] === Access.load || !image.inCode(address)) {
        // mov rax, [rip + slot]: the address comes from the GOT
        const slot = accessKind[access] === Access.load ? slotAt(address) : stubs.get(address)
        if (slot?.address === undefined || slot.indirect === true) continue
        // a pointer that the program can change is not the address itself
        if (accessKind[access] === Access.load && image.dataAt(address)?.constant === false) {
          if (isChanged(address)) continue
          kind = Edge.loaded
        }
        address = slot.address
      }
      const target = functionAt(address)
      const source = sourceOf(accessFrom[access]!)
      if (target !== undefined && source >= 0 && target !== source) add(source, accessFrom[access]!, target, kind)
    }
  }
  for (let index = 0; index < transferFrom.length; index++) {
    const place = transferFrom[index]!
    takenUpTo(place)
    const source = sourceOf(place)
    if (source < 0) continue
    const target = transferTo[index]!
    const transfer = transferKind[index]!
    if (transfer === Transfer.indirectCall || transfer === Transfer.indirectJump) {
      const slot = slotAt(target)
      if (slot !== undefined && (image.dataAt(target)?.constant !== false || !isChanged(target))) throughSlot(source, place, slot)
      continue
    }
    const stub = image.inCode(target) ? undefined : stubs.get(target)
    if (stub !== undefined) {
      throughSlot(source, place, stub)
      continue
    }
    const jump = transfer !== Transfer.call
    if (jump && target >= starts[source]! && target < ends[source]!) continue
    let callee = functionAt(target)
    const isMiddle = callee === undefined && jump
    if (isMiddle) callee = functionOf(target)
    if (callee === undefined || callee < 0 || callee === source) continue
    if (isMiddle) intoMiddle.push({ edge: from.length, to: target })
    add(source, place, callee, Edge.call)
  }
  takenUpTo(Infinity)
  return {
    from: from.values(),
    to: to.values(),
    at: at.values(),
    kind: kind.values(),
    intoMiddle,
    importCalls,
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
