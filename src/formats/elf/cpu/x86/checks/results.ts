import { certain, detectedAs, plain, sameValue, singleAddress, type Value } from '../../program/value.ts'
import type { Agenda } from './agenda.ts'
import type { Evaluation, ParameterStore } from '../evaluation/evaluation.ts'
import { isFunctionPointer } from './function-pointer.ts'
import type { Program } from '../code/program.ts'

/** What the rest of the search tells. */
export interface OutsideOfResults {
  /** Does the variable at an address hold what a check found out? */
  isVariable(at: number): boolean
  /** Is function `index` given what a check found out? */
  isTold(index: number): boolean
  /** What function `index` returns whatever checks say. */
  returnedRegardless(index: number): Value | undefined
}

/** Steps from CPUID of a function whose callers are told what it writes, and of one that sets what a check found out to something else. */
const NEAR = 3
const FAR = 9

function tellsWrites(evaluation: Evaluation, distance: number): boolean {
  return distance <= NEAR || (distance <= FAR && setsOtherwise(evaluation))
}

/** Does it store a number in an object where a check had stored another? What is stored beside what nobody knows (`Result` of Rust) is an answer, and no check's. */
function setsOtherwise({ parameterStores }: Evaluation): boolean {
  return parameterStores.some(({ value }) => value.detected && value.partial !== true && value.words.length > 2)
}

/** What functions hand back to their callers of what checks found out: what they return, and what they write where they are told to. */
export class Results {
  readonly found: Map<number, { readonly values: ReadonlyMap<number, Value>; readonly distance: number }> = new Map()
  /** Functions that never return on this CPU, because of what CPUID says. */
  readonly neverReturns: Set<number> = new Set()
  /** Functions whose callers were not told what they store. */
  readonly untold: Set<number> = new Set()
  readonly #program: Program
  readonly #agenda: Agenda
  readonly #outside: OutsideOfResults
  readonly #regardless = new Map<number, Value | undefined>()
  /** Functions of which others know that they return what they are given. */
  readonly #returning = new Set<number>()
  readonly #writes = new Map<number, string>()

  constructor(program: Program, agenda: Agenda, outside: OutsideOfResults) {
    this.#program = program
    this.#agenda = agenda
    this.#outside = outside
  }

  /** Does function `index` return something else than `value` on other CPUs, or the place where it keeps what it found out? */
  #isChosen(index: number, value: Value): boolean {
    const at = singleAddress(value)
    return (at !== undefined && at > 0xfff && this.#program.image.dataAt(at) !== undefined) || this.returnsOther(index, value)
  }

  /** Is it the address of a variable that holds what a check found out? */
  #isVariable(value: Value): boolean {
    const at = singleAddress(value)
    return at !== undefined && at > 0xfff && this.#outside.isVariable(at)
  }

  /** Does function `index` return something else than `value` where a check goes the other way? */
  returnsOther(index: number, value: Value): boolean {
    if (!this.#regardless.has(index)) this.#regardless.set(index, this.#outside.returnedRegardless(index))
    const other = this.#regardless.get(index)
    // where it is computed from what CPUID says, it is another one elsewhere, though not on this CPU
    return other === undefined || other.detected || other.words.length !== value.words.length || other.words.some((word, place) => word !== value.words[place])
  }

  /** Takes over what function `index`, so many steps from CPUID, returns and writes: its callers are evaluated where that is new. */
  spread(index: number, evaluation: Evaluation, distance: number): void {
    const { graph } = this.#program
    if (!evaluation.returns && evaluation.decides && !this.neverReturns.has(index) && this.#program.endings.mayComeBack(index)) {
      this.neverReturns.add(index)
      this.#agenda.addCallers(index, distance)
    } else if (evaluation.returns && this.neverReturns.delete(index)) this.#agenda.addCallers(index, distance)
    if (distance > (this.#program.isGo ? 2 : 4)) {
      this.#noteWrites(index, evaluation, distance)
      return
    }
    const values = new Map<number, Value>()
    for (const [register, value] of evaluation.results) {
      if (value.words.length === 0) continue
      if (value.detected) values.set(register, certain(value))
      else if (register === 0 && value.base === plain && (this.#isVariable(value) || (evaluation.decides && !isFunctionPointer(value, graph) && (distance === 0 || this.#isChosen(index, value))))) {
        values.set(register, detectedAs(value, true))
      }
    }
    const known = this.found.get(index)
    if (values.size === 0 && known === undefined) {
      if (evaluation.parameterStores.length > 0 || evaluation.withheld.length > 0) this.#noteWrites(index, evaluation, distance)
      return
    }
    let changed = known === undefined || known.values.size !== values.size
    for (const [register, value] of values) if (!sameValue(known?.values.get(register), value)) changed = true
    if (changed) {
      this.found.set(index, { values, distance })
      this.#agenda.addCallers(index, distance)
    }
    this.#noteWrites(index, evaluation, distance)
  }

  /** What a caller knows of an object it also knows of what comes back, where that is the object. */
  spreadPointer(index: number, { returnedPointer }: Evaluation, distance: number): void {
    if ((returnedPointer !== undefined) === this.#returning.has(index) || distance > 3) return
    if (returnedPointer === undefined) this.#returning.delete(index)
    else this.#returning.add(index)
    if (this.#outside.isTold(index)) this.#agenda.addCallers(index, distance)
  }


  #noteWrites(index: number, evaluation: Evaluation, distance: number): void {
    if (evaluation.parameterStores.length === 0 && evaluation.withheld.length === 0) return
    if (!tellsWrites(evaluation, distance) || (this.#program.isGo && distance > 2)) {
      this.untold.add(index)
      return
    }
    const writes = evaluation.parameterStores.map((store: ParameterStore) => `${store.register}+${store.offset}=${store.value.words.join(':')}`)
    const key = [...writes, ...evaluation.withheld.map(({ register, offset }) => `${register}+${offset}`)].sort().join()
    if (this.#writes.get(index) === key) return
    this.#writes.set(index, key)
    this.#agenda.addCallers(index, distance)
  }
}
