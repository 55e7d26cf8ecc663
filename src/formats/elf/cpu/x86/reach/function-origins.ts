import { comparesTexts, searchesTexts } from '../checks/compared-texts.ts'
import { isDetectorFunction, isDetectorTableFunction } from '../code/detectors.ts'
import type { Calls } from '../code/call-sites.ts'
import { importCalledThroughRegister } from '../code/calls-of-imports.ts'
import type { Program } from '../code/program.ts'
import type { Evaluation, FileLeaks, Origins } from '../evaluation/evaluation.ts'
import { allocator, type MadeObjects } from '../evaluation/made-objects.ts'
import { clean } from '../../program/value.ts'
import type { LeakingVariables } from './leaking-variables.ts'

/** What functions are traced under. */
export interface Assumption {
  readonly handlers: boolean
  /** May fields hold what CPUID says where another number is stored in some object? */
  readonly ambiguousFields: boolean
  /** Is what calls return a check only where what is called is near one? */
  readonly nearOnly?: boolean
  /** See `Origins`. */
  readonly settled?: boolean
  /** See `Origins`. */
  readonly environment?: boolean
}

export const usually: Assumption = { handlers: false, ambiguousFields: true }
export const settled: Assumption = { handlers: false, ambiguousFields: true, nearOnly: true, settled: true }

/** What is known of the rest of the program; `Near`: taking what is far from all checks to be none. */
export interface RestOfProgram {
  readonly variables: LeakingVariables
  /** Undefined where it cannot be told. */
  trace(index: number): Evaluation | undefined
  /** May the argument that function `index` gets in `register` hold what CPUID says? */
  argumentMayLeak(index: number, register: number): boolean
  argumentMayLeakNear(index: number, register: number): boolean
  /** The same where fields that hold something else in some objects do not count. */
  argumentMayLeakUnambiguously(index: number, register: number): boolean
  resultMayLeakNear(callee: number): boolean
  /** May the variable at `address`, which function `index` reads? */
  variableMayLeakNear(index: number, address: number): boolean
}

/** What is known of what one function works on. */
export class FunctionOrigins implements Origins {
  readonly handlers: boolean
  readonly settled: boolean
  readonly environment: boolean
  /** Was a field read that holds what a check found out in some objects, and another number in others, or an argument, which may come from such? */
  readsAmbiguousFields = false
  readonly #ambiguousFields: boolean
  readonly #nearOnly: boolean
  readonly #program: Program
  readonly #rest: RestOfProgram
  readonly #leaks: FileLeaks
  readonly #index: number
  readonly #isOwn: boolean
  readonly #calls: Calls

  constructor(program: Program, rest: RestOfProgram, leaks: FileLeaks, index: number, { handlers, ambiguousFields, nearOnly, settled: isSettled, environment }: Assumption) {
    this.#nearOnly = nearOnly === true
    this.handlers = handlers
    this.settled = isSettled === true
    this.environment = environment === true
    this.#ambiguousFields = ambiguousFields
    this.#program = program
    this.#rest = rest
    this.#leaks = leaks
    this.#isOwn = !program.isOfRuntimeLibrary(index)
    this.#index = index
    this.#calls = program.calls.of(index)
  }

