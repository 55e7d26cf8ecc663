import type { AccessIndex } from '../../program/access-index.ts'
import type { CallGraph } from '../../program/call-graph.ts'
import type { IndexSet } from '../../program/index-set.ts'
import type { LandingPads } from '../../program/landing-pads.ts'
import type { MemoryImage, Slot } from '../../program/memory-image.ts'
import type { Sweep } from '../../program/sweep.ts'

/** Everything that lets a file tell CPUs apart at run time. */
export interface Detectors {
  /** Functions that read ID registers. */
  readonly functions: ReadonlySet<number>
  /** Addresses of IFUNC resolvers. */
  readonly resolvers: ReadonlySet<number>
  /** Functions of this file that do what getauxval does. */
  readonly auxiliary: ReadonlySet<number>
  /** Variables that hold AT_HWCAP and AT_HWCAP2. */
  readonly hwcap: ReadonlySet<number>
  readonly hwcap2: ReadonlySet<number>
  /** Flags that the helpers of `-moutline-atomics` look at. */
  readonly haveLse: ReadonlySet<number>
  readonly imports: readonly string[]
  /** Functions that try instructions with a handler of SIGILL in place. */
  readonly probes: ReadonlySet<number>
  /** Functions that try what they are given, for callers with such a handler. */
  readonly triers: ReadonlySet<number>
  /** Loads of entries of the auxiliary vector, where that is read from its file. */
  readonly entries: ReadonlySet<number>
  /** By function that reads it: places in its frame, counted from the stack pointer, that keep entries, and that no callee writes to. */
  readonly kept: ReadonlyMap<number, ReadonlySet<number>>
  /** It reads the auxiliary vector from its file. */
  readonly readsVector: boolean
  /** It reads /proc/cpuinfo. */
  readonly readsCpuinfo: boolean
  readonly any: boolean
}

/** An AArch64 file as the analysis sees it. */
export interface Program {
  readonly image: MemoryImage
  readonly graph: CallGraph
  readonly sweep: Sweep
  readonly accesses: AccessIndex
  readonly detectors: Detectors
  readonly stubs: ReadonlyMap<number, Slot>
  readonly isGo: boolean
  /** Functions of Go's own packages. */
  readonly isGoStandardLibrary: (index: number) => boolean
  readonly landingPads: LandingPads
  /** Functions that something could lead to, whatever checks say. */
  readonly live: IndexSet
  /** May somebody else call what is exported under this name? */
  isEntered(name: string): boolean
  /** Is it among constants in the code? */
  isTable(address: number): boolean
  /** Words of the code range that holds an address. */
  codeAt(address: number): { readonly words: Int32Array; readonly base: number } | undefined
}
