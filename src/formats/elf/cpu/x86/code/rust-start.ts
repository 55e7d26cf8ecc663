import { Edge } from '../../program/edges.ts'
import { isRust } from '../../program/languages.ts'
import { mainOfRust } from '../../program/rust-main.ts'
import type { Code } from './code.ts'
import { callsItsArgument, handoverAt } from './handed-over.ts'

/**
 * The program's own `main`, and the call that leads to it, where function `index` is the C `main` that rustc makes for it: see `mainOfRust`, and,
 * where all of `lang_start_internal` was built into it (fat LTO), it hands the address over to `__rust_begin_short_backtrace`.
 */
export function mainStartedBy(program: Code, index: number): { readonly at: number; readonly target: number } | undefined {
  const main = mainOfRust(program, index)
  if (main !== undefined) return main
  const { graph, image } = program
  for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
    if (graph.edgeKind[edge] !== Edge.taken) continue
    const handover = handoverAt(program, graph.edgeAt[edge]!)
    if (handover !== undefined && callsItsArgument(program, handover) && isRust(image.file)) return { at: handover.at, target: graph.edgeTo[edge]! }
  }
  return undefined
}
