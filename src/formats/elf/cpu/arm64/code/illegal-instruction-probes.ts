import { branchTarget, endsPath, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { Edge } from '../../program/edges.ts'
import { pointedToByData } from '../../program/pointed-to-by-data.ts'
import { Access } from '../../program/sweep.ts'
import { importsOfSignals, jumpsBack, setsHandler } from './imports-of-signals.ts'
import type { Program } from './program.ts'

type Code = Pick<Program, 'image' | 'graph' | 'sweep' | 'codeAt'>

/** MOV W0, #4: SIGILL. */
const SIGILL = 0x5280_0080
/** Words between the number of the signal and the call that it is for. */
const BETWEEN = 10

/** Bytes of a function that marks where to jump back to, and calls what it is given. */
const TRIER = 160

export interface IllegalInstructionProbes {
  readonly probes: ReadonlySet<number>
  /** Functions that try what they are given the address of, for callers that set the handler (OpenSSL's `arm_probe_for`). */
  readonly triers: ReadonlySet<number>
}

/**
 * Functions that try an instruction with a handler of SIGILL in place, and jump back out of it (PostgreSQL finds out so whether
 * the CPU has CRC32): they mark where to jump back to, set the
 * handler themselves or call what does, and take it away again.
 */
export function illegalInstructionProbes(program: Code): IllegalInstructionProbes {
  const { graph, codeAt } = program
  const probes = new Set<number>()
  const triers = new Set<number>()
  const imports = importsOfSignals(program)
  const calls = (index: number, name: RegExp): boolean => imports.get(index)?.some((each) => name.test(each)) === true
  /** Where it sets the handler. */
  const settings = (index: number): ReadonlySet<number> => {
    const found = new Set<number>()
    const code = codeAt(graph.starts[index]!)
    if (code === undefined) return found
    for (let at = (graph.starts[index]! - code.base) / 4; at < (graph.ends[index]! - code.base) / 4; at++) {
      if (code.words[at]! >>> 0 !== SIGILL) continue
      const call = nextCall(code.words, at)
      const callee = call === undefined ? undefined : graph.functionAt(branchTarget(code.words[call]!, Flow.call, code.base + call * 4))
      if (calls(index, setsHandler) || (callee !== undefined && calls(callee, setsHandler))) found.add(code.base + (call ?? at) * 4)
    }
    return found
  }
  for (const index of imports.keys()) {
    if (!calls(index, jumpsBack)) continue
    let count = settings(index).size
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      const callee = graph.edgeTo[edge]!
      if (graph.edgeKind[edge] === Edge.call && calls(callee, setsHandler) && settings(callee).size > 0) count++
    }
    // once is for good: a handler of crashes
    if (count > 1) probes.add(index)
    else if (isTrier(program, index, (caller) => calls(caller, setsHandler) && isCalledBetween(program, caller, index, settings(caller)))) triers.add(index)
  }
  return { probes, triers }
}

/**
 * Does it mark where to jump back to, and then call what it is given, for functions of which each sets the handler and takes it
 * away again? The handler is known by its jumping back to the same place.
 */
function isTrier(program: Code, index: number, setsAndTakesAway: (caller: number) => boolean): boolean {
  const { graph, image, codeAt } = program
  const code = graph.ends[index]! - graph.starts[index]! > TRIER ? undefined : codeAt(graph.starts[index]!)
  if (code === undefined) return false
  let given = 0
  for (let at = graph.starts[index]!; at < graph.ends[index]!; at += 4) if (flowOf(code.words[(at - code.base) / 4]!) === Flow.indirectCall) given++
  if (given !== 1 || pointedToByData({ graph, image }).has(index)) return false
  const callers = new Set<number>()
  for (let edge = 0; edge < graph.edgeTo.length; edge++) {
    if (graph.edgeTo[edge] !== index) continue
    if (graph.edgeKind[edge] !== Edge.call) return false
    callers.add(graph.edgeFrom[edge]!)
  }
  return callers.size > 0 && [...callers].every((caller) => setsAndTakesAway(caller) && handsOutHandler(program, caller, new Set(taken(program, index))))
}

/** Does it take the address of a function that knows one of these places? */
function handsOutHandler(program: Code, index: number, places: ReadonlySet<number>): boolean {
  const { graph } = program
  for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
    if (graph.edgeKind[edge] !== Edge.call && taken(program, graph.edgeTo[edge]!).some((place) => places.has(place))) return true
  }
  return false
}

/** Places in data whose address it takes. */
function taken({ graph, image, sweep }: Code, index: number): number[] {
  const kind = sweep.accessKind.values()
  const to = sweep.accessTo.values()
  const places: number[] = []
  for (let access = graph.firstAccess[index]!; access < graph.firstAccess[index + 1]!; access++) {
    if (kind[access] === Access.take && image.dataAt(to[access]!)?.writable === true) places.push(to[access]!)
  }
  return places
}

/**
 * On all ways, is the function called behind every first setting of the handler, and before the second? Both are there: what is set
 * once is for good, a handler of crashes.
 */
function isCalledBetween({ graph, codeAt }: Code, index: number, callee: number, settings: ReadonlySet<number>): boolean {
  const code = codeAt(graph.starts[index]!)
  if (settings.size < 2 || code === undefined) return false
  const { words, base } = code
  const from = (graph.starts[index]! - base) / 4
  const to = (graph.ends[index]! - base) / 4
  /** By word: on the ways there the handler was in place (2), or not (1). */
  const seen = new Uint8Array(to - from)
  const work: [at: number, isSet: boolean][] = [[from, false]]
  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    let [at, isSet] = next
    for (; at < to && (seen[at - from]! & (isSet ? 2 : 1)) === 0; at++) {
      seen[at - from]! |= isSet ? 2 : 1
      const word = words[at]!
      const flow = flowOf(word)
      if (settings.has(base + at * 4)) isSet = !isSet
      if (flow === Flow.indirectJump) return false
      if (flow === Flow.call && !isSet && graph.functionAt(branchTarget(word, flow, base + at * 4)) === callee) return false
      if (flow === Flow.jump || (flow >= Flow.condition && flow <= Flow.bit)) {
        const target = branchTarget(word, flow, at * 4) / 4
        if (target >= from && target < to) work.push([target, isSet])
        else if (!isSet && graph.functionAt(base + target * 4) === callee) return false
      }
      if (endsPath(flow)) break
    }
  }
  return true
}

/** Index of the word with the next call, if that is near and nothing else branches before. */
function nextCall(words: Int32Array, from: number): number | undefined {
  for (let at = from + 1; at <= from + BETWEEN && at < words.length; at++) {
    const flow = flowOf(words[at]!)
    if (flow === Flow.call) return at
    if (flow !== Flow.next) return undefined
  }
  return undefined
}
