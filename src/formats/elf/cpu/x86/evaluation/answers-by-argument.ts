import type { Evaluation, ParameterStore, PlaceBehindParameter } from './evaluation.ts'
import { argumentRegisters } from '../code/argument-registers.ts'
import { Register } from './state.ts'
import { detectedAs, plain, sameValue, type Value } from '../../program/value.ts'

/** Bytes of a function that is evaluated once more for what one call gives it. */
const SIZE = 512
/** The same where it asks CPUID itself, the first time it is called. */
const DETECTOR_SIZE = 1200
const DEPTH = 2
/** Bytes of a function that is evaluated for the numbers that an answer gives it: a shift by more bits than a register has. */
const HELPER_SIZE = 160
const HELPER_DEPTH = 4
/** Different arguments of one function. */
const KEPT = 64

/** Functions that are asked, called with `parameters`. */
export interface Asked {
  evaluate(index: number, parameters: ReadonlyMap<number, Value>): Evaluation | undefined
  /** What function `index` returns whatever checks say. */
  regardless(index: number, parameters: ReadonlyMap<number, Value>): Value | undefined
}

/** What a function does where it is asked with some arguments. */
export interface Answer {
  readonly parameters: ReadonlyMap<number, Value>
  /** What it returns. */
  readonly values: ReadonlyMap<number, Value>
  /** What it writes through pointers it is given, and where it would on another CPU. */
  readonly writes: readonly ParameterStore[]
  readonly withheld: readonly PlaceBehindParameter[]
}

/**
 * Functions that say what their arguments ask for (`OPENSSL_get_ia32cap(2)`, `has(AVX2)`): what they return is known by
 * call, where all calls together give nothing.
 */
export class AnswersByArgument {
  readonly #outside: Asked
  readonly #asked = new Set<number>()
  readonly #answers = new Map<number, Map<string, Answer>>()
  #depth = 0

  constructor(outside: Asked) {
    this.#outside = outside
  }

  /** Notes what function `index` does whatever it is asked. True: what its callers get by asking is not what they got before. */
  note(index: number, { seen, returns, results, asksByArgument }: Evaluation, isDetector: boolean): boolean {
    const before = this.#answers.get(index)
    this.#answers.delete(index)
    const result = results.get(Register.rax)
    const isOpen = (asksByArgument && (result?.words.length !== 2 || result.partial === true)) || (result?.detected === true && result.words.length !== 2)
    if (seen.length <= (isDetector ? DETECTOR_SIZE : SIZE) && returns && isOpen) this.#asked.add(index)
    return this.#asked.has(index) && (before === undefined || this.#answersOtherwise(index, before))
  }

  #answersOtherwise(index: number, before: ReadonlyMap<string, Answer>): boolean {
    const now = new Map<string, Answer>()
    let isOther = false
    for (const [key, { parameters, values }] of before) {
      const answer = this.#ask(index, parameters, true)
      now.set(key, answer)
      isOther ||= answer.values.size !== values.size || [...answer.values].some(([register, value]) => !sameValue(value, values.get(register)))
    }
    this.#answers.set(index, now)
    return isOther
  }

  #ask(index: number, parameters: ReadonlyMap<number, Value>, isAsked: boolean): Answer {
    this.#depth++
    const evaluation = this.#outside.evaluate(index, parameters)
    const values = new Map([...(evaluation?.results ?? [])].filter(([, value]) => (value.detected || !isAsked) && value.words.length > 0))
    const returned = isAsked && evaluation?.decides === true ? evaluation.results.get(Register.rax) : undefined
    // `false`, as the bit that was asked for is not set
    if (returned?.base === plain && !returned.detected && returned.words.length === 2 && !sameValue(this.#outside.regardless(index, parameters), returned)) values.set(Register.rax, detectedAs(returned, true))
    this.#depth--
    return { parameters, values, writes: evaluation?.parameterStores ?? [], withheld: evaluation?.withheld ?? [] }
  }

  /** What function `index` does when it is called with `registers`, where that says what it returns. */
  of(index: number, size: number, registers: readonly (Value | undefined)[]): Answer | undefined {
    const isAsked = this.#asked.has(index)
    if (isAsked ? this.#depth >= DEPTH : this.#depth === 0 || this.#depth >= HELPER_DEPTH || size > HELPER_SIZE) return undefined
    const parameters = argumentsIn(registers)
    if (parameters.size === 0) return undefined
    let key = ''
    for (const [register, { words }] of parameters) key += ` ${register}=${words.join()}`
    let answers = this.#answers.get(index)
    if (answers === undefined) this.#answers.set(index, (answers = new Map()))
    let known = answers.get(key)
    if (known === undefined && answers.size < KEPT) {
      known = this.#ask(index, parameters, isAsked)
      answers.set(key, known)
    }
    return known === undefined || known.values.size === 0 ? undefined : known
  }
}

/** Arguments that are numbers. */
export function argumentsIn(registers: readonly (Value | undefined)[]): ReadonlyMap<number, Value> {
  const parameters = new Map<number, Value>()
  for (const register of argumentRegisters) {
    const value = registers[register]
    if (value?.base === plain && value.partial !== true && value.hull !== true) parameters.set(register, value)
  }
  return parameters
}
