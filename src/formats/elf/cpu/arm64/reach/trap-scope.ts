import { Edge } from '../../program/edges.ts'
import type { IndexSet } from '../../program/index-set.ts'
import { pointedToByData } from '../../program/pointed-to-by-data.ts'
import type { Guards } from '../checks/guards.ts'
import { importsOfSignals, jumpsBack, setsHandler as handles } from '../code/imports-of-signals.ts'
import type { Program } from '../code/program.ts'

const SIGILL = 4
const PROBES = 24

/**
 * Functions that a probe calls: with a handler of SIGILL in place that jumps back (OpenSSL finds out features so). Only what
 * nothing else calls or hands on is taken for part of the probe. Setting the handler and the place to jump back to may lie in
 * two functions, of which one is given the other's instructions to try.
 */
export function trapScope(program: Program, guards: Guards): ReadonlySet<number> {
  const { graph } = program
  const scope = new Set<number>()
  const names = importsOfSignals(program)
  const calls = (index: number, name: RegExp): boolean => names.get(index)?.some((each) => name.test(each)) === true
  let pointed: IndexSet | undefined
  for (const index of names.keys()) {
    if (!calls(index, handles)) continue
    const tries = calleesOf(program, index).filter((callee) => calls(callee, jumpsBack))
    if (!calls(index, jumpsBack) && tries.length === 0) continue
    const settings = [...(guards.follow(index)?.passed.values() ?? [])].filter(([first]) => first?.words.length === 2 && first.words[0] === SIGILL).length
    if (settings < 2) continue // set once and never taken away, it is a handler of crashes
    pointed ??= pointedToByData(program)
    const own = new Set<number>()
    const around = new Set([index, ...tries])
    const stack = [index]
    while (stack.length > 0 && own.size <= PROBES) {
      const at = stack.pop()!
      for (let edge = graph.firstEdge[at]!; edge < graph.firstEdge[at + 1]!; edge++) {
        const target = graph.edgeTo[edge]!
        const given = graph.edgeKind[edge] === Edge.taken && at === index && tries.length > 0
        if ((graph.edgeKind[edge] !== Edge.call && !given) || own.has(target) || around.has(target) || pointed.has(target)) continue
        if (!isOnlyNamedIn(program, target, own, around)) continue
        own.add(target)
        stack.push(target)
      }
    }
    if (own.size <= PROBES) for (const each of own) scope.add(each)
  }
  return scope
}

function calleesOf({ graph }: Program, index: number): number[] {
  const callees = new Set<number>()
  for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) if (graph.edgeKind[edge] === Edge.call) callees.add(graph.edgeTo[edge]!)
  return [...callees]
}

function isOnlyNamedIn({ graph }: Program, target: number, own: ReadonlySet<number>, around: ReadonlySet<number>): boolean {
  for (let edge = 0; edge < graph.edgeTo.length; edge++) {
    if (graph.edgeTo[edge] !== target) continue
    const from = graph.edgeFrom[edge]!
    if (!around.has(from) && !own.has(from)) return false
  }
  return true
}
