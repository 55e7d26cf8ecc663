import type { CallGraph } from '../../program/call-graph.ts'
import { Edge } from '../../program/edges.ts'
import type { MemoryImage } from '../../program/memory-image.ts'

/** Bytes of a function that does nothing but to start the program. */
const START_SIZE = 128

/**
 * Address from which on code is the C library's, where that is linked into a program; else Infinity. Linkers lay archives behind what the
 * program consists of, in the order of the command line, and of the C library `__libc_start_main` first: the first object refers to it.
 */
export function cLibraryStart(image: MemoryImage, graph: CallGraph): number {
  const entry = image.isLibrary ? undefined : graph.functionAt(Number(image.file.header.e_entry))
  const start = entry === undefined ? undefined : startedBy(graph, entry, 0)
  if (start === undefined) return Infinity
  let first = start
  // what is in the same object, and nobody else calls
  for (let index = start - 1; index >= 0; index--) {
    if (isCalledFrom(graph, index, first)) first = index
    else if (!isPadding(graph, index)) break
  }
  return graph.starts[first]!
}

/** Functions begin at multiples of so many bytes. */
const ALIGNMENT = 16

/** What lies between functions is listed as one. */
function isPadding(graph: CallGraph, index: number): boolean {
  return graph.ends[index]! - graph.starts[index]! < ALIGNMENT && graph.firstCaller[index] === graph.firstCaller[index + 1]
}

/** What is given the address of `main`, by the entry point or by what that calls (musl: `_start_c`). */
function startedBy(graph: CallGraph, index: number, depth: number): number | undefined {
  if (graph.ends[index]! - graph.starts[index]! > START_SIZE) return undefined
  let called: number | undefined
  let takes = false
  for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
    if (graph.edgeKind[edge] === Edge.call) called ??= graph.edgeTo[edge]!
    else if (graph.edgeKind[edge] === Edge.taken) takes = true
  }
  return called === undefined || takes || depth > 0 ? (takes ? called : undefined) : startedBy(graph, called, depth + 1)
}

/** Is it called, and only by functions from `first` on, or by itself? */
function isCalledFrom(graph: CallGraph, index: number, first: number): boolean {
  const from = graph.firstCaller[index]!
  const to = graph.firstCaller[index + 1]!
  for (let entry = from; entry < to; entry++) {
    const caller = graph.edgeFrom[graph.callerEdge[entry]!]!
    if (caller < first && caller !== index) return false
  }
  return to > from
}
