import { Edge } from '../../program/edges.ts'
import { IndexSet } from '../../program/index-set.ts'
import { argumentRegisters } from '../code/argument-registers.ts'
import type { Program } from '../code/program.ts'
import { mainStartedBy } from '../code/rust-start.ts'
import { lastAtMost } from '../../program/number-list.ts'
import { singleAddress } from '../../program/value.ts'
import type { Step } from './steps.ts'
import type { Run } from './run-on.ts'

/** Functions that call what they are given: which of their arguments (ISO C 7.22 to 7.26, POSIX, Itanium C++ ABI 3.3.6, LSB). */
const callsArguments: ReadonlyMap<string, readonly number[]> = new Map<string, readonly number[]>([
  ...['atexit', 'on_exit', '__cxa_atexit'].map((name) => [name, [0]] as [string, number[]]),
  ...['pthread_once', 'call_once', 'thrd_create', 'ftw', 'nftw'].map((name) => [name, [1]] as [string, number[]]),
  ['pthread_create', [2]],
  ['scandir', [2, 3]],
  ...['qsort', 'qsort_r'].map((name) => [name, [3]] as [string, number[]]),
  ['bsearch', [4]],
  ...['__libc_start_main', '__libc_start_main_impl'].map((name) => [name, [0, 3, 4]] as [string, number[]]),
])

/** Exports that whoever loads the library calls. */
const entryOfModule = /^(?:napi_register_module_v\d+|node_register_module_v\d+|bare_register_module_v\d+|PyInit_\w+|JNI_OnLoad|Init_\w+)$/

/**
 * Functions that certainly run on the CPU of `run`, and how: from what the system starts, along calls that hang on no
 * branch that may be a check of the CPU. Only ways to functions of `goals` are followed.
 */
export function findProven(program: Program, run: Run, goals: ReadonlySet<number>): Map<number, Step> {
  const { graph } = program
  const towards = leadingTo(program, goals)
  const proven = new Map<number, Step>()
  const work: number[] = []
  const add = (index: number, step: Step): void => {
    if (proven.has(index) || !towards.has(index)) return
    proven.set(index, step)
    work.push(index)
  }
  for (const [index, step] of run.search.roots) {
    // whether anybody calls one of a library's many functions, and asks about the CPU before, is not known
    if (step.how !== 'export' || entryOfModule.test(graph.nameOf(index))) add(index, step)
  }
  for (let index = work.shift(); index !== undefined; index = work.shift()) {
    const isEntry = proven.get(index)!.how === 'entry'
    const pending: { at: number; target: number; how: Step['how'] }[] = []
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      const target = graph.edgeTo[edge]!
      const kind = graph.edgeKind[edge]!
      if (kind === Edge.resolver) {
        // it hands out the same whatever the CPU is
        const kernels = run.search.handedOutBy(target)
        if (kernels.length === 1 && !proven.has(kernels[0]!) && run.search.edgeRuns(index, edge)) pending.push({ at: graph.edgeAt[edge]!, target: kernels[0]!, how: 'call' })
        continue
      }
      if (proven.has(target) || !towards.has(target)) continue
      if (kind === Edge.call || kind === Edge.loaded || (kind === Edge.taken && isEntry)) {
        if (run.search.edgeRuns(index, edge)) pending.push({ at: graph.edgeAt[edge]!, target, how: kind === Edge.call ? 'call' : 'address' })
      } else if (kind === Edge.taken) pending.push(...asArgument(program, run, index, target))
    }
    // what Rust does before main looks at what the system says, and not at the CPU
    const main = run.tracer.isStarted(index) ? mainStartedBy(program, index) : undefined
    if (main !== undefined && run.guards.evaluations.get(index)?.decides !== true) add(main.target, { from: index, how: 'address' })
    for (const { at, target, how } of pending) if (!run.tracer.dependsOnCheck(index, at)) add(target, { from: index, how })
  }
  return proven
}

/** Calls in function `index` that are given the address of `target` and call it. */
function asArgument({ graph }: Program, run: Run, index: number, target: number): { at: number; target: number; how: 'address' }[] {
  const takers = (graph.importCalls.get(index) ?? []).filter(({ name }) => callsArguments.has(name))
  for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
    const name = graph.names.get(graph.starts[graph.edgeTo[edge]!]!)
    if (graph.edgeKind[edge] === Edge.call && name !== undefined && callsArguments.has(name)) takers.push({ at: graph.edgeAt[edge]!, name })
  }
  const passed = takers.length === 0 ? undefined : run.tracer.trace(index)?.passed
  const isTarget = ({ at, name }: { readonly at: number; readonly name: string }): boolean =>
    callsArguments.get(name)!.some((argument) => singleAddress(passed?.get(at)?.get(argumentRegisters[argument]!)) === graph.starts[target])
  return takers.filter(isTarget).map(({ at }) => ({ at, target, how: 'address' }))
}

/** Functions with a way to one of `goals`. */
function leadingTo({ graph }: Program, goals: ReadonlySet<number>): IndexSet {
  const { edgeTo, edgeFrom } = graph
  // edges to a function, as a chain: the last one, and for each the one before
  const last = new Int32Array(graph.starts.length).fill(-1)
  const before = new Int32Array(edgeTo.length)
  for (let edge = 0; edge < edgeTo.length; edge++) {
    before[edge] = last[edgeTo[edge]!]!
    last[edgeTo[edge]!] = edge
  }
  const towards = new IndexSet(graph.starts.length)
  for (const goal of goals) towards.add(goal)
  const work = [...goals]
  for (let index = work.pop(); index !== undefined; index = work.pop()) {
    for (let edge = last[index]!; edge >= 0; edge = before[edge]!) {
      const caller = edgeFrom[edge]!
      if (towards.add(caller)) work.push(caller)
    }
  }
  return towards
}

/**
 * Does function `index` need the feature of the instruction at `at` as soon as it is called? Compilers allow instruction
 * sets by function: one with AVX has no SSE in the old encoding, and was compiled for CPUs with AVX as a whole.
 */
export function needsOnEntry({ graph, sweep }: Program, run: Run, index: number, at: number, isVector: boolean): boolean {
  if (isVector && lastAtMost(sweep.legacyVectorAt.values(), graph.ends[index]! - 1) === lastAtMost(sweep.legacyVectorAt.values(), graph.starts[index]! - 1)) return true
  return !run.tracer.dependsOnCheck(index, at)
}
