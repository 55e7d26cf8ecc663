import { number, plain, relative, singleAddress, truncated, untouched, type Value } from '../../program/value.ts'
import type { VariableAccesses } from '../code/variable-accesses.ts'
import { AT_HWCAP, AT_HWCAP2, isAuxiliaryFunction, isDetectorFunction } from '../code/detectors.ts'
import { isEndingName } from '../code/no-return.ts'
import type { Program } from '../code/program.ts'
import { Base, type CallOutcome, type ParameterStore } from '../evaluation/evaluation.ts'
import type { HwcapModel } from '../evaluation/hwcap-model.ts'
import type { AllocatedObjects } from './objects.ts'
import type { Variables } from './variables.ts'

const allocators = /^(?:(?:__libc_|__)?(?:malloc|calloc)|_Znwm|_Znam|aligned_alloc|memalign)$/

/** Where the dynamic loader of glibc keeps what it found out about the CPU. */
const loaderFeatures = '_rtld_global_ro'

/** Functions that write what they are given the address of: of the bytes of a number, or of what stands elsewhere. */
const fillers = /^(?:__)?(memset|memcpy|memmove)(?:_chk)?$/

/** Functions that read the number in a text: of an environment variable, of an argument. */
const numbersOfTexts = /^(?:__isoc23_)?(?:strtou?(?:l|ll|imax)|strtou?q|atoi|atol|atoll)$/

/** Functions that say whether and how a check is overridden. */
const environment = /^(?:secure_)?getenv$/

/** What they may write to. */
interface Memory {
  readonly variables: Variables
  readonly accesses: VariableAccesses
  readonly objects: AllocatedObjects
}

/** What functions of other files do, by name: those that say what the CPU has, that allocate, that fill memory. */
export class ImportedFunctions {
  readonly #program: Program
  readonly #model: HwcapModel
  readonly #memory: Memory
  readonly #names: string[] = []

  constructor(program: Program, model: HwcapModel, memory: Memory) {
    this.#program = program
    this.#model = model
    this.#memory = memory
  }

  nameOf(index: number): string {
    return this.#names[index] ?? ''
  }

  /** A function of another file. */
  pointerTo(name: string): Value {
    if (name === loaderFeatures) return relative(Base.loaderFeatures, 0)
    let index = this.#names.indexOf(name)
    if (index < 0) index = this.#names.push(name) - 1
    return relative(Base.imported, index)
  }

  /** What `getauxval` says. */
  auxiliaryValue(tag: Value | undefined): CallOutcome | undefined {
    const asked = singleAddress(tag)
    const value = asked === AT_HWCAP ? this.#model.hwcap : asked === AT_HWCAP2 ? this.#model.hwcap2 : undefined
    return value === undefined ? undefined : { results: new Map([[0, number(value[0], value[1], true)]]) }
  }

  call(at: number, name: string, registers: readonly (Value | undefined)[]): CallOutcome | undefined {
    if (isEndingName(name)) return { never: true }
    if (isAuxiliaryFunction(name)) return { ...this.auxiliaryValue(registers[0]), isPure: true }
    if (environment.test(name)) return { isPure: true }
    if (numbersOfTexts.test(name)) return { results: new Map([[0, untouched]]) }
    if (isDetectorFunction(name)) return this.#model.features.size === 0 ? { results: new Map([[0, number(0, 0, true)]]) } : undefined
    if (name === 'dlsym') {
      const asked = singleAddress(registers[1])
      return asked !== undefined && this.#textAt(asked) === 'getauxval' ? { results: new Map([[0, this.pointerTo('getauxval')]]) } : undefined
    }
    const filler = fillers.exec(name)
    // they return what they are given (C17 7.24), and compilers go on with that
    if (filler !== null) return { writes: this.#filled(filler[1]!, registers), ...(registers[0] === undefined ? {} : { results: new Map([[0, registers[0]]]) }) }
    if (!allocators.test(name)) return undefined
    return { results: new Map([[0, this.#memory.objects.allocatedAt(at, name.endsWith('calloc'))]]) }
  }

  /** What `memset` and its relatives leave in variables that a check stores to as well. */
  #filled(name: string, [to, from, length]: readonly (Value | undefined)[]): ParameterStore[] {
    const { variables, accesses } = this.#memory
    const start = singleAddress(to)
    if (start === undefined || this.#program.image.dataAt(start)?.writable !== true) return []
    const size = singleAddress(length)
    const source = singleAddress(from)
    const writes: ParameterStore[] = []
    for (const variable of variables.within(start, size === undefined ? accesses.endOf(start) : start + size)) {
      const value = name === 'memset' ? repeated(from, variable.size) : source === undefined ? undefined : variables.load(source + variable.address - start, variable.size)
      // what is not known is no more than an override
      if (value !== undefined) writes.push({ base: plain, offset: variable.address, size: variable.size, value })
    }
    return writes
  }

  #textAt(at: number): string | undefined {
    const { image } = this.#program
    const range = image.dataAt(at)
    if (range?.offset === undefined) return undefined
    const from = range.offset + at - range.address
    return Buffer.from(image.file.bytes.subarray(from, from + 10)).toString('latin1').split('\0')[0]
  }
}

export function isAllocator(name: string): boolean {
  return allocators.test(name)
}

/** A number of `size` bytes that are all the same. */
function repeated(byte: Value | undefined, size: number): Value | undefined {
  const value = byte?.base === plain && byte.words.length === 2 && byte.partial !== true ? (byte.words[0]! & 0xff) * 0x0101_0101 : undefined
  if (value === undefined) return undefined
  return size === 8 ? number(value, value) : truncated(number(value), size)
}
