import { addressesIn, isExact, join, LOWEST_ADDRESS, sameValue, type Value } from '../../program/value.ts'
import { argumentRegisters } from '../code/argument-registers.ts'
import type { Program } from '../code/program.ts'

/** Functions with more callers are helpers. */
const MOST_CALLERS = 400
/** Smaller than addresses. */
const LARGEST_NUMBER = 0xffff
/** One caller in so many decides what a function is for. */
const FEW_CALLERS = 8

const nowhere: ReadonlySet<number> = new Set()

/** What functions are called with, where it comes from checks. */
export class Parameters {
  readonly #program: Program
  readonly #parameters = new Map<number, Map<number, Value>>()
  /** The same by callee, register, and edge that passes it: when a caller is evaluated again with better knowledge, what it passes then replaces it. */
  readonly #byEdge = new Map<number, Map<number, Map<number, Value>>>()
  /** Numbers that do not come from checks, by 16 times the function and the register. */
  readonly #others = new Map<number, Value>()
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

  /** Did `edge` pass something that counts when it was last evaluated? */
  isPassedBy(callee: number, edge: number): boolean {
    const registers = this.#byEdge.get(callee)
    if (registers === undefined) return false
    for (const edges of registers.values()) if (edges.has(edge)) return true
    return false
  }

  /**
   * Takes over what the call at `edge` passes. True: `callee` is called with something new.
   * @param isSetter does it put what it is called with where checks leave what they find out? Then numbers of others count as well
   * @param isPartly is a variable that a check stores to a part of what lies at an address? Then who is given that may store there as well
   */
  pass(callee: number, edge: number, passed: ReadonlyMap<number, Value>, isSetter = false, isPartly?: (address: number) => boolean): boolean {
    let changed = false
    const structures = isPartly === undefined ? nowhere : new Set([...passed.keys()].filter((register) => isOfVariable(register, passed.get(register)!, isPartly)))
    const counts = (register: number, value: Value): boolean =>
      structures.has(register) || (isSmallNumber(register, value) && (isSetter || (structures.size > 0 && isNoAddress(value))))
    for (const [register, value] of passed) {
      if (!value.detected) {
        if (!counts(register, value)) {
          if (isSmallNumber(register, value)) this.#noteOther(callee, register, value)
          continue
        }
      } else if (!this.#isPassedByMany(callee, register, edge)) {
        this.drop(callee)
        continue
      }
      if (this.#note(callee, register, edge, value)) changed = true
    }
    // what it passed when less was known
    for (const [register, edges] of this.#byEdge.get(callee) ?? []) {
      if (!edges.has(edge)) continue
      const value = passed.get(register)
      const isPassed = value !== undefined && (value.detected || counts(register, value))
      if (!isPassed && this.#note(callee, register, edge, undefined)) changed = true
    }
    return changed && this.#joinAll(callee)
  }

  /** Takes over that `edge` passes `value`. True: it passed something else before. */
  #note(callee: number, register: number, edge: number, value: Value | undefined): boolean {
    let registers = this.#byEdge.get(callee)
    if (registers === undefined) this.#byEdge.set(callee, (registers = new Map()))
    let edges = registers.get(register)
    if (edges === undefined) registers.set(register, (edges = new Map()))
    if (sameValue(edges.get(edge), value)) return false
    if (value === undefined) edges.delete(edge)
    else edges.set(edge, value)
    return true
  }

  /** What `callee` is called with by all that call it. True: it is another than before. */
  #joinAll(callee: number): boolean {
    const registers = this.#byEdge.get(callee)!
    const given = new Set<number>()
    for (const edges of registers.values()) for (const [edge, value] of edges) if (!value.detected && !isNoAddress(value)) given.add(edge)
    const parameters = this.#parameters.get(callee) ?? new Map<number, Value>()
    let changed = false
    for (const [register, edges] of registers) {
      let joined: Value | undefined
      for (const each of edges.values()) joined = joined === undefined ? each : (join(joined, each) ?? joined)
      // who is given the address by another, and there what nobody knows, may do what this number tells him not to
      if (joined !== undefined && !joined.detected && isNoAddress(joined)) for (const edge of given) if (!edges.has(edge)) joined = undefined
      if (sameValue(parameters.get(register), joined)) continue
      changed = true
      if (joined === undefined) parameters.delete(register)
      else parameters.set(register, joined)
    }
    if (parameters.size === 0) this.#parameters.delete(callee)
    else this.#parameters.set(callee, parameters)
    return changed
  }

  #noteOther(callee: number, register: number, value: Value): void {
    const key = callee * 16 + register
    const known = this.#others.get(key)
    if (known === undefined) this.#others.set(key, value)
    else if (known !== value) this.#others.set(key, join(known, value) ?? known)
  }

  /** Functions that some call with what a check found out, and others with a number that it did not find out here. */
  mixed(): ReadonlySet<number> {
    const mixed = new Set<number>()
    for (const [callee, parameters] of this.#parameters) {
      for (const [register, value] of parameters) {
        const other = value.detected && register < 16 ? this.#others.get(callee * 16 + register) : undefined
        if (other !== undefined && isExact(value) && (join(value, other)?.words.length ?? Infinity) > value.words.length) mixed.add(callee)
      }
    }
    return mixed
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

/** Is it a number such as programs write for levels and flags, in a register? */
export function isSmallNumber(register: number, value: Value): boolean {
  if (register < 0 || register >= 16 || !isExact(value)) return false
  const { words } = value
  for (let at = 0; at < words.length; at += 2) if (words[at]! < -1 || words[at]! > LARGEST_NUMBER) return false
  return true
}

/** Is it the address of something that a variable is a part of, or one of several? */
function isOfVariable(register: number, value: Value, isPartly: (address: number) => boolean): boolean {
  if (register < 0 || register >= 16 || !isExact(value)) return false
  const addresses = addressesIn(value)
  return addresses.every((address) => address >= LOWEST_ADDRESS) && addresses.some((address) => isPartly(address))
}

function isNoAddress({ words }: Value): boolean {
  for (let at = 0; at < words.length; at += 2) if (words[at]! >= LOWEST_ADDRESS) return false
  return true
}

/** Does a call pass what its own caller passed, or what came of that together with what a check found out? */
export function handsOn(passed: ReadonlyMap<number, Value>): boolean {
  for (const value of passed.values()) if (argumentRegisters.includes(value.base) || (value.detected && (value.partial === true || value.hull === true))) return true
  return false
}
