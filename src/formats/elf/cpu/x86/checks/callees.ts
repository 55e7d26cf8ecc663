import { Access } from '../../program/sweep.ts'
import { featureTable, number, relative, type Value } from '../../program/value.ts'
import { isDetectorFunction, isDetectorTableFunction } from '../code/detectors.ts'
import { readsEnvironment } from '../code/environment.ts'
import { neverReturns } from '../code/endings.ts'
import type { FunctionCode } from '../code/function-code.ts'
import { changedRegisters, EVERY_REGISTER, mentionedRegisters } from '../code/mentioned-registers.ts'
import type { Program } from '../code/program.ts'

/** Functions beyond that size leave no register alone. */
const LEAF_SIZE = 500

/** What functions do for those that call them, whatever these pass. */
export class Callees {
  readonly #program: Program
  readonly #dead: ReadonlySet<number>
  /** By function: registers, or -1 where that was not looked at. */
  readonly #changed: Int32Array
  readonly #written: Int32Array
  readonly #constants = new Map<number, ReadonlyMap<number, Value> | undefined>()
  readonly #imports = new Map<string, ReadonlyMap<number, Value> | 'never' | undefined>()

  /** @param dead functions that never return on this CPU, as far as is known by now */
  constructor(program: Program, dead: ReadonlySet<number>) {
    this.#program = program
    this.#dead = dead
    this.#changed = new Int32Array(program.graph.starts.length).fill(-1)
    this.#written = this.#changed.slice()
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

  /** Symbol of function `index`, where it has one. */
  nameOf(index: number): string | undefined {
    const { starts, names } = this.#program.graph
    return names.size === 0 ? undefined : names.get(starts[index]!)
  }

  /** Can a call of function `index` return? */
  comesBack(index: number): boolean {
    if (this.#dead.has(index) || this.#program.endings.endsProgram(index)) return false
    const name = this.nameOf(index)
    return name === undefined || !neverReturns.has(name)
  }

  /** General registers that function `index` names, a bit for each: it may change them. */
  changes(index: number): number {
    return this.#registers(index, this.#changed, mentionedRegisters)
  }

  /** Of those, the ones that it may write. */
  writes(index: number): number {
    return this.#registers(index, this.#written, changedRegisters)
  }

  #registers(index: number, all: Int32Array, registersOf: typeof mentionedRegisters): number {
    let known = all[index]!
    if (known < 0) {
      all[index] = EVERY_REGISTER // where it calls itself
      const target = this.#program.functions.get(index)
      const { graph, decoder } = this.#program
      const calledAt = (address: number): number => {
        const callee = graph.functionAt(address)
        return callee === undefined ? EVERY_REGISTER : this.#registers(callee, all, registersOf)
      }
      const isSmall = target !== undefined && target.to - target.from <= LEAF_SIZE
      known = isSmall ? registersOf(decoder, target.code, target.from, target.to, (to) => calledAt(to + target.base)) : EVERY_REGISTER
      all[index] = known
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
