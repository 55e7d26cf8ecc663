import { branchTarget, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import type { CallGraph } from '../../program/call-graph.ts'
import type { MemoryImage } from '../../program/memory-image.ts'
import type { Program } from './program.ts'

export const jumpsBack: RegExp = /^_*sigsetjmp$|^_?setjmp$/
export const setsHandler: RegExp = /^(?:_*sigaction|signal|bsd_signal)$/

/** MOV W0, #4: SIGILL. */
const SIGILL = 0x5280_0080
/** Words between the number of the signal and the call that it is for. */
const BETWEEN = 10

/**
 * Functions that try an instruction with a handler of SIGILL in place, and jump back out of it (PostgreSQL finds out so whether
 * the CPU has CRC32): they mark where to jump back to, and set the handler themselves or call what does.
 */
export function illegalInstructionProbes(image: MemoryImage, graph: CallGraph, codeAt: Program['codeAt']): ReadonlySet<number> {
  const probes = new Set<number>()
  if (![...image.imports].some((name) => jumpsBack.test(name))) return probes
  const calls = (index: number, name: RegExp): boolean => graph.importCalls.get(index)?.some((call) => name.test(call.name)) === true
  const setsIt = (index: number): boolean => {
    const code = codeAt(graph.starts[index]!)
    if (code === undefined) return false
    for (let at = (graph.starts[index]! - code.base) / 4; at < (graph.ends[index]! - code.base) / 4; at++) {
      if (code.words[at]! >>> 0 !== SIGILL) continue
      const place = code.base + at * 4
      if (graph.importCalls.get(index)?.some((call) => setsHandler.test(call.name) && call.at > place && call.at <= place + BETWEEN * 4) === true) return true
      const target = nextCall(code.words, code.base, at)
      const callee = target === undefined ? undefined : graph.functionAt(target)
      if (callee !== undefined && calls(callee, setsHandler)) return true
    }
    return false
  }
  for (const index of graph.importCalls.keys()) {
    if (!calls(index, jumpsBack)) continue
    let isProbe = setsIt(index)
    for (let edge = graph.firstEdge[index]!; !isProbe && edge < graph.firstEdge[index + 1]!; edge++) isProbe = calls(graph.edgeTo[edge]!, setsHandler) && setsIt(graph.edgeTo[edge]!)
    if (isProbe) probes.add(index)
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
