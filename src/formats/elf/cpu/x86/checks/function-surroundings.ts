import type { Calls } from '../code/call-sites.ts'
import type { Callees } from './callees.ts'
import { readsEnvironment } from '../code/environment.ts'
import type { Known } from './known.ts'
import { comparedTexts } from './compared-texts.ts'
import { shiftedByLibgcc } from './shifts-of-libgcc.ts'
import type { Evaluation, Origins, ParameterStore, PlaceBehindParameter, ReturnedPointer, Surroundings } from '../evaluation/evaluation.ts'
import { EVERY_REGISTER } from '../code/mentioned-registers.ts'
import { mayHaveArgumentIn } from '../code/parameter-counts.ts'
import type { Program } from '../code/program.ts'
import { number, type Value } from '../../program/value.ts'

const none: readonly never[] = []
const nothing: ReadonlyMap<number, Value> = new Map([[0, number(0, 0, true)]])

function isMemset(name: string | undefined): boolean {
  return name === 'memset' || name === '__memset_chk'
}

function isMemcpy(name: string | undefined): boolean {
  return name !== undefined && /^(?:__)?(?:memcpy|memmove|mempcpy)(?:_chk)?$/.test(name)
}

/** What one function is told: a class, so that what asks meets one shape, however many functions are evaluated. */
export class FunctionSurroundings implements Surroundings {
  readonly origins: Origins | undefined
  readonly model: Surroundings['model']
  readonly contested: Surroundings['contested']
  readonly jumpTables: Surroundings['jumpTables']
  readonly #program: Program
  readonly #known: Known
  readonly #callees: Callees
  readonly #index: number
  readonly #start: number
  readonly #otherwise: Surroundings['load'] | undefined
  readonly #called: Calls['callees']
  readonly #imported: Calls['imported']
  #asked = -1
  #callee: number | undefined

  /** @param otherwise what memory holds where nothing else is known of it */
  constructor(program: Program, known: Known, callees: Callees, index: number, origins: Origins | undefined, otherwise: Surroundings['load'] | undefined) {
    this.origins = origins
    this.model = known.model
    this.contested = known.contested
    this.jumpTables = program.jumpTables
    this.#program = program
    this.#known = known
    this.#callees = callees
    this.#index = index
    this.#start = program.graph.starts[index]!
    this.#otherwise = otherwise
    const { callees: called, imported } = program.calls.of(index)
    this.#called = called
    this.#imported = imported
  }

