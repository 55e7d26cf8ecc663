import { Edge } from '../../program/edges.ts'
import type { FunctionCode } from '../evaluation/evaluation.ts'
import type { Callees } from './callees.ts'
import { DirectCalls } from './direct-calls.ts'
import { codeOf } from './function-code.ts'
import type { Program } from './program.ts'

/** Calls of the function that fills a structure in, that are looked at. */
const CALLS = 8
/** Functions beside the one that fills it in, that hand it on to others. */
const FUNCTIONS_HERE = 4
/** Functions that those around a call hand on to. */
const FUNCTIONS = 256
/** Callers of a function that may have to do with the structure. */
const CALLERS = 32
/** Functions that one may lead to. */
const CALLED = 128
/** Bytes of a function that is looked at for what it loads. */
const LARGEST = 0x4000
/** Bytes to either side of a call in a larger one. */
const BESIDE_CALL = 0x800

/** Words [from, to) of some code. */
export interface Window {
  readonly words: Int32Array
  readonly base: number
  readonly from: number
  readonly to: number
}

/**
 * Code in which a structure is used that a function fills in: around it, around its calls, and what is called from there. What is
 * compiled together is linked together; but BoringSSL fills in a key in one file, from another, which hands it to a third.
 */
export class StructureUsers {
  readonly #program: Program
  readonly #near: number
  readonly #callees: Callees
  readonly #calls: DirectCalls
  readonly #callers = new Map<string, readonly Window[]>()

  /** @param near bytes to either side that count as the same file */
  constructor(program: Program, near: number, callees: Callees) {
    this.#program = program
    this.#near = near
    this.#callees = callees
    this.#calls = new DirectCalls(program)
  }

  around(place: number, bytes: number = this.#near): Window | undefined {
    const code = this.#program.codeAt(place)
    if (code === undefined) return undefined
    const from = Math.max(0, (place - bytes - code.base) / 4)
    const to = Math.min(code.words.length, (place + bytes - code.base) / 4)
    return { words: code.words, base: code.base, from, to }
  }

  /** Around calls of the function that `place` is in, or of who calls it there, but for what is around itself; nothing where many call it. */
  ofCallers(place: number): Window[] {
    const { graph } = this.#program
    const windows: Window[] = []
    const here = new Set([graph.functionOf(place)])
    let others = 0
    for (const index of here) {
      const first = graph.firstCaller[index] ?? 0
      const behind = graph.firstCaller[index + 1] ?? 0
      if (behind - first > CALLS) {
        if (this.#callees.isPartOfCallers(index)) return []
        continue
      }
      for (let entry = first; entry < behind; entry++) {
        const edge = graph.callerEdge[entry]!
        if (graph.edgeKind[edge] !== Edge.call) continue
        const at = graph.edgeAt[edge]!
        const caller = graph.edgeFrom[edge]!
        if (Math.abs(at - place) < this.#near) {
          if (here.size - others < FUNCTIONS_HERE) here.add(caller)
          continue
        }
        // what LLVM took out of callers lies anywhere
        if (this.#callees.isPartOfCallers(caller)) {
          others++
          here.add(caller)
          windows.push(...this.functionsAt([graph.starts[caller]!]))
          continue
        }
        const window = windows.some((known) => isInside(known, at)) ? undefined : this.around(at)
        if (window !== undefined) windows.push(window)
      }
    }
    return windows
  }

  /** Functions at addresses; what no frame bounds, up to some length. */
  functionsAt(addresses: Iterable<number>): Window[] {
    return [...addresses].flatMap((address) => {
      const code = codeOf(this.#program, this.#program.graph.functionOf(address))
      return code === undefined ? [] : windowOf({ ...code, end: Math.min(code.end, code.start + LARGEST) })
    })
  }

  /** Functions elsewhere that are called from there. */
  calledFrom(windows: readonly Window[]): Window[] {
    const { graph } = this.#program
    const found = new Set<number>()
    for (const index of functionsIn(this.#program, windows)) {
      for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]! && found.size < FUNCTIONS; edge++) {
        const target = graph.edgeTo[edge]!
        if (graph.edgeKind[edge] === Edge.call && !windows.some((window) => isInside(window, graph.starts[target]!))) found.add(target)
      }
    }
    return this.#windowsOf(found)
  }

  /** Does a function lead to one of them (by address) by direct calls, or may it, by a pointer or as it calls too many? */
  leadsTo(index: number, users: ReadonlySet<number>): boolean {
    return this.#calls.leadsTo(index, users, CALLED)
  }

  /** Functions elsewhere that call into them; nothing of what many call. Of large ones, and of what no frame bounds, what lies around the call. */
  callersOf(windows: readonly Window[]): readonly Window[] {
    const key = windows.map(({ base, from, to }) => `${base + from * 4}-${to - from}`).join(' ')
    let callers = this.#callers.get(key)
    if (callers === undefined) this.#callers.set(key, (callers = this.#findCallers(windows)))
    return callers
  }

  #findCallers(windows: readonly Window[]): readonly Window[] {
    const { graph } = this.#program
    const found = new Set<number>()
    const calls: Window[] = []
    for (const index of functionsIn(this.#program, windows)) {
      const first = graph.firstCaller[index]!
      const behind = graph.firstCaller[index + 1]!
      if (behind - first > CALLERS) continue
      for (let entry = first; entry < behind; entry++) {
        const edge = graph.callerEdge[entry]!
        const caller = graph.edgeFrom[edge]!
        const at = graph.edgeAt[edge]!
        if (graph.ends[caller]! - graph.starts[caller]! > LARGEST) {
          const isKnown = windows.some((known) => isInside(known, at)) || calls.some((known) => isInside(known, at))
          const window = isKnown ? undefined : this.around(at, BESIDE_CALL)
          if (window !== undefined) calls.push(window)
        } else if (!windows.some((window) => isInside(window, graph.starts[caller]!))) found.add(caller)
      }
    }
    return [...this.#windowsOf(found), ...calls]
  }

  #windowsOf(functions: ReadonlySet<number>): Window[] {
    return [...functions].sort((a, b) => a - b).flatMap((index) => this.#function(index) ?? [])
  }

  #function(index: number): Window | undefined {
    const code = codeOf(this.#program, index)
    return code === undefined || code.end - code.start > LARGEST ? undefined : windowOf(code)
  }
}

/** Functions of which some lies in there. */
export function* functionsIn({ graph }: Program, windows: readonly Window[]): Iterable<number> {
  for (const { base, from, to } of windows) {
    for (let index = Math.max(0, graph.functionOf(base + from * 4)); index < graph.starts.length && graph.starts[index]! < base + to * 4; index++) yield index
  }
}

/** All of a function. */
export function windowOf({ words, base, start, end }: FunctionCode): Window {
  return { words, base, from: (start - base) / 4, to: (end - base) / 4 }
}

export function isInside({ base, from, to }: Window, at: number): boolean {
  return at >= base + from * 4 && at < base + to * 4
}