  fieldLeaks(offset: number | undefined): boolean {
    const { fields, anywhere } = this.#leaks
    if (offset === undefined) return anywhere || fields.size > 0
    if (anywhere || fields.has(offset)) return this.#countsAsCheck(offset)
    // compilers test a bit of a word of flags in the byte that it is in
    const word = offset & ~3
    if (word === offset) return false
    return (fields.has(word) && this.#countsAsCheck(word)) || (fields.has(offset & ~7) && this.#countsAsCheck(offset & ~7))
  }

  #countsAsCheck(offset: number): boolean {
    if (!this.#leaks.ambiguous.has(offset)) return true
    this.readsAmbiguousFields = true
    return this.#ambiguousFields
  }

  /** Who has its address may store to it as to a field, which is not likely to be at the same offset. */
  threadLocalLeaks(offset: number): boolean {
    return this.fieldLeaks(this.#nearOnly ? offset : undefined)
  }

  variableLeaks(address: number): boolean {
    return this.#nearOnly ? this.#rest.variableMayLeakNear(this.#index, address) : this.#rest.variables.mayLeak(address)
  }

  arrayLeaks(address: number): boolean {
    return this.#nearOnly ? this.#rest.variables.isArrayLikely(address) : this.#rest.variables.arrayMayLeak(address)
  }

  elementLeaks(address: number, array: number): boolean {
    return this.variableLeaks(address) && (!this.#nearOnly || this.#leaks.variables.has(address) || this.#rest.variables.isArrayLikely(array))
  }

  walkLeaks(address: number, offset: number): boolean {
    if (!this.fieldLeaks(offset)) return false
    return !this.#nearOnly || this.#rest.variables.isArrayLikely(address) || this.#rest.variables.isStoredTo(address - offset, offset)
  }

  indexedLeaks(offset: number, areNumbers: boolean): boolean {
    return this.#nearOnly && areNumbers ? this.#leaks.anywhere : this.fieldLeaks(this.#nearOnly ? offset : undefined)
  }

  argumentLeaks(register: number): boolean {
    if (this.#nearOnly) return this.#rest.argumentMayLeakNear(this.#index, register)
    if (!this.#rest.argumentMayLeak(this.#index, register)) return false
    this.readsAmbiguousFields = true
    return this.#ambiguousFields || this.#rest.argumentMayLeakUnambiguously(this.#index, register)
  }

  resultLeaks(at: number, isTold: boolean): boolean {
    const name = this.#calls.imported.get(at)
    if (name !== undefined) return (isTold && comparesTexts(name)) || (!this.#nearOnly && this.#leaks.texts && (comparesTexts(name) || searchesTexts(name)))
    const callee = this.#calls.callees.get(at)
    if (this.#nearOnly && this.#isOwn && this.#isCLibrarys(at, callee)) return false
    if (this.#nearOnly && callee === undefined && this.#importedAt(at) !== undefined) return false
    if (this.#nearOnly && callee !== undefined) return this.#rest.resultMayLeakNear(callee)
    const evaluation = callee === undefined ? undefined : this.#rest.trace(callee)
    const result = evaluation?.results.get(0)
    // a number that is none of the check's, put together with what it decided (`(has ? 5 : 1) & mask`)
    return evaluation === undefined || (evaluation.returns && (result === undefined || result.detected || (evaluation.decides && result.base === clean)))
  }

  /** Another file's function that is called. Through a register, only where it is likely, and says nothing about the CPU. */
  #importedAt(at: number): string | undefined {
    const named = this.#calls.imported.get(at)
    if (named !== undefined || !this.#nearOnly || this.#calls.callees.has(at)) return named
    const name = importCalledThroughRegister(this.#program, this.#index, at)
    return name === undefined || isDetectorFunction(name) || isDetectorTableFunction(name) ? undefined : name
  }

  /** Is what is called a function of the C library, or one that it chooses? What that returns is no check of the program's own. */
  #isCLibrarys(at: number, callee: number | undefined): boolean {
    const called = callee ?? this.#calls.resolvers.get(at)
    return called !== undefined && this.#program.isOfRuntimeLibrary(called)
  }

  fillsFromElsewhere(at: number): boolean {
    const imported = this.#importedAt(at)
    if (imported !== undefined) return !isDetectorFunction(imported) && !isDetectorTableFunction(imported)
    const callee = this.#calls.callees.get(at)
    return this.#nearOnly && callee !== undefined && (!this.#rest.resultMayLeakNear(callee) || (this.#isOwn && this.#isCLibrarys(at, callee)))
  }

  allocates(at: number): boolean {
    const { names, starts } = this.#program.graph
    const callee = this.#calls.callees.get(at)
    return allocator.test(this.#calls.imported.get(at) ?? (callee === undefined ? undefined : names.get(starts[callee]!)) ?? '')
  }

  objectsFrom(at: number): MadeObjects | undefined {
    const callee = this.#calls.callees.get(at)
    return callee === undefined ? undefined : this.#rest.trace(callee)?.objects
  }
}
