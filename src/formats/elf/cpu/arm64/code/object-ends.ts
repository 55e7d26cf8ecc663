import type { MemoryImage } from '../../program/memory-image.ts'
import { lastAtMost, NumberList } from '../../program/number-list.ts'
import { Access, type Sweep } from '../../program/sweep.ts'

/** Letters of a text: fewer may be numbers. */
const SHORTEST_TEXT = 4
const ZERO = 0
/** Bytes in a record behind its functions. */
const LARGEST_GAP = 16

/**
 * Where objects in data end: by their size in the symbol table, or where the next one begins. The GOT names those that others
 * may see; in constant data, whatever an instruction or a pointer names begins one. (In other data that may be a lock beside what
 * it locks.) So does a pointer to a function that an instruction loads from its own address, behind a text (`__func__` beside a
 * structure of functions that is copied: GCC reaches both from one anchor, and takes the address of neither).
 */
export class ObjectEnds {
  readonly #starts: Float64Array
  readonly #ends: Float64Array
  /** Where objects begin. */
  readonly #named: Float64Array
  /** Where pointers to functions in constant data are that an instruction loads. */
  readonly #loaded: Float64Array
  readonly #image: MemoryImage

  constructor(image: MemoryImage, sweep: Sweep) {
    this.#image = image
    const objects = image.objects.filter(({ size }) => size > 0).sort((a, b) => a.address - b.address)
    this.#starts = Float64Array.from(objects, ({ address }) => address)
    this.#ends = Float64Array.from(objects, ({ address, size }) => address + size)
    this.#named = namedIn(image, sweep)
    this.#loaded = loadedIn(image, sweep)
  }

  /** The object that `address` lies in goes no further. */
  behind(address: number): number {
    const object = lastAtMost(this.#starts, address)
    if (object >= 0 && this.#ends[object]! > address) return this.#ends[object]!
    const named = this.#named[lastAtMost(this.#named, address) + 1] ?? Infinity
    const loaded = this.#loaded[lastAtMost(this.#loaded, address) + 1] ?? Infinity
    return loaded < named && this.#beginOfTextBefore(loaded) <= address && !this.#isRecord(address, loaded) ? loaded : named
  }

  /** Is this a pointer to a function behind a text, which an instruction loads from there? */
  isBehindText(place: number): boolean {
    return this.#loaded[lastAtMost(this.#loaded, place)] === place && this.#beginOfTextBefore(place) < place
  }

  /** Does another text follow behind the pointers, as far before another pointer? Then these are records that have their names in them. */
  #isRecord(text: number, pointer: number): boolean {
    const { codePointers } = this.#image
    let end = pointer
    while (codePointers.get(end) !== undefined) end += 8
    for (let next = end; next <= end + LARGEST_GAP; next += 8) if (this.#isText(next) && codePointers.get(next + pointer - text) !== undefined) return true
    return false
  }

  #isText(address: number): boolean {
    for (let at = address; at < address + SHORTEST_TEXT; at++) if (!isPrintable(this.#byteAt(at))) return false
    return true
  }

  /** Where the text begins that ends before `place`, with as many zeros behind it as it takes to get there; `place` where there is none. */
  #beginOfTextBefore(place: number): number {
    let end = place
    while (place - end < 8 && this.#byteAt(end - 1) === ZERO) end--
    let begin = end
    while (isPrintable(this.#byteAt(begin - 1))) begin--
    return end < place && end - begin >= SHORTEST_TEXT ? begin : place
  }

  #byteAt(address: number): number {
    const range = this.#image.dataAt(address)
    return range?.offset === undefined ? -1 : this.#image.file.bytes[range.offset + address - range.address]!
  }
}

function isPrintable(byte: number): boolean {
  return byte >= 0x20 && byte < 0x7f
}

function loadedIn(image: MemoryImage, { accessTo, accessKind }: Sweep): Float64Array {
  const loaded = new NumberList()
  const to = accessTo.values()
  const kind = accessKind.values()
  for (let access = 0; access < to.length; access++) {
    if (kind[access] === Access.load && image.dataAt(to[access]!)?.constant === true && image.codePointers.get(to[access]!) !== undefined) loaded.push(to[access]!)
  }
  return loaded.values().slice().sort()
}

function namedIn(image: MemoryImage, { accessTo, accessKind }: Sweep): Float64Array {
  const named = new NumberList()
  const isConstant = (address: number): boolean => address % 8 === 0 && image.dataAt(address)?.constant === true
  for (const [place, { address }] of image.slots) if (address !== undefined && image.dataAt(place)?.separate === true && !image.inCode(address)) named.push(address)
  const to = accessTo.values()
  const kind = accessKind.values()
  for (let access = 0; access < to.length; access++) if (kind[access] === Access.take && isConstant(to[access]!)) named.push(to[access]!)
  for (const target of image.dataPointers.targets) if (isConstant(target)) named.push(target)
  return named.values().slice().sort()
}
