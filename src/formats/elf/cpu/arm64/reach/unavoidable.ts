import { branchTarget, endsPath, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { Edge } from '../../program/edges.ts'
import { plain, type Value } from '../../program/value.ts'
import type { Guards } from '../checks/guards.ts'
import type { Program } from '../code/program.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'
import { calledBack } from './called-back.ts'
import type { ReachSearch } from './reach.ts'
import type { Step } from './steps.ts'

const LARGEST = 60_000
const FUNCTIONS = 4000
/** Bytes of a function that is followed for one call. */
const SMALL = 1200

/**
 * Functions that run whenever the program is started or the library is loaded, each with the instructions in it that no way
 * to its end leads around, by word.
 */
export function unavoidableCode(program: Program, guards: Guards, search: ReachSearch): Map<number, { readonly words: Uint8Array; readonly step: Step }> {
  const { graph } = program
  const all = new Map<number, { words: Uint8Array; step: Step }>()
  const stack: [number, Step, Evaluation | undefined][] = []
  const named = (index: number): boolean => /^(?:napi_register_module_v1|JNI_OnLoad)$/.test(graph.nameOf(index))
  for (const [index, step] of search.roots) if (step.how === 'entry' || step.how === 'initializer' || (step.how === 'export' && named(index))) stack.push([index, step, undefined])
  while (stack.length > 0 && all.size < FUNCTIONS) {
    const [index, step, given] = stack.pop()!
    if (all.has(index)) continue
    const evaluation = given ?? guards.evaluations.get(index)
    const words = unavoidableWords(program, evaluation, index)
    if (words === undefined) continue
    all.set(index, { words, step })
    const start = graph.starts[index]!
    const runs = (at: number): boolean => words[(at - start) / 4] === 1
    const followed = once(() => evaluation ?? guards.follow(index))
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      const at = graph.edgeAt[edge]!
      // what _start passes on: main, and what runs before and after
      const passed = graph.edgeKind[edge] === Edge.taken && step.how === 'entry'
      if ((graph.edgeKind[edge] !== Edge.call && !passed) || !runs(at) || !search.edgeRuns(index, edge)) continue
      const target = graph.edgeTo[edge]!
      stack.push([target, { from: index, how: passed ? 'address' : 'call' }, passed ? undefined : forCall(program, guards, target, () => followed()?.passed.get(at))])
    }
    for (const target of calledBack(program, guards.evaluations, index, runs, followed)) stack.push([target, { from: index, how: 'address' }, undefined])
    for (const [at, targets] of followed()?.indirect ?? []) {
      const target = targets.size === 1 && runs(at) ? graph.functionAt([...targets][0]!) : undefined
      if (target !== undefined) stack.push([target, { from: index, how: 'call' }, forCall(program, guards, target, () => followed()?.passed.get(at))])
    }
  }
  return all
}

/** What a small function does with the numbers that a call gives it: a loop over 512 bytes runs. */
function forCall({ graph }: Program, guards: Guards, index: number, passed: () => readonly (Value | undefined)[] | undefined): Evaluation | undefined {
  if (graph.ends[index]! - graph.starts[index]! > SMALL) return undefined
  const numbers = passed()?.map((value) => (value?.base === plain && value.words.length === 2 && value.partial !== true && !value.detected ? value : undefined))
  return numbers?.some((value) => value !== undefined) === true ? guards.followWith(index, numbers) : undefined
}

/** By word of the function: 1 where every way through it passes. Ways that end in a trap do not count, loops are left. */
function unavoidableWords({ graph, codeAt }: Program, evaluation: Evaluation | undefined, index: number): Uint8Array | undefined {
  const start = graph.starts[index]!
  const count = Math.min(LARGEST, Math.ceil((graph.ends[index]! - start) / 4))
  const code = codeAt(start)
  if (code === undefined || count <= 0 || start % 4 !== 0) return undefined
  const first = (start - code.base) / 4
  const seen = evaluation?.seen
  /** Words that follow on `at`; -1: the end of the function. */
  const following = (at: number): number[] => {
    const word = code.words[first + at]
    if (word === undefined) return []
    const flow = flowOf(word)
    const next: number[] = []
    const inside = (target: number): number => (target >= 0 && target < count ? target : -1)
    if (flow === Flow.trap) return []
    if (flow === Flow.return || flow === Flow.indirectJump) return [-1]
    const branches = flow === Flow.jump || (flow >= Flow.condition && flow <= Flow.bit)
    if (branches && (seen === undefined || (seen[at]! & 2) !== 0)) next.push(inside(branchTarget(word, flow, at * 4) / 4))
    const conditional = flow >= Flow.condition && flow <= Flow.bit
    const ruledOut = seen !== undefined && ((seen[at]! & 1) === 0 || (conditional && (seen[at]! & 4) === 0) || (!conditional && at + 1 < count && (seen[at + 1]! & 1) === 0))
    if (!endsPath(flow) && !ruledOut && at + 1 < count) next.push(at + 1)
    return next
  }
  return wordsOnEveryPath(count, following)
}

/** The nodes that all paths from node 0 to an end pass, back edges left out. */
function wordsOnEveryPath(count: number, following: (at: number) => number[]): Uint8Array {
  const order: number[] = []
  const state = new Uint8Array(count) // 1: being visited, 2: done
  const ends = new Uint8Array(count) // 1: leads to an end
  const edges = new Map<number, number[]>()
  const stack: { at: number; next: number[]; taken: number }[] = [{ at: 0, next: following(0), taken: 0 }]
  state[0] = 1
  while (stack.length > 0) {
    const top = stack.at(-1)!
    if (top.taken === top.next.length) {
      stack.pop()
      state[top.at] = 2
      order.push(top.at)
      const forward = top.next.filter((target) => target < 0 || state[target] === 2)
      edges.set(top.at, forward)
      if (forward.some((target) => target < 0 || ends[target] === 1)) ends[top.at] = 1
      continue
    }
    const target = top.next[top.taken++]!
    if (target < 0 || state[target] !== 0) continue
    state[target] = 1
    stack.push({ at: target, next: following(target), taken: 0 })
  }
  order.reverse()
  const result = new Uint8Array(count)
  const position = new Int32Array(count)
  order.forEach((at, place) => (position[at] = place))
  const endless = ends[0] === 0 // it calls what does not return: then the last words are the ends
  let furthest = 0
  for (const [place, at] of order.entries()) {
    if (!endless && ends[at] === 0) continue
    if (furthest <= place) result[at] = 1
    for (const target of edges.get(at) ?? []) {
      if (target < 0) furthest = order.length
      else if (endless || ends[target] === 1) furthest = Math.max(furthest, position[target]!)
    }
    if (endless && (edges.get(at) ?? []).length === 0) furthest = order.length
  }
  return result
}

/** Asks at most once: following a function of many calls takes long. */
function once<T>(ask: () => T): () => T {
  let answer: { readonly value: T } | undefined
  return () => (answer ??= { value: ask() }).value
}
