import { silentFeatures, x86LevelOf } from '../../../../../isa/x86/features.ts'
import type { Program } from '../code/program.ts'
import { Edge } from '../../program/edges.ts'
import { IndexSet } from '../../program/index-set.ts'
import { findVariantNames, isIsaName } from './isa-names.ts'
import type { Kernels } from './kernels.ts'

/** Feature sets by function, of those that need some or hand on to such. */
export type FeatureSets = ReadonlyMap<number, ReadonlySet<number>>

export interface FoundKernels {
  readonly kernels: Kernels
  readonly featuresOf: (index: number) => ReadonlySet<number> | undefined
}

/**
 * Functions that need POPCNT and nothing else: so many were not written for CPUs that have it, to be chosen one by one; the compiler was told
 * that every CPU has it, and uses it wherever bits are counted.
 */
const LEAST_COUNTING = 64

/**
 * Kernels of a program that bear the name of a CPU, from which on a name says that something is there to be chosen, in one of the many ways in which large
 * libraries do that. Of a few, all that is done with them can be followed, as in a program without names. What a library exports is named for its callers.
 */
const LEAST_NAMED = 16

/** Functions that were written for better CPUs than one with `features`. `needs`: which functions need which feature sets. */
export function findKernels(program: Program, features: ReadonlySet<string>, needs: FeatureSets): FoundKernels {
  const { decoder, graph } = program
  // which sets make a function one that a dispatcher would choose
  const matters = decoder.tables.featureSets.map((set) => set.some((name) => !features.has(name) && !silentFeatures.has(name) && (x86LevelOf(name) !== undefined || /^(?:aes|pclmul|sha|gfni|va|vp|avx|adx|rd|f16c)/.test(name))))
  const choosable = new Map<number, ReadonlySet<number>>()
  const keptOf = new Map<ReadonlySet<number>, ReadonlySet<number>>()
  for (const [index, sets] of needs) {
    let kept = keptOf.get(sets)
    if (kept === undefined) keptOf.set(sets, (kept = new Set([...sets].filter((set) => matters[set]))))
    if (kept.size > 0) choosable.set(index, kept)
  }
  const counting = choosable.size < LEAST_COUNTING ? [] : [...choosable].filter(([, sets]) => [...sets].every((set) => decoder.tables.featureSets[set]!.every((name) => name === 'popcnt')))
  if (counting.length >= LEAST_COUNTING) for (const [index] of counting) choosable.delete(index)
  const kernels = new Set(choosable.keys())
  const isChoosable = new IndexSet(graph.starts.length)
  for (const index of kernels) isChoosable.add(index)
  addWrappers(program, choosable, isChoosable, WRAPPER_SIZE, choosable.keys())
  const usersOf = usersBySet(choosable)
  addWrappers(program, choosable, isChoosable, VARIANT_SIZE, choosable.keys())
  const installers = findInstallers(program, choosable)
  const makers = findMakers(program, choosable)
  const before = new Set(choosable.keys())
  addWrappers(program, choosable, isChoosable, WRAPPER_SIZE, addHandOvers(program, choosable, isChoosable, kernels))
  const handed = new Set([...choosable.keys()].filter((index) => !before.has(index)))
  // by function: 0 where it was not looked at yet, 1 no, 2 yes
  const named = new Uint8Array(graph.starts.length)
  const isVariant = findVariantNames(exportedNames(program))
  const bearsName = (index: number): boolean => {
    if (named[index] === 0) {
      const name = graph.names.get(graph.starts[index]!)
      named[index] = name !== undefined && (isIsaName(name) || isVariant(name)) ? 2 : 1
    }
    return named[index] === 2
  }
  let own = 0
  for (const index of kernels) if (!program.isOfRuntimeLibrary(index) && bearsName(index)) own++
  const ofInterface = new Set(program.image.isLibrary ? program.image.functions.flatMap(({ address, exported }) => (exported ? [address] : [])) : [])
  const isNamed = (index: number): boolean => (own >= LEAST_NAMED || program.isOfRuntimeLibrary(index) || ofInterface.has(graph.starts[index]!)) && bearsName(index)
  const namesOf = (functions: readonly number[]): ReadonlySet<string> => new Set(functions.flatMap((index) => [...(choosable.get(index) ?? [])].flatMap((set) => decoder.tables.featureSets[set]!)))
  const areBeyond = (functions: readonly number[], others: readonly number[]): boolean => {
    const needed = namesOf(functions)
    const byOthers = [...namesOf(others)]
    // a CPU of a level has all that lower ones have
    const level = Math.max(...[...needed].map((name) => x86LevelOf(name) ?? 0))
    const isImplied = (name: string): boolean => needed.has(name) || (x86LevelOf(name) ?? level) < level
    return byOthers.every(isImplied) && [...needed].some((name) => !byOthers.includes(name))
  }
  const known: Kernels = { isNamed, areBeyond, needFeatures: (index) => isChoosable.has(index) && !handed.has(index), isKernel: (index) => kernels.has(index), installs: (index) => installers.has(index), makes: (index) => makers.has(index), handsOver: (index) => handed.has(index), usersOf }
  // asked of every edge, and most functions need none
  return { kernels: known, featuresOf: (index) => (isChoosable.has(index) ? choosable.get(index) : undefined) }
}

/** Of C: what stands at the ends of mangled names is no word. */
function* exportedNames({ image }: Program): Iterable<string> {
  for (const { name, exported } of image.functions) if (exported && !/^_[ZR]/.test(name)) yield name
}

