import { Edge } from '../../program/edges.ts'
import { isIsaName } from './isa-names.ts'
import { Access } from '../../program/sweep.ts'
import { LookedUpNames } from '../../program/looked-up-names.ts'
import { exportsEverything, UsedInside } from '../../program/used-inside.ts'
import { isEntryOfModule, isLoadedAsModule } from '../../program/module-entry.ts'
import { exportsForItsLibraries } from '../../program/exports-of-program.ts'
import { initializers } from '../../program/initializers.ts'
import type { Program } from '../code/program.ts'
import type { Kernels } from './kernels.ts'
import type { Step } from './steps.ts'

/** A file of which hardly anything is exported under another name than one of a CPU was made for that CPU as a whole. */
const MOST_NAMED = 0.9

export interface KnownForRoots {
  /** Functions that some evaluated function leads to only on better CPUs. */
  readonly selectable: ReadonlySet<number>
  /** The file asks nothing, and has exports for its callers to choose from. */
  readonly hasExportsByCpu: boolean
  /** What an IFUNC resolver hands out where all of it needs features. */
  handedOutBy(resolver: number): readonly number[]
}

/** Where a search begins: the entry point, initializers, exports that somebody looks up. */
export function findRoots(program: Program, kernels: Kernels, known: KnownForRoots): Map<number, Step> {
  const { image, graph, detectors, isGo } = program
  const roots = new Map<number, Step>()
  const add = (address: number, how: Step['how']): void => {
    const index = graph.functionAt(address)
    if (index !== undefined && !roots.has(index)) roots.set(index, { from: -1, how })
  }
  for (const index of entryFunctions(program)) add(graph.starts[index]!, 'entry')
  for (const address of initializers(program)) add(address, 'initializer')
  if (isGo) {
    // `rt0_go` hands it to the scheduler as the first goroutine, by a pointer in data (`runtime.mainPC`)
    for (const [address, name] of graph.names) if (name === 'runtime.main') add(address, 'entry')
    return roots
  }
  const callersChoose = detectors.any || known.hasExportsByCpu
  const isModule = isLoadedAsModule(image)
  const areForLibraries = exportsForItsLibraries(image)
  const lookedUp = new LookedUpNames(image)
  const mayBeInner = detectors.any && exportsEverything(program)
  const inner: number[] = []
  for (const named of image.functions) {
    if (!named.exported || (detectors.any && !program.isEntered(named.name))) continue
    const index = graph.functionAt(named.address)
    // nobody looks it up; what else the module exports shows how it was compiled
    if (isModule && index !== undefined && kernels.needFeatures(index) && !isEntryOfModule(named.name)) continue
    if (named.indirect) {
      // whoever calls `_ZGVeN8v_exp` has AVX-512 (Vector Function ABI); which of several it is, is chosen here
      if (isIsaName(named.name)) continue
      for (const kernel of index === undefined || !image.isLibrary ? [] : known.handedOutBy(index)) add(graph.starts[kernel]!, 'export')
      continue
    }
    if (index === undefined || detectors.resolvers.has(graph.starts[index]!)) continue
    // an executable's exports serve its plugins, or the libraries that it is linked with
    if (!image.isLibrary && !roots.has(index) && detectors.any && !areForLibraries && !(kernels.needFeatures(index) && lookedUp.has(named.name))) continue
    if (callersChoose && (kernels.isNamed(index) || known.selectable.has(index))) continue
    if (mayBeInner && !roots.has(index) && (kernels.needFeatures(index) || kernels.handsOver(index) || handsOutObject(program, index))) inner.push(index)
    else add(named.address, 'export')
  }
  if (inner.length === 0) return roots
  const inside = new UsedInside(program, (index) => roots.has(index))
  for (const index of inner.filter((kernel) => !inside.has(kernel))) add(graph.starts[index]!, 'export')
  return roots
}

/** Bytes of a function that returns the address of an object. */
const HANDING_OUT = 16

/** Does function `index` return a structure of operations, and do nothing else? Whoever calls it asks before. */
function handsOutObject({ graph, sweep }: Program, index: number): boolean {
  if (graph.ends[index]! - graph.starts[index]! > HANDING_OUT || graph.firstEdge[index + 1]! > graph.firstEdge[index]!) return false
  const first = graph.firstAccess[index]!
  return graph.firstAccess[index + 1]! - first === 1 && sweep.accessKind.values()[first] === Access.take
}

/** A library that asks nothing about the CPU, and exports functions by CPU beside others: who calls them asks. */
export function isForSeveralCpus({ image, graph }: Program, kernels: Kernels): boolean {
  if (!image.isLibrary) return false
  let exported = 0
  let named = 0
  for (const { address, exported: isExported } of image.functions) {
    const index = isExported ? graph.functionAt(address) : undefined
    if (index === undefined) continue
    exported++
    if (kernels.isNamed(index)) named++
  }
  return named > 0 && named <= MOST_NAMED * exported
}

/** Bytes of a function that does nothing but to start the program. */
const START_SIZE = 128

/** The entry point, and where that is a few instructions that call the start of the program (musl: `_start_c`), this as well. */
export function entryFunctions({ graph, image }: Program): number[] {
  const entry = graph.functionAt(Number(image.file.header.e_entry))
  if (entry === undefined || Number(image.file.header.e_entry) === 0) return []
  const functions = [entry]
  if (graph.ends[entry]! - graph.starts[entry]! > START_SIZE) return functions
  for (let edge = graph.firstEdge[entry]!; edge < graph.firstEdge[entry + 1]!; edge++) {
    const target = graph.edgeTo[edge]!
    if (graph.edgeKind[edge] === Edge.call && graph.ends[target]! - graph.starts[target]! <= START_SIZE) functions.push(target)
  }
  return functions
}
