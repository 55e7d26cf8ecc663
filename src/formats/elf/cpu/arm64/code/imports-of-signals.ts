import { Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import type { Program } from './program.ts'

export const jumpsBack: RegExp = /^_*sigsetjmp$|^_?setjmp$/
export const setsHandler: RegExp = /^(?:_*sigaction|signal|bsd_signal)$/

type Code = Pick<Program, 'graph' | 'sweep' | 'image' | 'codeAt'>

/** Which of them each function calls, directly or through the GOT. */
export function importsOfSignals(program: Code): ReadonlyMap<number, readonly string[]> {
  const { graph, sweep, image } = program
  const isAsked = (name: string): boolean => jumpsBack.test(name) || setsHandler.test(name)
  const names = new Map<number, string[]>()
  for (const [index, calls] of graph.importCalls) {
    const asked = calls.filter(({ name }) => isAsked(name))
    if (asked.length > 0) names.set(index, asked.map(({ name }) => name))
  }
  // a static program has them itself
  const named = new Map<number, string>()
  for (const [address, name] of graph.names) {
    const index = isAsked(name) ? graph.functionAt(address) : undefined
    if (index !== undefined) named.set(index, name)
  }
  if (named.size === 0 && image.imports.size === 0) for (const [index, name] of withoutNames(program)) named.set(index, name)
  if (named.size > 0) {
    for (let edge = 0; edge < graph.edgeTo.length; edge++) {
      const name = named.get(graph.edgeTo[edge]!)
      const index = graph.edgeFrom[edge]!
      if (name !== undefined) names.set(index, [...(names.get(index) ?? []), name])
    }
  }
  const places = new Map<number, string>()
  for (const [place, slot] of image.slots) if (slot.import !== undefined && isAsked(slot.import)) places.set(place, slot.import)
  const from = sweep.accessFrom.values()
  const to = sweep.accessTo.values()
  for (let access = 0; places.size > 0 && access < to.length; access++) {
    const name = places.get(to[access]!)
    const index = name === undefined ? -1 : graph.functionOf(from[access]!)
    if (name !== undefined && index >= 0) names.set(index, [...(names.get(index) ?? []), name])
  }
  return names
}

/** STP of registers to where X0 points, whatever the offset: X19 and X20, D8 and D9. */
const SAVES = 0xffc0_7fff
const SAVES_GENERAL = 0xa900_5013
const SAVES_VECTORS = 0x6d00_2408
/** MOV X8, #134: rt_sigaction (Linux, asm-generic/unistd.h); W8, too. */
const SIGACTION = 0x5280_10c8
const SVC = 0xd400_0001
/** Words between the number of a system call and the call. */
const BETWEEN = 6
/** Bytes of a function that only hands on to another one. */
const WRAPPER = { jumps: 64, handlers: 512 } as const

/**
 * Those of a stripped static program: what keeps all registers of which the ABI says that callees do (X19 and on, D8 and on) where its
 * argument points, what makes the system call, and what hands on to them.
 */
function withoutNames({ graph, image, codeAt }: Code): ReadonlyMap<number, string> {
  const saves = new Set<number>()
  const savesVectors = new Set<number>()
  const found = new Map<number, string>()
  for (const range of image.code) {
    const code = codeAt(range.address)
    if (code === undefined) continue
    const { words, base } = code
    for (let at = 0; at < words.length; at++) {
      const word = words[at]!
      if ((word & SAVES) >>> 0 === SAVES_GENERAL) saves.add(graph.functionOf(base + at * 4))
      else if ((word & SAVES) >>> 0 === SAVES_VECTORS) savesVectors.add(graph.functionOf(base + at * 4))
      else if ((word & 0x7fff_ffff) === SIGACTION && words.subarray(at, at + BETWEEN).includes(SVC | 0)) found.set(graph.functionOf(base + at * 4), 'sigaction')
    }
  }
  for (const index of saves) if (savesVectors.has(index)) found.set(index, 'setjmp')
  found.delete(-1)
  // a wrapper, and signal() around it
  for (let depth = 0; depth < 2; depth++) {
    const known = [...found]
    for (const [callee, name] of known) {
      for (let entry = graph.firstCaller[callee]!; entry < graph.firstCaller[callee + 1]!; entry++) {
        const caller = graph.edgeFrom[graph.callerEdge[entry]!]!
        const size = graph.ends[caller]! - graph.starts[caller]!
        if (!found.has(caller) && (name === 'setjmp' ? size <= WRAPPER.jumps && !callsThroughRegister({ graph, codeAt }, caller) : size <= WRAPPER.handlers)) found.set(caller, name)
      }
    }
  }
  return found
}

function callsThroughRegister({ graph, codeAt }: Pick<Code, 'graph' | 'codeAt'>, index: number): boolean {
  const code = codeAt(graph.starts[index]!)
  if (code === undefined) return false
  const { words, base } = code
  return words.subarray((graph.starts[index]! - base) / 4, (graph.ends[index]! - base) / 4).some((word) => flowOf(word) === Flow.indirectCall)
}