/** How many functions need the feature set that fewest need of those that a function needs. */
function usersBySet(choosable: FeatureSets): (index: number) => number {
  const users = new Map<number, number>()
  for (const sets of choosable.values()) for (const set of sets) users.set(set, (users.get(set) ?? 0) + 1)
  return (index) => [...(choosable.get(index) ?? [])].reduce((least, set) => Math.min(least, users.get(set)!), Infinity)
}

/** Larger functions do more than to hand on to a kernel, unless they do it again and again. */
const WRAPPER_SIZE = 1500
/** As the variant that a choice is for, larger ones count too. */
const VARIANT_SIZE = 2500
const WRAPPER_DEPTH = 3
/** What so many call is what everyone needs (memory, locks), and they are no wrappers of it. */
const MANY_CALLERS = 500
/** A transform in assembly calls its steps: so many of them, each for so many bytes. */
const MANY_CALLS = 4
const CALL_DISTANCE = 400

/**
 * Functions that do nothing beyond the baseline themselves and hand on to some that do: `satd_16x16_avx2`, which calls
 * `satd_8x8_avx2` four times. A dispatcher chooses them for what they call.
 */
function addWrappers(program: Program, choosable: Map<number, ReadonlySet<number>>, isKnown: IndexSet, largest: number, first: Iterable<number>): void {
  let layer = first
  for (let depth = 0; depth < WRAPPER_DEPTH; depth++) {
    const next = new Map<number, ReadonlySet<number>>()
    const calls = new Uint32Array(program.graph.starts.length)
    for (const callee of layer) for (const caller of wrappersOf(program, callee, isKnown, calls, largest)) next.set(caller, choosable.get(callee)!)
    for (const [index, sets] of next) {
      choosable.set(index, sets)
      isKnown.add(index)
    }
    layer = next.keys()
  }
}

/**
 * Functions that take the address of one kernel, of no other function, and call others with it: `ctr32_encrypt_blocks(kernel, data, key)` of
 * ring. They are there for the CPUs that the kernel is for, as if they called it.
 */
function addHandOvers({ graph }: Program, choosable: Map<number, ReadonlySet<number>>, isKnown: IndexSet, kernels: ReadonlySet<number>): Iterable<number> {
  const found = new Map<number, ReadonlySet<number>>()
  for (let index = 0; index < graph.starts.length; index++) {
    if (isKnown.has(index) || graph.ends[index]! - graph.starts[index]! > VARIANT_SIZE) continue
    let kernel = -1
    let calls = 0
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      const target = graph.edgeTo[edge]!
      if (graph.edgeKind[edge] === Edge.call) calls++
      else if (kernel < 0 || kernel === target) kernel = target
      else {
        kernel = -1
        break
      }
    }
    if (kernel >= 0 && calls > 0 && kernels.has(kernel)) found.set(index, choosable.get(kernel)!)
  }
  for (const [index, sets] of found) {
    choosable.set(index, sets)
    isKnown.add(index)
  }
  return found.keys()
}

/** Callers of a function that are not known yet and do little else. `calls`: how often each calls something in that layer. */
function wrappersOf({ graph }: Program, callee: number, isKnown: IndexSet, calls: Uint32Array, largest: number): readonly number[] {
  const found: number[] = []
  const end = graph.firstCaller[callee + 1]!
  if (end - graph.firstCaller[callee]! > MANY_CALLERS) return found
  for (let entry = graph.firstCaller[callee]!; entry < end; entry++) {
    const caller = graph.edgeFrom[graph.callerEdge[entry]!]!
    if (isKnown.has(caller)) continue
    const count = ++calls[caller]!
    const size = graph.ends[caller]! - graph.starts[caller]!
    if (size <= largest || (count >= MANY_CALLS && size <= count * CALL_DISTANCE)) found.push(caller)
  }
  return found
}

/** Kernels that a function hands out; where it does more than that, one may be a callback. */
const LEAST_HANDED_OUT = 2
/** Bytes of a function that hands out one. */
const TINY = 48

/** Functions that name kernels, no other function, and call nobody: they put kernels in the place of what runs on any CPU. */
function findInstallers({ graph }: Program, choosable: FeatureSets): ReadonlySet<number> {
  const installers = new Set<number>()
  for (let index = 0; index < graph.starts.length; index++) {
    const end = graph.firstEdge[index + 1]!
    const least = graph.ends[index]! - graph.starts[index]! <= TINY ? 1 : LEAST_HANDED_OUT
    if (end - graph.firstEdge[index]! < least || choosable.has(index)) continue
    let edge = graph.firstEdge[index]!
    while (edge < end && graph.edgeKind[edge] === Edge.taken && choosable.has(graph.edgeTo[edge]!)) edge++
    if (edge === end && !graph.importCalls.has(index)) installers.add(index)
  }
  return installers
}

/** Functions for any CPU (what destroys it) that an object of kernels may have beside. */
const MOST_OTHERS = 4

/**
 * Functions that take the addresses of kernels, and lead to little else in the file: they make objects of which operations are
 * kernels.
 */
function findMakers({ graph }: Program, choosable: FeatureSets): ReadonlySet<number> {
  const makers = new Set<number>()
  for (let index = 0; index < graph.starts.length; index++) {
    const end = graph.firstEdge[index + 1]!
    if (choosable.has(index)) continue
    let taken = 0
    let others = 0
    for (let edge = graph.firstEdge[index]!; edge < end && others <= MOST_OTHERS; edge++) {
      if (!choosable.has(graph.edgeTo[edge]!)) others++
      else if (graph.edgeKind[edge] === Edge.taken) taken++
    }
    if (taken > 0 && others <= MOST_OTHERS && others <= taken) makers.add(index)
  }
  return makers
}
