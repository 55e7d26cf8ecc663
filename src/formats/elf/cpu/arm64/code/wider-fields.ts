import { pageAddress } from '../../../../../isa/arm64/control-flow.ts'
import type { MemoryAccess } from '../../../../../isa/arm64/operands.ts'
import { registersChanged } from './register-use.ts'
import type { Window } from './structure-users.ts'

/** Words before a store in which an address was put together. */
const BEFORE = 16

/**
 * Where a small field of one structure lies, another may have a larger one: beside the flag of aws-lc's keys at 280, of one byte, its
 * random numbers are counted in eight. What is stored in the larger size, where two functions use it so, is the other structure's, if
 * whoever stores it has nothing to do with the small field; and so is the address of something.
 */
export class WiderFields {
  readonly #offset: number
  readonly #size: number
  /** Functions that load the larger field, by its size. */
  readonly #readers = new Map<number, Set<number>>()
  /** Functions that store to it. */
  readonly #writers = new Map<number, Set<number>>()
  /** Sizes of stores, by address. */
  readonly #stores = new Map<number, number>()
  readonly #addresses = new Set<number>()
  readonly #usersOfSmall = new Set<number>()

  constructor(offset: number, size: number) {
    this.#offset = offset
    this.#size = size
  }

  /** An access by function `index` that touches the field. */
  note({ load, offset, size, register, second }: MemoryAccess, at: number, index: number, window: Window): void {
    const isSecond = second >= 0 && offset + size === this.#offset
    const isWider = size > this.#size && (offset === this.#offset || isSecond) && register >= 0
    if (isWider && !load && size === 8 && isAddress(window, (at - window.base) / 4, isSecond ? second : register)) this.#addresses.add(at)
    else if (!isWider) this.#usersOfSmall.add(index)
    else if (load) add(this.#readers, size, index)
    else {
      this.#stores.set(at, size)
      add(this.#writers, size, index)
    }
  }

  /** Is the store at `at`, of function `index`, one to another structure? */
  isOfAnother(at: number, index: number): boolean {
    if (this.#addresses.has(at)) return true
    const size = this.#stores.get(at) ?? 0
    const readers = this.#readers.get(size)
    if (readers === undefined || this.#usersOfSmall.has(index)) return false
    // who counts in it reads it, too
    const writers = this.#writers.get(size)!
    return [...readers].some((reader) => reader !== index) || (readers.has(index) && writers.size > 1)
  }
}

/** Does a register hold an address in the file (ADR, ADRP and ADD) at the word at `index`, told from the instructions in a row? */
function isAddress({ words, from }: Window, index: number, register: number): boolean {
  for (let at = index - 1; at >= Math.max(from, index - BEFORE); at--) {
    const word = words[at]!
    if (((registersChanged(word) >>> register) & 1) === 0) continue
    if (pageAddress(word, at * 4) !== undefined) return true
    // ADD Xd, Xd, #amount
    if ((word & 0xff80_0000) >>> 0 !== 0x9100_0000 || ((word >>> 5) & 31) !== register) return false
  }
  return false
}

function add(functions: Map<number, Set<number>>, size: number, index: number): void {
  const known = functions.get(size)
  if (known === undefined) functions.set(size, new Set([index]))
  else known.add(index)
}
