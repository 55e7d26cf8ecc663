import { branchTarget, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { Edge } from '../../program/edges.ts'
import { importsOfSignals, jumpsBack, setsHandler } from './imports-of-signals.ts'
import type { Program } from './program.ts'

/** MOV W0, #4: SIGILL. */
const SIGILL = 0x5280_0080
/** Words between the number of the signal and the call that it is for. */
const BETWEEN = 10

/**
 * Functions that try an instruction with a handler of SIGILL in place, and jump back out of it (PostgreSQL finds out so whether
 * the CPU has CRC32): they mark where to jump back to, set the
 * handler themselves or call what does, and take it away again.
 */
export function illegalInstructionProbes(program: Pick<Program, 'image' | 'graph' | 'sweep' | 'codeAt'>): ReadonlySet<number> {
  const { image, graph, codeAt } = program
  const probes = new Set<number>()
  if (![...image.imports].some((name) => jumpsBack.test(name))) return probes
  const imports = importsOfSignals(program)
  const calls = (index: number, name: RegExp): boolean => imports.get(index)?.some((each) => name.test(each)) === true
  /** How often it sets the handler. */
  const settings = (index: number): number => {
    const code = codeAt(graph.starts[index]!)
    if (code === undefined) return 0
    let count = 0
    for (let at = (graph.starts[index]! - code.base) / 4; at < (graph.ends[index]! - code.base) / 4; at++) {
      if (code.words[at]! >>> 0 !== SIGILL) continue
      const target = nextCall(code.words, code.base, at)
      const callee = target === undefined ? undefined : graph.functionAt(target)
      if (calls(index, setsHandler) || (callee !== undefined && calls(callee, setsHandler))) count++
    }
    return count
  }
  for (const index of imports.keys()) {
    if (!calls(index, jumpsBack)) continue
    let count = settings(index)
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      const callee = graph.edgeTo[edge]!
      if (graph.edgeKind[edge] === Edge.call && calls(callee, setsHandler) && settings(callee) > 0) count++
    }
    // once is for good: a handler of crashes
    if (count > 1) probes.add(index)
  }
  return probes
}

function nextCall(words: Int32Array, base: number, from: number): number | undefined {
  for (let at = from + 1; at <= from + BETWEEN && at < words.length; at++) {
    const word = words[at]!
    const flow = flowOf(word)
    if (flow === Flow.call) return branchTarget(word, flow, base + at * 4)
    if (flow !== Flow.next) return undefined
  }
  return undefined
}
