import { Edge } from '../../program/edges.ts'
import { initializers } from '../../program/initializers.ts'
import { Access } from '../../program/sweep.ts'
import { exportsForItsLibraries } from '../../program/exports-of-program.ts'
import { exportsEverything, UsedInside } from '../../program/used-inside.ts'
import { isArm64IsaName } from '../code/isa-names.ts'
import type { Program } from '../code/program.ts'
import type { Step } from './steps.ts'

/**
 * Where a search begins: the entry point, initializers, exports.
 *
 * @param needs functions with instructions that the CPU lacks
 * @param forCallers exports that callers choose by CPU
 */
export function findRoots(program: Program, needs: ReadonlySet<number>, forCallers: ReadonlySet<number>): Map<number, Step> {
  const { image, graph, detectors, isGo } = program
  const roots = new Map<number, Step>()
  const add = (address: number, how: Step['how']): void => {
    const index = graph.functionAt(address)
    if (index !== undefined && !roots.has(index)) roots.set(index, { from: -1, how })
  }
  const entry = Number(image.file.header.e_entry)
  if (entry !== 0) add(entry, 'entry')
  for (const address of initializers(program)) add(address, 'initializer')
  for (const address of detectors.resolvers) add(address, 'resolver')
  if (isGo) {
    for (const [address, name] of graph.names) if (name === 'runtime.main' || name === 'main.main') add(address, 'entry')
    if (!image.isLibrary) return roots
  }
  const areForLibraries = exportsForItsLibraries(image)
  const mayBeInner = detectors.any && exportsEverything(program)
  const inner: number[] = []
  for (const named of image.functions) {
    if (!named.exported || named.indirect || !program.isEntered(named.name)) continue
    const index = graph.functionAt(named.address)
    if (index === undefined) continue
    // an executable's exports serve its plugins, or the libraries that it is linked with
    if (!image.isLibrary && detectors.any && !areForLibraries) continue
    if ((detectors.any && isArm64IsaName(named.name) && (needs.has(index) || leadsToKernel(program, needs, index))) || forCallers.has(index)) continue
    if (mayBeInner && !roots.has(index) && (needs.has(index) || leadsToKernel(program, needs, index) || handsOutObject(program, index))) inner.push(index)
    else add(named.address, 'export')
  }
  if (inner.length === 0) return roots
  const inside = new UsedInside(program, (index) => roots.has(index))
  for (const index of inner.filter((kernel) => inside.isNamed(kernel) || !inside.hasUser(kernel))) add(graph.starts[index]!, 'export')
  return roots
}

/** Calls one in the other by which an export leads to a kernel. */
const CALLS = 2

/** Does function `index` call a kernel, or hand its address on? */
function leadsToKernel(program: Program, needs: ReadonlySet<number>, index: number, depth = 1): boolean {
  const { graph } = program
  for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
    const target = graph.edgeTo[edge]!
    if (needs.has(target) || (depth < CALLS && graph.edgeKind[edge] === Edge.call && leadsToKernel(program, needs, target, depth + 1))) return true
  }
  return false
}

/** Bytes of a function that returns the address of an object. */
const HANDING_OUT = 16

/** Does function `index` return a structure of operations, and do nothing else? Whoever calls it asks before. */
function handsOutObject({ graph, sweep }: Program, index: number): boolean {
  if (graph.ends[index]! - graph.starts[index]! > HANDING_OUT) return false
  for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) if (graph.edgeKind[edge] === Edge.call) return false
  const first = graph.firstAccess[index]!
  return graph.firstAccess[index + 1]! - first === 1 && sweep.accessKind.values()[first] !== Access.store
}
