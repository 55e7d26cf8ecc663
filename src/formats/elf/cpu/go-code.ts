import type { GoFunction } from '../../../bytes/go-function-table.ts'
import type { ElfFile } from '../read/elf-file.ts'
import { readGoFunctions } from '../read/pclntab.ts'
import { isGoStandardLibrary } from './program/languages.ts'

/** Where the code of Go is in a file whose control flow is not followed. */
export class GoCode {
  /** What may keep its instructions from running. */
  static readonly check = 'Go\'s own packages ask for what they use'

  readonly #functions: readonly GoFunction[]
  /** Asked for one address after the other. */
  #last = 0

  private constructor(functions: readonly GoFunction[]) {
    this.#functions = functions
  }

  /** Undefined for other languages. */
  static of(file: ElfFile): GoCode | undefined {
    const functions = readGoFunctions(file)?.functions ?? []
    return functions.length === 0 ? undefined : new GoCode(functions)
  }

  /** Was the code at `address` made by Go's compiler or assembler, and not by C's? */
  has(address: number): boolean {
    const last = this.#functions.at(-1)!
    return address >= this.#functions[0]!.address && address < last.address + last.size
  }

  /** Go's own packages check for what the program's level (GO386, GOARM, GORISCV64) does not grant. */
  isChecked(address: number): boolean {
    const name = this.#functionAt(address)?.name
    return name !== undefined && isGoStandardLibrary(name)
  }

  #functionAt(address: number): GoFunction | undefined {
    const functions = this.#functions
    const begins = (index: number): number => functions[index]?.address ?? Infinity
    if (begins(this.#last) <= address && address < begins(this.#last + 1)) return functions[this.#last]
    let low = 0
    let high = functions.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (functions[middle]!.address <= address) low = middle + 1
      else high = middle
    }
    if (low === 0) return undefined
    this.#last = low - 1
    return functions[this.#last]
  }
}
