import { Access } from '../../program/sweep.ts'
import { anything, featureTable, number, relative, type Value } from '../../program/value.ts'
import { isDetectorFunction, isDetectorTableFunction } from '../code/detectors.ts'
import { readsEnvironment } from '../code/environment.ts'
import { type Endings, neverReturns } from '../code/endings.ts'
import type { Evaluation, Origins, Surroundings } from '../evaluation/evaluation.ts'
import { EVERY_REGISTER, FunctionSurroundings } from './function-surroundings.ts'
import type { FlagsOfObjects } from '../evaluation/flags-of-objects.ts'
import type { HandedOutKernels } from './handed-out-kernels.ts'
import type { FunctionCode } from '../code/function-code.ts'
import { mentionedRegisters } from '../code/mentioned-registers.ts'
import type { Program } from '../code/program.ts'
import type { Settled } from './variables.ts'

/** Functions beyond that size leave no register alone. */
const LEAF_SIZE = 500

/** What the search has found out so far. */
export interface Known extends Pick<Surroundings, 'model' | 'initially'> {
  /** What function `reader` finds in memory. */
  load(at: number, size: number, reader: number): Value | undefined
  /** What the function that begins at `reader` finds at `offset` of some object. */
  loadField(offset: number, size: number, reader: number): Value | undefined
  readonly evaluations: ReadonlyMap<number, Evaluation>
  readonly results: Pick<ReadonlyMap<number, { readonly values: ReadonlyMap<number, Value> }>, 'get'>
  /** What function `index` returns when it is called with `registers`, where that is more than what it always returns. */
  answer(index: number, registers: readonly (Value | undefined)[]): ReadonlyMap<number, Value> | undefined
  readonly flags: FlagsOfObjects
  readonly kernels: HandedOutKernels
  /** Functions that never return on this CPU. */
  readonly dead: ReadonlySet<number>
  readonly endings: Endings
}

/** What a function that is evaluated is told of those that it calls, and of memory. */
export class Callees {
  readonly #program: Program
  readonly #known: Known
  readonly #changed = new Map<number, number>()
  readonly #constants = new Map<number, ReadonlyMap<number, Value> | undefined>()
  readonly #imports = new Map<string, ReadonlyMap<number, Value> | 'never' | undefined>()

  constructor(program: Program, known: Known) {
    this.#program = program
    this.#known = known
  }

  /** `otherwise`: what memory holds where nothing else is known of it. */
  of(index: number, origins?: Origins, otherwise?: Surroundings['load']): Surroundings {
    return new FunctionSurroundings(this.#program, this.#known, this, index, origins, otherwise)
  }

  /** The same where variables hold what `load` says, and nothing else counts that may be one of several numbers. */
  settled(index: number, origins: Origins, load: Surroundings['load'], others: Settled): Surroundings {
    const { results, answer } = this.#known
    const known: Known = {
      ...this.#known,
      load,
      loadField: () => undefined,
      results: {
        get: (callee) => {
          const usual = results.get(callee)?.values
          const isOpen = usual !== undefined && [...usual.values()].some((value) => value.detected && (value.words.length > 2 || value.partial === true))
          return { values: withoutChoices((isOpen ? others.evaluation(callee)?.results : undefined) ?? usual) }
        },
      },
      answer: (callee, registers) => {
        const values = answer(callee, registers)
        return values === undefined ? undefined : withoutChoices(values)
      },
    }
    return new FunctionSurroundings(this.#program, known, this, index, origins, undefined)
  }

  /** What another file's function returns. */
  returnedBy(name: string): ReadonlyMap<number, Value> | 'never' | undefined {
    if (!this.#imports.has(name)) this.#imports.set(name, returnedByImport(name))
    return this.#imports.get(name)
  }

  /** What a function returns that does nothing else: a stub of something that was not compiled in. */
  constant(index: number): ReadonlyMap<number, Value> | undefined {
    if (!this.#constants.has(index)) {
      const target = this.#program.functions.get(index)
      this.#constants.set(index, target === undefined ? undefined : constantResult(target))
    }
    return this.#constants.get(index)
  }

  /** Can a call of function `index` return? */
  comesBack(index: number): boolean {
    const { graph } = this.#program
    if (this.#known.dead.has(index) || this.#known.endings.endsProgram(index)) return false
    return !neverReturns.has(graph.names.get(graph.starts[index]!) ?? '')
  }

  /** General registers that function `index` may change, a bit for each. */
  changes(index: number): number {
    let known = this.#changed.get(index)
    if (known === undefined) {
      this.#changed.set(index, EVERY_REGISTER) // where it calls itself
      const target = this.#program.functions.get(index)
      const { graph, decoder } = this.#program
      const calledAt = (address: number): number => {
        const callee = graph.functionAt(address)
        return callee === undefined ? EVERY_REGISTER : this.changes(callee)
      }
      const isSmall = target !== undefined && target.to - target.from <= LEAF_SIZE
      known = isSmall ? mentionedRegisters(decoder, target.code, target.from, target.to, (to) => calledAt(to + target.base)) : EVERY_REGISTER
      this.#changed.set(index, known)
    }
    return known
  }

  /** Does function `index` itself store to the variable at `address`? */
  stores(index: number, address: number): boolean {
    const { graph, sweep } = this.#program
    const accessTo = sweep.accessTo.values()
    const accessKind = sweep.accessKind.values()
    for (let access = graph.firstAccess[index]!; access < graph.firstAccess[index + 1]!; access++) {
      if (accessKind[access] === Access.store && accessTo[access] === address) return true
    }
    return false
  }
}

const noValues: ReadonlyMap<number, Value> = new Map()

/** Which of several numbers a check found out is not known: one of them may be what was there before it. */
export function withoutChoices(values: ReadonlyMap<number, Value> = noValues): ReadonlyMap<number, Value> {
  const known = new Map<number, Value>()
  for (const [register, value] of values) known.set(register, value.detected && value.words.length > 2 ? anything : value)
  return known
}

/** `xor eax, eax; ret` or `mov eax, number; ret`. */
function constantResult({ code, view, start, base }: FunctionCode): ReadonlyMap<number, Value> | undefined {
  let at = start - base
  if (code[at] === 0xf3 && code[at + 1] === 0x0f && code[at + 2] === 0x1e && code[at + 3] === 0xfa) at += 4 // ENDBR64
  const isZero = code[at] === 0x31 && code[at + 1] === 0xc0
  if (!isZero && code[at] !== 0xb8) return undefined
  const next = at + (isZero ? 2 : 5)
  const returns = code[next] === 0xc3 || (code[next] === 0xf3 && code[next + 1] === 0xc3)
  return returns ? new Map([[0, number(isZero ? 0 : view.getInt32(at + 1, true))]]) : undefined
}

function returnedByImport(name: string): ReadonlyMap<number, Value> | 'never' | undefined {
  if (neverReturns.has(name)) return 'never'
  // an environment variable that overrides a check is not for us to judge: nobody sets it
  if (readsEnvironment.test(name)) return new Map([[0, number(0)]])
  if (isDetectorTableFunction(name)) return new Map([[0, relative(featureTable, 0)]])
  return isDetectorFunction(name) ? new Map([[0, number(0, 0, true)]]) : undefined
}
