import type { CallGraph } from './call-graph.ts'
import { Edge } from './edges.ts'
import type { MemoryImage } from './memory-image.ts'
import { Access, type Sweep } from './sweep.ts'

interface Code {
  readonly image: MemoryImage
  readonly graph: CallGraph
  readonly sweep: Sweep
}

/** Bytes of the function `main` that rustc makes: it stores an address, and calls. */
const LARGEST = 128

/** Bytes of what stands before the methods of a virtual table of Rust, drop glue, size, and alignment; and of each method. */
const WORD = 8
const METHODS = 3 * WORD

/**
 * The program's own `main`, where function `index` is the C `main` that rustc makes for it: all that does is to call `std::rt::lang_start`
 * with it, or, where that is inlined, `lang_start_internal` with a closure that holds nothing but its address. That calls it, whatever the CPU is.
 */
export function mainOfRust({ image, graph, sweep }: Code, index: number): { readonly at: number; readonly target: number } | undefined {
  if (graph.ends[index]! - graph.starts[index]! > LARGEST) return undefined
  let call: { readonly at: number; readonly target: number | undefined } | undefined
  let main: number | undefined
  const imported = graph.importCalls.get(index) ?? []
  if (imported.length > 1) return undefined
  if (imported.length === 1) call = { at: imported[0]!.at, target: undefined }
  for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
    const target = graph.edgeTo[edge]!
    if (graph.edgeKind[edge] === Edge.call && call === undefined) call = { at: graph.edgeAt[edge]!, target }
    else if (graph.edgeKind[edge] === Edge.taken && (main ?? target) === target) main = target
    else return undefined
  }
  if (call === undefined || main === undefined) return undefined
  const isClosure = namesClosure(index) || (call.target !== undefined && namesClosure(call.target))
  return isClosure ? { at: call.at, target: main } : undefined

  /** Does function `by` name the virtual table of a closure of one word? */
  function namesClosure(by: number): boolean {
    const kinds = sweep.accessKind.values()
    const named = sweep.accessTo.values()
    for (let access = graph.firstAccess[by]!; access < graph.firstAccess[by + 1]!; access++) if (kinds[access] === Access.take && isTableOfClosure(image, named[access]!)) return true
    return false
  }
}

/** `Fn`, `FnMut` and `FnOnce` have one method each, and each is the next one's supertrait. Nothing has to be dropped: in newer versions that is no function. */
function isTableOfClosure({ file, view, dataAt, codePointers, dataPointers, slots }: MemoryImage, address: number): boolean {
  const range = dataAt(address)
  if (range?.offset === undefined || address + METHODS > range.end || dataPointers.get(address) !== undefined) return false
  const at = range.offset + address - range.address
  if (at + METHODS > file.bytes.length) return false
  const isDrop = codePointers.get(address) !== undefined || view.getBigUint64(at, true) === 0n
  if (!isDrop || view.getBigUint64(at + WORD, true) !== BigInt(WORD) || view.getBigUint64(at + 2 * WORD, true) !== BigInt(WORD)) return false
  return [0, 1, 2].every((method) => codePointers.get(address + METHODS + method * WORD) !== undefined || slots.get(address + METHODS + method * WORD)?.address !== undefined)
}
