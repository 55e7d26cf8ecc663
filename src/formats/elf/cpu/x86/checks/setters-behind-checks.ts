import { Edge } from '../../program/edges.ts'
import { Access } from '../../program/sweep.ts'
import { displacementOf } from '../code/displacement-of.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'
import { modrmOfStore } from '../evaluation/skipped-stores.ts'
import { operandSize } from '../code/operand-size.ts'
import type { Program } from '../code/program.ts'

/** Bytes of a function that sets a flag, and calls on the way to it. */
const LARGEST_SETTER = 256
const DEPTH = 10
/** Bytes of a function that asks and changes variables. */
const LARGEST_ASKING = 1200
/** Functions that are looked at, behind one check and in all. */
const MOST_BEHIND_CHECK = 64
const MOST = 2000

/** Places that functions store to which a check keeps from being called. */
export interface Withheld {
  readonly fields: ReadonlySet<number>
  readonly variables: ReadonlySet<number>
}

/**
 * What functions set that are only called where a check of the CPU comes out differently: `if (has_avx2()) enable(context)`. What
 * stays there on this CPU is what the check found out, though no store hangs on it.
 */
export function settersBehindChecks(program: Program, evaluations: ReadonlyMap<number, Evaluation>, isOwn: (index: number) => boolean): Withheld {
  const { graph, sweep } = program
  const fields = new Set<number>()
  const variables = new Set<number>()
  const known = new Set<number>()
  for (const [index, evaluation] of evaluations) {
    const { decides, seen, start } = evaluation
    if (!decides || !isOwn(index) || known.size > MOST) continue
    for (const variable of changedUnknown(program, index, evaluation)) variables.add(variable)
    const work: { readonly callee: number; readonly depth: number }[] = []
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      if (graph.edgeKind[edge] === Edge.call && (seen[graph.edgeAt[edge]! - start]! & 1) === 0) work.push({ callee: graph.edgeTo[edge]!, depth: 0 })
    }
    for (let steps = 0; work.length > 0 && steps < MOST_BEHIND_CHECK; steps++) {
      const { callee, depth } = work.pop()!
      const size = graph.ends[callee]! - graph.starts[callee]!
      // kernels fill what they are given
      if (known.has(callee) || size > LARGEST_SETTER || graph.firstHit[callee] !== graph.firstHit[callee + 1] || program.isOfRuntimeLibrary(callee)) continue
      known.add(callee)
      for (const offset of fieldsSetBy(program, callee)) fields.add(offset)
      for (let access = graph.firstAccess[callee]!; access < graph.firstAccess[callee + 1]!; access++) {
        if (sweep.accessKind.values()[access] === Access.store) variables.add(sweep.accessTo.values()[access]!)
      }
      if (depth === DEPTH) continue
      for (let edge = graph.firstEdge[callee]!; edge < graph.firstEdge[callee + 1]!; edge++) {
        if (graph.edgeKind[edge] === Edge.call) work.push({ callee: graph.edgeTo[edge]!, depth: depth + 1 })
      }
    }
  }
  return { fields, variables }
}

/** What a small function that asks changes to a number nobody knows: a word of flags with a bit more, where the check would have stored another. */
function changedUnknown({ graph, sweep }: Program, index: number, { seen, start, globalStores }: Evaluation): ReadonlySet<number> {
  const changed = new Set<number>()
  if (seen.length > LARGEST_ASKING) return changed
  const read = new Set<number>()
  const kind = sweep.accessKind.values()
  const from = sweep.accessFrom.values()
  const to = sweep.accessTo.values()
  for (let access = graph.firstAccess[index]!; access < graph.firstAccess[index + 1]!; access++) {
    if ((seen[from[access]! - start]! & 1) === 0) continue
    if (kind[access] === Access.load) read.add(to[access]!)
    else if (kind[access] === Access.store) changed.add(to[access]!)
  }
  for (const { address, value } of globalStores) if (value !== undefined) changed.delete(address)
  for (const address of changed) if (!read.has(address)) changed.delete(address)
  return changed
}

/** Offsets at which a function stores behind a pointer, in steps of four bytes. */
function fieldsSetBy({ functions }: Program, index: number): Set<number> {
  const offsets = new Set<number>()
  const target = functions.get(index)
  if (target === undefined) return offsets
  const { code, view, from, to, blocks } = target
  for (let at = from; at < to; at += blocks.lengths[at - from]! || 1) {
    const modrmAt = modrmOfStore(code, at)
    const offset = modrmAt === undefined ? undefined : displacementOf(code, view, modrmAt, 0)
    if (offset === undefined || offset < 0) continue
    for (let part = 0, size = operandSize(code, at); part < size; part += 4) offsets.add(offset + part)
  }
  return offsets
}
