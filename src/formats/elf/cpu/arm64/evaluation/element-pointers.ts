import { Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { destination } from '../../../../../isa/arm64/operands.ts'

/** MRS Xt, TPIDR_EL0 (Arm ARM D24.2.154), without the register. */
const READ_THREAD_POINTER = 0xd53b_d040
/** ADD (immediate) of 64 bits (C6.2.5), of any shift. */
const ADD_IMMEDIATE = 0x9100_0000
/** Instructions before a use within which a register was set. */
const WINDOW = 16

/** Pointers of which it is known what they point into, though not where in there: an element of an array, what is a thread's own. */
export class ElementPointers {
  readonly #words: Int32Array
  readonly #base: number
  /** By register: the instruction that added something unknown to the address of something. */
  readonly #made = new Map<number, { readonly at: number; readonly array: number }>()

  /** @param words the code, of which the first lies at `base` */
  constructor(words: Int32Array, base: number) {
    this.#words = words
    this.#base = base
  }

  /** The instruction at `at` adds something unknown to `array`. */
  note(register: number, at: number, array: number): void {
    this.#made.set(register, { at, array })
  }

  /** Where that begins into which `register` points at `at`, as was computed just before. */
  arrayOf(register: number, at: number): number | undefined {
    const made = this.#made.get(register)
    return made !== undefined && this.#setBefore(register, at) === made.at ? made.array : undefined
  }

  /** Does `register` hold the thread pointer at `at`, or a place at some distance from it? What lies there is no variable of the file. */
  isOfThread(register: number, at: number): boolean {
    let holder = register
    for (let set = this.#setBefore(holder, at); set !== undefined; set = this.#setBefore(holder, set)) {
      const word = this.#words[(set - this.#base) / 4]!
      if ((word & ~31) >>> 0 === READ_THREAD_POINTER) return true
      if ((word & 0xff80_0000) >>> 0 !== ADD_IMMEDIATE) return false
      holder = (word >>> 5) & 31
    }
    return false
  }

  /** The instruction shortly before `at` that sets `register`, if nothing lies between but what runs into it. */
  #setBefore(register: number, at: number): number | undefined {
    const index = (at - this.#base) / 4
    for (let before = index - 1; before >= 0 && before >= index - WINDOW; before--) {
      const word = this.#words[before]!
      if (flowOf(word) !== Flow.next) return undefined
      if (destination(word) === register) return this.#base + before * 4
    }
    return undefined
  }
}