  /** Function that is called at `at`: of one call a dozen things are asked, one after another. */
  #calleeAt(at: number): number | undefined {
    if (at !== this.#asked) {
      this.#asked = at
      this.#callee = this.#called.get(at)
    }
    return this.#callee
  }

  load(at: number, size: number): Value | undefined {
    return this.#known.load(at, size, this.#index) ?? this.#otherwise?.(at, size)
  }

  loadField(offset: number, size: number): Value | undefined {
    return this.#known.loadField(offset, size, this.#start)
  }

  returned(at: number, registers: readonly (Value | undefined)[], through?: number): ReadonlyMap<number, Value> | 'never' | undefined {
    const target = this.#calleeAt(at) ?? (through === undefined ? undefined : this.#program.graph.functionAt(through))
    if (target !== undefined) return this.#callees.comesBack(target) ? (this.#known.answer(target, registers) ?? (through === undefined ? undefined : this.#known.answerOfOther?.(target, registers)) ?? this.#foundBy(target) ?? this.#told(target) ?? this.#callees.constant(target) ?? this.#known.numbers(this.#index, target)) : 'never'
    const name = this.#imported.get(at)
    if (name === undefined || (this.origins?.environment === true && readsEnvironment.test(name))) return undefined
    return this.#callees.returnedBy(name) ?? comparedTexts(this.#program.image, name, registers) ?? shiftedByLibgcc(name, registers)
  }

  /**
   * What a function returns that looks at checks. What `sysconf` of a C library that is linked in asks CPUID for is the size of caches, and
   * nothing that a program chooses by.
   */
  #foundBy(target: number): ReadonlyMap<number, Value> | undefined {
    const { isOfRuntimeLibrary } = this.#program
    return isOfRuntimeLibrary(target) && !isOfRuntimeLibrary(this.#index) ? undefined : this.#known.results.get(target)?.values
  }

  /** What a function whose name says that it tells what the CPU can do returns, where it could not be followed. */
  #told(target: number): ReadonlyMap<number, Value> | undefined {
    return this.#program.detectors.told.has(target) ? nothing : undefined
  }

  /** What is known of the function called at `at`. */
  #evaluationOf(at: number): Evaluation | undefined {
    const target = this.#calleeAt(at)
    return target === undefined ? undefined : this.#known.evaluations.get(target)
  }

  returnedPointer(at: number): ReturnedPointer | undefined {
    return this.#evaluationOf(at)?.returnedPointer
  }

  toldTo(at: number): readonly ParameterStore[] {
    return this.#evaluationOf(at)?.told ?? none
  }

  writesOf(at: number, registers: readonly (Value | undefined)[]): readonly ParameterStore[] {
    const target = this.#calleeAt(at)
    return this.#writtenAt(at, registers)?.writes ?? (target === undefined ? undefined : this.#known.stores(target)) ?? none
  }

  withheldBy(at: number, registers: readonly (Value | undefined)[]): readonly PlaceBehindParameter[] {
    return this.#writtenAt(at, registers)?.withheld ?? this.#evaluationOf(at)?.withheld ?? none
  }

  /**
   * What the function called at `at` with `registers` writes, where it writes nothing when nobody knows what it is asked. Where it does, all that it may
   * write counts: by one answer a family of CPUs would be known, and that says nothing about features (GMP's `cpuvec`).
   */
  #writtenAt(at: number, registers: readonly (Value | undefined)[]): ReturnType<Known['written']> {
    const target = this.#calleeAt(at)
    return target === undefined || (this.#evaluationOf(at)?.parameterStores.length ?? 0) > 0 ? undefined : this.#known.written(target, registers)
  }

  fills(at: number): boolean {
    return isMemset(this.#nameAt(at))
  }

  copies(at: number): boolean {
    return isMemcpy(this.#nameAt(at))
  }

  #nameAt(at: number): string | undefined {
    const target = this.#calleeAt(at)
    return target === undefined ? this.#imported.get(at) : this.#callees.nameOf(target)
  }

  isOfAnotherFile(at: number): boolean {
    return this.#imported.has(at)
  }

  initially(at: number, size: number): Value | undefined {
    return this.#known.initially(at, size)
  }

  changedBy(at: number): number {
    const target = this.#calleeAt(at)
    return target === undefined ? EVERY_REGISTER : this.#callees.changes(target)
  }

  writtenBy(at: number): number {
    const target = this.#calleeAt(at)
    return target === undefined ? EVERY_REGISTER : this.#callees.writes(target)
  }

  readsArgument(at: number, register: number, through?: number): boolean {
    const target = this.#calleeAt(at) ?? (through === undefined ? undefined : this.#program.graph.functionAt(through))
    if (target !== undefined) return this.#program.argumentsRead.reads(target, register)
    const name = this.#imported.get(at)
    return name === undefined || mayHaveArgumentIn(name, register)
  }

  storedByCallee(at: number, address: number): Value | undefined {
    return this.#evaluationOf(at)?.globalStores.find((store) => store.address === address)?.value
  }

  calleeStores(at: number, address: number): boolean {
    const target = this.#calleeAt(at)
    return target !== undefined && this.#callees.stores(target, address)
  }

  isFunction(at: number): boolean {
    return this.#program.graph.functionAt(at) !== undefined
  }

  isPointerTarget(at: number): boolean {
    const { graph, image } = this.#program
    return image.inCode(at) ? graph.functionAt(at) !== undefined : image.dataAt(at) !== undefined
  }

  tableAt(at: number): readonly number[] {
    return this.#program.image.dataAt(at)?.constant === true ? this.#program.pointed.tableAt(at) : none
  }

  setsFlagElsewhere(offset: number, bits: number): boolean {
    return this.#known.flags.areSetElsewhere(this.#index, offset, bits)
  }

  isKernel(address: number): boolean {
    return this.#known.kernels.isKernel(address)
  }

  isNeverHandedOut(address: number): boolean {
    return this.#known.kernels.isNeverHandedOut(address, this.#index)
  }

  isMiddle(at: number): boolean {
    const { graph, image } = this.#program
    return image.inCode(at) && graph.functionAt(at) === undefined
  }

  landingPad(at: number): number | undefined {
    return this.#program.landingPads.of(at)
  }

  throughStub(at: number): number {
    return this.#program.stubs.get(at)?.address ?? at
  }
}
