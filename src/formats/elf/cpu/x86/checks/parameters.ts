import { join, sameValue, type Value } from '../../program/value.ts'
import type { Program } from '../code/program.ts'

/** Functions with more callers are helpers. */
const MOST_CALLERS = 400
/** One caller in so many decides what a function is for. */
const FEW_CALLERS = 8

/** What functions are called with, where it comes from checks. */
export class Parameters {
  readonly #program: Program
  readonly #parameters = new Map<number, Map<number, Value>>()
  readonly #passedAt = new Map<string, Set<number>>()
  /** Functions that were not told what checks decide of what they are called with: it was passed on further than arguments are followed. */
  readonly uninformed: Set<number> = new Set()

  constructor(program: Program) {
    this.#program = program
  }

  drop(callee: number): void {
    this.uninformed.add(callee)
  }

  functions(): Iterable<number> {
    return this.#parameters.keys()
  }

  of(index: number): ReadonlyMap<number, Value> | undefined {
    return this.#parameters.get(index)
  }

  /** Takes over what the call at `edge` passes. True: `callee` is called with something new. */
  pass(callee: number, edge: number, passed: ReadonlyMap<number, Value>): boolean {
    let changed = false
    let parameters = this.#parameters.get(callee)
    for (const [register, value] of passed) {
      if (!value.detected) continue
      if (!this.#isPassedByMany(callee, register, edge)) {
        this.drop(callee)
        continue
      }
      const known = parameters?.get(register)
      const joined = known === undefined ? value : (join(known, value) ?? known)
      if (sameValue(known, joined)) continue
      if (parameters === undefined) this.#parameters.set(callee, (parameters = new Map()))
      parameters.set(register, joined)
      changed = true
    }
    return changed
  }

  /** What one of many callers got from a check (a size to allocate, a buffer to clear) does not make it a parameter about the CPU. */
  #isPassedByMany(callee: number, register: number, edge: number): boolean {
    const { firstCaller } = this.#program.graph
    const callers = firstCaller[callee + 1]! - firstCaller[callee]!
    if (callers > MOST_CALLERS) return false
    if (callers <= FEW_CALLERS) return true
    const key = `${callee}.${register}`
    let edges = this.#passedAt.get(key)
    if (edges === undefined) this.#passedAt.set(key, (edges = new Set()))
    edges.add(edge)
    return edges.size * FEW_CALLERS >= callers
  }
}
