import type { Evaluation } from './evaluation.ts'
import { argumentRegisters, Register } from './state.ts'
import { plain, sameValue, type Value } from '../../program/value.ts'

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

/** Evaluates the function that is asked, called with `parameters`. */
type Ask = (parameters: ReadonlyMap<number, Value>) => Evaluation | undefined

interface Answer {
  readonly parameters: ReadonlyMap<number, Value>
  readonly values: ReadonlyMap<number, Value>
}

/**
 * Functions that say what their arguments ask for (`OPENSSL_get_ia32cap(2)`, `has(AVX2)`): what they return is known by
 * call, where all calls together give nothing.
 */
export class AnswersByArgument {
  readonly #asked = new Set<number>()
  readonly #answers = new Map<number, Map<string, Answer>>()
  #depth = 0

  /** Notes what function `index` does whatever it is asked. True: what its callers get by asking is not what they got before. */
  note(index: number, { seen, returns, results, asksByArgument }: Evaluation, isDetector: boolean, evaluate: Ask): boolean {
    const before = this.#answers.get(index)
    this.#answers.delete(index)
    const result = results.get(Register.rax)
    const isOpen = (asksByArgument && (result?.words.length !== 2 || result.partial === true)) || (result?.detected === true && result.words.length !== 2)
    if (seen.length <= (isDetector ? DETECTOR_SIZE : SIZE) && returns && isOpen) this.#asked.add(index)
    return this.#asked.has(index) && (before === undefined || this.#answersOtherwise(index, before, evaluate))
  }

  #answersOtherwise(index: number, before: ReadonlyMap<string, Answer>, evaluate: Ask): boolean {
    const now = new Map<string, Answer>()
    let isOther = false
    for (const [key, { parameters, values }] of before) {
      const answer = this.#ask(parameters, true, evaluate)
      now.set(key, answer)
      isOther ||= answer.values.size !== values.size || [...answer.values].some(([register, value]) => !sameValue(value, values.get(register)))
    }
    this.#answers.set(index, now)
    return isOther
  }

  #ask(parameters: ReadonlyMap<number, Value>, isAsked: boolean, evaluate: Ask): Answer {
    this.#depth++
    const evaluation = evaluate(parameters)
    this.#depth--
    return { parameters, values: new Map([...(evaluation?.results ?? [])].filter(([, value]) => (value.detected || !isAsked) && value.words.length > 0)) }
  }

  /** What function `index` returns when it is called with `registers`. */
  of(index: number, size: number, registers: readonly (Value | undefined)[], evaluate: Ask): ReadonlyMap<number, Value> | undefined {
    const isAsked = this.#asked.has(index)
    if (isAsked ? this.#depth >= DEPTH : this.#depth === 0 || this.#depth >= HELPER_DEPTH || size > HELPER_SIZE) return undefined
    const parameters = new Map<number, Value>()
    for (const register of argumentRegisters) {
      const value = registers[register]
      if (value?.base === plain && value.partial !== true && value.hull !== true) parameters.set(register, value)
    }
    if (parameters.size === 0) return undefined
    let key = ''
    for (const [register, { words }] of parameters) key += ` ${register}=${words.join()}`
    let answers = this.#answers.get(index)
    if (answers === undefined) this.#answers.set(index, (answers = new Map()))
    let known = answers.get(key)
    if (known === undefined && answers.size < KEPT) {
      known = this.#ask(parameters, isAsked, evaluate)
      answers.set(key, known)
    }
    return known === undefined || known.values.size === 0 ? undefined : known.values
  }
}
