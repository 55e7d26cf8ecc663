import type { MemoryImage } from './memory-image.ts'

/** Closure types of GHC's run time (rts/storage/ClosureTypes.h). */
const FUN = 8 // before: constructors
const FUN_STATIC = 14
const LAST_TYPE = 70
/** Kinds of arguments (rts/storage/FunTypes.h); the first of them: described elsewhere. */
const MOST_KINDS = 64
const ARG_GEN = 0
const MOST_ARGUMENTS = 255

const WORD = 8
/** Bytes of `layout`, `type` and `srt`, which every table ends with. */
const LEAST = 2 * WORD
const MOST = 5 * WORD

/** Pointers to code in data from which on it can be told what they point to, and the share of them behind such a table. */
const LEAST_POINTERS = 500
const LEAST_SHARE = 0.3

/**
 * Info tables of GHC, which has one right before the code of each closure, and of each place that a call returns to ("tables next to
 * code", rts/storage/InfoTables.h). As instructions they would be anything.
 */
export class InfoTables {
  /** The code behind each, by the address of its first byte. */
  readonly found: Map<number, number> = new Map()
  readonly #image: MemoryImage

  private constructor(image: MemoryImage) {
    this.#image = image
  }

  /** Those before what data points to, where that is GHC's. */
  static of(image: MemoryImage): InfoTables | undefined {
    const { targets } = image.codePointers
    if (targets.length < LEAST_POINTERS) return undefined
    const tables = new InfoTables(image)
    let behind = 0
    for (let pointer = 0; pointer < targets.length; pointer++) {
      const code = targets[pointer]!
      const start = tables.#before(code)
      if (start === undefined) continue
      behind++
      tables.found.set(start, code)
    }
    return behind < LEAST_SHARE * targets.length ? undefined : tables
  }

  /**
   * The code behind a table that begins at `address`, or at the next word, where code before it has come to its end. Return addresses
   * are taken by code that may itself lie behind a table that nobody knows.
   * @param limit where something else begins
   */
  after(address: number, limit: number): number | undefined {
    const first = Math.ceil(address / WORD) * WORD
    if (first > address && !this.#isPadding(address)) return undefined
    for (let code = first + MOST; code >= first + LEAST; code -= WORD) {
      const start = code > limit ? undefined : this.#before(code)
      if (start !== first && start !== first + WORD) continue
      this.found.set(start, code)
      return code
    }
    return undefined
  }

  /** Where the table begins that may lie before the code at `address`. */
  #before(address: number): number | undefined {
    const at = address % WORD === 0 ? this.#offsetOf(address) : undefined
    if (at === undefined) return undefined
    const { view } = this.#image
    const type = view.getUint32(at - WORD, true)
    if (type === 0 || type > LAST_TYPE) return undefined
    if (type > FUN_STATIC) return address - LEAST
    const low = view.getUint32(at - LEAST - WORD, true)
    const high = view.getUint32(at - LEAST - WORD / 2, true)
    // of constructors an offset, of four bytes, of their name; of functions what kind and how many arguments
    if (type < FUN ? high !== 0 : low > MOST_KINDS || high > MOST_ARGUMENTS) return undefined
    return type >= FUN && low === ARG_GEN ? address - MOST : address - LEAST - WORD
  }

  #isPadding(address: number): boolean {
    const { bytes } = this.#image.file
    const at = this.#offsetOf(address) ?? 0
    return bytes[at] === 0x90 || bytes[at] === 0x66 || bytes[at] === 0 || (bytes[at] === 0x0f && bytes[at + 1] === 0x1f)
  }

  /** Where the file has the code at `address`, and a whole table before it. */
  #offsetOf(address: number): number | undefined {
    const range = this.#image.code.find((candidate) => address >= candidate.address + MOST && address < candidate.address + candidate.size)
    return range === undefined ? undefined : range.offset + address - range.address
  }
}
